// The tools of one call: offers them, runs what the model asks for, and writes down what came of it where the next request,
// the record and the operators find it. What was begun goes on when the caller speaks meanwhile; what it did is not lost.

import type { CallPlan } from '../agents/call_plan.js';
import { assert } from '../assert.js';
import type { CallOrder } from '../call/call.js';
import type { ToolExchange } from '../call/call_snapshot.js';
import type { Field } from '../call/field.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { ToolCall, ToolSpec } from '../providers/llm.js';
import { type Tool, type ToolDesk, ToolError, type ToolResult, type ToolRun } from '../tools/tool.js';
import { ToolRunner } from '../tools/tool_runner.js';
import type { CallReport } from './call_report.js';
import type { EventFeed } from './event_feed.js';
import { FieldCollection } from './field_collection.js';
import { type HandOff, orderOf } from './hand_off.js';
import type { OffRecord } from './off_record.js';
import { ProtectedValues } from './protected_values.js';

/** Agents that hand a call to each other and back have lost their way. */
const HAND_OFFS_MAX = 12;

export interface CallToolsLinks {
  order: CallOrder;
  plan: CallPlan;
  tools: readonly Tool[];
  report: CallReport;
  events: EventFeed;
  metrics: ThreadMetrics;
  offRecord: OffRecord;
  /** Whether the caller's voice is taken in while a field is collected. */
  onListen(isListening: boolean): void;
  /** A field is being collected from now on: whoever goes on with the call must know. */
  onField(): void;
  /** What the model asked for belongs into the history now; results are filled in where they stand. */
  remember(exchanges: ToolExchange[]): void;
}

/** A field that is collected, and where its result belongs; null = the model asked for it where the call was held before. */
interface Collecting {
  collection: FieldCollection;
  exchange: ToolExchange | null;
}

export class CallTools {
  readonly #links: CallToolsLinks;
  readonly #runner: ToolRunner;
  #turn = 0;
  #isEnding = false;
  #isOver = false;
  #handOff: HandOff | null = null;
  readonly #values = new ProtectedValues();
  #collecting: Collecting | null = null;
  /** The one that the turn under way has brought to its end. */
  #collected: Collecting | null = null;

  constructor(links: CallToolsLinks) {
    const { order, tools } = links;
    const { callSid, ourNumber, theirNumber, variables } = order;
    const desk: ToolDesk = {
      call: { callSid, ourNumber, theirNumber },
      variables,
      collect: (field) => this.#collect(field, null),
      reveal: (handle) => this.#values.reveal(handle),
      endCall: () => {
        this.#isEnding = true;
      },
      handOff: (agentId, withHistory) => this.#onHandOff({ agentId, withHistory }),
    };
    this.#links = links;
    this.#runner = new ToolRunner({ tools, desk, onRun: (run) => this.#onRun(run) });
    const field = order.resume?.field ?? null;
    if (field !== null) this.#collect(field, null);
  }

  /** Null for a call without tools: nothing of this exists for it. */
  static of(links: CallToolsLinks): CallTools | null {
    return links.tools.length === 0 ? null : new CallTools(links);
  }

  get specs(): readonly ToolSpec[] {
    return this.#runner.specs;
  }

  /** What is run from now on belongs to this turn. A caller who has more to say keeps the line. */
  beginTurn(turn: number): void {
    this.#turn = turn;
    this.#isEnding = false;
    this.#collected = null;
  }

