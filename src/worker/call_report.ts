// Gathers what a call was: turns with what was said, meant and heard, times, errors, usage. Becomes the summary that
// the call's task resolves with. Decides nothing.

import { type CallOrder, type EndReason, fromAndTo } from '../call/call.js';
import type { BargeInReport, CallSummary, TurnReport } from '../call/call_report.js';
import { isoNow } from '../clock.js';
import type { EngineError } from '../errors.js';

/** Errors kept per call; a provider that fails every 100 ms must not fill memory. */
const ERRORS_MAX = 100;
/** Turns kept with their words; a call that long is no conversation any more. */
const TURNS_MAX = 1000;

export class CallReport {
  readonly turns: TurnReport[] = [];
  readonly bargeIns: BargeInReport[] = [];
  readonly usage: CallSummary['usage'] = { promptTokens: 0, completionTokens: 0, ttsCharacters: 0, sttSeconds: 0 };
  streamSid: string | null = null;
  recording: string | null = null;
  /** The call failed and its own voice could not say so. */
  apologyOwed = false;
  readonly #errors: CallSummary['errors'] = [];

  readonly #order: CallOrder;

  constructor(order: CallOrder) {
    this.#order = order;
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

  error(error: EngineError): void {
    if (this.#errors.length >= ERRORS_MAX) return;
    this.#errors.push({
      at: isoNow(),
      code: error.code,
      provider: error.provider ?? null,
      status: error.status ?? null,
    });
  }

  summary(endReason: EndReason, durationMs: number, media: CallSummary['media']): CallSummary {
    return {
      callSid: this.#order.callSid,
      streamSid: this.streamSid,
      direction: this.#order.direction,
      ...fromAndTo(this.#order),
      startedAt: this.#order.acceptedAt,
      endedAt: isoNow(),
      durationS: Math.round(durationMs) / 1000,
      endReason,
      apologyOwed: this.apologyOwed,
      recording: this.recording,
      turns: this.turns,
      bargeIns: this.bargeIns,
      errors: this.#errors,
      usage: { ...this.usage, sttSeconds: Math.round(this.usage.sttSeconds * 100) / 100 },
      media,
    };
  }
}

/** Milliseconds with a tenth, or null: what reports show. */
export function tenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
