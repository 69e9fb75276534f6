// The tools of one call: offers them, runs what the model asks for, and writes down what came of it where the next request,
// the record and the operators find it. What was begun goes on when the caller speaks meanwhile; what it did is not lost.

import type { CallPlan } from '../agents/call_plan.js';
import { assert } from '../assert.js';
import type { CallOrder } from '../call/call.js';
import type { ToolExchange } from '../call/call_snapshot.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { ToolCall, ToolSpec } from '../providers/llm.js';
import { type Tool, type ToolDesk, ToolError, type ToolResult, type ToolRun } from '../tools/tool.js';
import { ToolRunner } from '../tools/tool_runner.js';
import type { CallReport } from './call_report.js';
import type { EventFeed } from './event_feed.js';
import { type HandOff, orderOf } from './hand_off.js';

/** Agents that hand a call to each other and back have lost their way. */
const HAND_OFFS_MAX = 12;

export interface CallToolsLinks {
  order: CallOrder;
  plan: CallPlan;
  tools: readonly Tool[];
  report: CallReport;
  events: EventFeed;
  metrics: ThreadMetrics;
  /** What the model asked for belongs into the history now; results are filled in where they stand. */
  remember(exchanges: ToolExchange[]): void;
}

export class CallTools {
  readonly #links: CallToolsLinks;
  readonly #runner: ToolRunner;
  #turn = 0;
  #isEnding = false;
  #handOff: HandOff | null = null;

  constructor(links: CallToolsLinks) {
    const { order, tools } = links;
    const { callSid, ourNumber, theirNumber, variables } = order;
    const desk: ToolDesk = {
      call: { callSid, ourNumber, theirNumber },
      variables,
      endCall: () => {
        this.#isEnding = true;
      },
      handOff: (agentId, withHistory) => this.#onHandOff({ agentId, withHistory }),
    };
    this.#links = links;
    this.#runner = new ToolRunner({ tools, desk, onRun: (run) => this.#onRun(run) });
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
  }

  /** Runs all of `calls`; one result each, in their order. Never rejects. */
  async run(calls: readonly ToolCall[]): Promise<ToolResult[]> {
    const exchanges = calls.map((call): ToolExchange => ({ ...call, result: null }));
    this.#links.remember(exchanges);
    const results = await this.#runner.run(calls);
    for (const [i, { content }] of results.entries()) exchanges[i].result = content;
    return results;
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
    return this.#handOff !== null;
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
    this.#runner.close();
  }

  #onHandOff(handOff: HandOff): void {
    const { order, report } = this.#links;
    if (orderOf(order, handOff.agentId) === null) throw new ToolError('refused', 'there is no such colleague');
    if (report.handOffs.length >= HAND_OFFS_MAX) throw new ToolError('refused', 'the call was handed on too often');
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
