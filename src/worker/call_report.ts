// Gathers what a call was: turns with what was said, meant and heard, times, errors, usage. Becomes the summary that
// the call's task resolves with. A call that was held elsewhere goes on with its report. Decides nothing.

import { type CallOrder, type EndReason, fromAndTo } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import type {
  BargeInReport,
  CallReportParts,
  HandOffReport,
  MediaReport,
  OperatorReport,
  PauseReport,
  ToolReport,
  TurnReport,
} from '../call/report_parts.js';
import { isoNow } from '../clock.js';
import type { EngineError } from '../errors.js';

/** Errors kept per call; a provider that fails every 100 ms must not fill memory. */
const ERRORS_MAX = 100;
/** Turns kept with their words; a call that long is no conversation any more. */
const TURNS_MAX = 1000;
/** Stretches off the record kept per call. */
const PAUSES_MAX = 200;
/** Runs of tools kept per call. */
const TOOLS_MAX = 200;
/** Acts of operators kept per call. */
const OPERATORS_MAX = 200;

export class CallReport {
  readonly turns: TurnReport[];
  readonly bargeIns: BargeInReport[];
  readonly tools: ToolReport[];
  readonly handOffs: HandOffReport[];
  readonly pauses: PauseReport[];
  readonly operators: OperatorReport[];
  readonly usage: CallSummary['usage'];
  streamSid: string | null = null;
  recording: string | null = null;
  /** The call failed and its own voice could not say so. */
  apologyOwed = false;
  readonly #errors: CallSummary['errors'];
  readonly #mediaBefore: MediaReport;
  readonly #order: CallOrder;

  constructor(order: CallOrder) {
    const past = order.resume?.past ?? nothingYet();
    this.#order = order;
    this.turns = [...past.turns];
    this.bargeIns = [...past.bargeIns];
    this.tools = [...past.tools];
    // Another version of us may have left none.
    this.handOffs = [...(past.handOffs ?? [])];
    this.pauses = [...(past.pauses ?? [])];
    this.operators = [...(past.operators ?? [])];
    // A snapshot of an older version may not have all of them.
    this.usage = { ...nothingYet().usage, ...past.usage };
    this.#errors = [...past.errors];
    this.#mediaBefore = past.media;
  }

  /** A new row; turn 0 is the greeting. */
  openTurn(turn: number, caller: string): TurnReport {
    const report: TurnReport = {
      turn,
      caller,
      agent: '',
      heard: '',
      interrupted: false,
      callerStartMs: null,
      callerEndMs: null,
      agentStartMs: null,
      agentEndMs: null,
      sttFinalMs: null,
      endpointMs: null,
      llmTtftMs: null,
      ttsTtfbMs: null,
      firstAudioMs: null,
    };
    if (this.turns.length < TURNS_MAX) this.turns.push(report);
    return report;
  }

  /** The answer was withdrawn unheard: its row goes. */
  dropTurn(turn: TurnReport | null): void {
    const at = turn ? this.turns.indexOf(turn) : -1;
    if (at >= 0) this.turns.splice(at, 1);
  }

  tool(run: ToolReport): void {
    if (this.tools.length < TOOLS_MAX) this.tools.push(run);
  }

  /** The call goes off the record at `atMs` of its time, or is on it again. */
  pause(isOff: boolean, atMs: number): void {
    const open = this.pauses[this.pauses.length - 1];
    if (isOff) {
      if (this.pauses.length < PAUSES_MAX) this.pauses.push({ fromMs: atMs, toMs: null });
    } else if (open?.toMs === null) open.toMs = atMs;
  }

  handOff(row: HandOffReport): void {
    this.handOffs.push(row);
  }

  /** The caller interrupted; times in ms. */
  bargeIn(turn: number, atMs: number, onsetToClearMs: number): void {
    this.bargeIns.push({ turn, atMs, onsetToClearMs: Math.round(onsetToClearMs * 100) / 100 });
  }

  operator(row: OperatorReport): void {
    if (this.operators.length < OPERATORS_MAX) this.operators.push(row);
  }

  error(error: EngineError): void {
    if (this.#errors.length >= ERRORS_MAX) return;
    this.#errors.push({
      at: isoNow(),
      code: error.code,
      provider: error.provider ?? null,
      status: error.status ?? null,
    });
  }

  /** What another worker would have to go on from, but for the turns. `media`, `sttSeconds`: of this worker's part. */
  parts(media: MediaReport, sttSeconds: number): CallReportParts {
    return {
      turns: [],
      bargeIns: this.bargeIns,
      tools: this.tools,
      handOffs: this.handOffs,
      pauses: this.pauses,
      operators: this.operators,
      errors: this.#errors,
      usage: this.#usageWith(sttSeconds),
      media: sumOf(this.#mediaBefore, media),
    };
  }

  /** `media`, `sttSeconds`: of this worker's part. */
  summary(endReason: EndReason, durationMs: number, media: MediaReport, sttSeconds: number): CallSummary {
    return {
      callSid: this.#order.callSid,
      streamSid: this.streamSid,
      direction: this.#order.direction,
      agent: this.#order.agentId,
      agentVariant: this.#order.agentVariant,
      agentHash: this.#order.agentHash,
      ...fromAndTo(this.#order),
      startedAt: this.#order.acceptedAt,
      endedAt: isoNow(),
      durationS: Math.round(durationMs) / 1000,
      endReason,
      apologyOwed: this.apologyOwed,
      recording: this.recording,
      turns: this.turns,
      bargeIns: this.bargeIns,
      tools: this.tools,
      handOffs: this.handOffs,
      pauses: this.pauses,
      operators: this.operators,
      errors: this.#errors,
      usage: this.#usageWith(sttSeconds),
      media: sumOf(this.#mediaBefore, media),
    };
  }

  #usageWith(sttSeconds: number): CallSummary['usage'] {
    return { ...this.usage, sttSeconds: Math.round((this.usage.sttSeconds + sttSeconds) * 100) / 100 };
  }
}

function nothingYet(): CallReportParts {
  return {
    turns: [],
    bargeIns: [],
    tools: [],
    handOffs: [],
    pauses: [],
    operators: [],
    errors: [],
    usage: {
      ...{ promptTokens: 0, completionTokens: 0, ttsCharacters: 0, sttSeconds: 0 },
      ...{ discardedTokens: 0, discardedCharacters: 0 },
    },
    media: { framesIn: 0, lost: 0, late: 0, concealed: 0, framesOut: 0, underruns: 0 },
  };
}

function sumOf(a: MediaReport, b: MediaReport): MediaReport {
  return {
    framesIn: a.framesIn + b.framesIn,
    lost: a.lost + b.lost,
    late: a.late + b.late,
    concealed: a.concealed + b.concealed,
    framesOut: a.framesOut + b.framesOut,
    underruns: a.underruns + b.underruns,
  };
}

/** Milliseconds with a tenth, or null: what reports show. */
export function tenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