  /** Runs all of `calls`; one result each, in their order. Never rejects. */
  async run(calls: readonly ToolCall[]): Promise<ToolResult[]> {
    const exchanges = calls.map((call): ToolExchange => ({ ...call, result: null }));
    this.#links.remember(exchanges);
    const results = await this.#runner.run(calls);
    for (const [i, { content, pending }] of results.entries()) {
      exchanges[i].result = content;
      if (pending === undefined || this.#collecting === null) continue;
      this.#collecting.exchange = exchanges[i];
      this.#links.onField();
    }
    return results;
  }

  /** The field that is being collected: the caller's turns and keys are for it. */
  get collection(): FieldCollection | null {
    return this.#collecting?.collection ?? null;
  }

  /** A field is being collected, or the turn under way has brought it to its end and may yet be withdrawn. */
  get isCollecting(): boolean {
    return this.#collecting !== null || this.#collected !== null;
  }

  /** The model may be asked before the caller's turn is over: not with what is being collected, nor for another agent. */
  get mayDraft(): boolean {
    return !this.isCollecting && this.#handOff === null;
  }

  /** A key of the caller's; returns whether it was for a field. */
  key(key: string, now: number): boolean {
    this.collection?.key(key, now);
    return this.collection !== null;
  }

  /** Words for an entry of keys that is over; null = none is. */
  typed(now: number): string | null {
    return this.collection?.typed(now) ?? null;
  }

  /** The caller's turn is over: what of it may be kept, and what is said to it; null = that is for the model. */
  heard(text: string): { kept: string; say: string | null } {
    const step = this.collection?.heard(text) ?? null;
    if (step === null) return { kept: text, say: null };
    if ('say' in step) return step;
    this.collected(step.result);
    return { kept: step.kept, say: null };
  }

  /** The caller's turn is over, and nobody answers it; returns what of it may be kept. */
  unanswered(text: string): string {
    return this.collection?.unanswered(text) ?? text;
  }

  /** The field is there, or given up: the model's tool has its result. */
  collected(result: string): void {
    const collecting = this.#collecting;
    this.#collecting = null;
    this.#collected = collecting;
    if (collecting === null) return;
    collecting.exchange ??= this.#newExchange(collecting.collection.field);
    collecting.exchange.result = result;
  }

  /** The caller goes on with the turn that was heard last: what it did to the field is undone. */
  withdraw(): void {
    this.#collecting ??= this.#collected;
    this.#collected = null;
    this.#collecting?.collection.undo();
  }

  /** The answer to the turn that was heard last is heard: nothing of that is undone any more. */
  settle(): void {
    this.#collected = null;
    this.#collecting?.collection.settle();
  }

  /** Said while these take long. */
  fillerOf(calls: readonly ToolCall[]): string {
    return this.#runner.fillerOf(calls) ?? this.#links.plan.tools.filler;
  }

  /** A tool wants the call to end now that its words were heard. Told once. */
  takeEnd(): boolean {
    const isEnding = this.#isEnding;
    this.#isEnding = false;
    return isEnding;
  }

  /** A tool wants another agent to have the call. Unlike an end, a caller who speaks does not take it back. */
  get isHandingOff(): boolean {
    // What is being collected is of this agent, and no other one hears of it.
    return this.#handOff !== null && this.#collecting === null;
  }

  /** Who that is. Told once. */
  takeHandOff(): HandOff {
    const handOff = this.#handOff;
    assert(handOff !== null, 'somebody was asked for');
    this.#handOff = null;
    return handOff;
  }

  /** The call is over. Safe twice. */
  close(): void {
    this.#isOver = true;
    this.#runner.close();
    this.#collecting?.collection.close();
    this.#values.forget();
  }

  #collect(field: Field, exchange: ToolExchange | null): boolean {
    if (this.isCollecting || this.#handOff !== null || this.#isOver) return false;
    const { plan, offRecord, onListen } = this.#links;
    const collection = new FieldCollection(field, {
      language: plan.language,
      offRecord,
      onListen,
      values: this.#values,
    });
    this.#collecting = { collection, exchange };
    return true;
  }

  /** The model asked for it where the call was held before, and has not been told of any result. */
  #newExchange({ kind }: Field): ToolExchange {
    const exchange: ToolExchange = {
      id: `collect_${this.#turn}`,
      name: 'collect',
      arguments: JSON.stringify({ kind }),
      result: null,
    };
    this.#links.remember([exchange]);
    return exchange;
  }

  #onHandOff(handOff: HandOff): void {
    const { order, report } = this.#links;
    if (orderOf(order, handOff.agentId) === null) throw new ToolError('refused', 'there is no such colleague');
    if (report.handOffs.length >= HAND_OFFS_MAX) throw new ToolError('refused', 'the call was handed on too often');
    if (this.#collecting !== null)
      throw new ToolError('refused', 'a value is being collected: hand the call on after it');
    this.#handOff = handOff;
  }

  #onRun(run: ToolRun): void {
    const { report, events, metrics } = this.#links;
    const row = { turn: this.#turn, ...run };
    metrics.add(run.ok ? 'tools_done' : 'tools_failed');
    metrics.observe('tool_ms', run.tookMs);
    report.tool(row);
    events.emit({ kind: 'tool', tool: row });
  }
}
