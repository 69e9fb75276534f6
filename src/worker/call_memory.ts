// What a call remembers of its conversation: the history the model is asked with, and the row of each turn for report,
// log and operators. A question enters the history when its answer becomes audible, an answer as far as it was heard.

import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import type { TurnReport } from '../call/call_report.js';
import { ChatHistory } from '../conversation/chat_history.js';
import type { FixedLine, TurnAction } from '../conversation/turns/turn_manager.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { LlmRequest } from '../providers/llm.js';
import { type CallReport, tenths } from './call_report.js';
import type { EventFeed } from './event_feed.js';
import type { Heard } from './playout.js';
import type { Spoken } from './speaker.js';
import { observeAnswer } from './turn_metrics.js';

export interface CallMemoryLinks {
  plan: CallPlan;
  report: CallReport;
  metrics: ThreadMetrics;
  log: Logger;
  /** Engine clock to the call's timeline. */
  callMs(engineMs: number | null): number | null;
  events: EventFeed;
}

export class CallMemory {
  private readonly history: ChatHistory;
  private turnCount = 0;
  private row: TurnReport | null = null;
  /** Words of the caller that the answer under way is for. */
  private asked: string | null = null;
  private askedEndMs = 0;

  constructor(private readonly links: CallMemoryLinks) {
    this.history = new ChatHistory(links.plan.systemPrompt);
  }

  /** Asks the model: the conversation so far and this question behind it. */
  request(question: string): LlmRequest {
    return { messages: this.history.messagesWith(question), ...this.links.plan.think };
  }

  /** The caller's turn is over and is being answered; returns the turn's number. */
  asks(action: TurnAction & { do: 'answer' }): number {
    const { report, metrics, callMs, events } = this.links;
    const row = report.openTurn(++this.turnCount, action.text);
    row.callerStartMs = callMs(action.speechStartMs);
    row.callerEndMs = callMs(action.speechEndMs);
    row.sttFinalMs = tenths(action.finalMs);
    row.endpointMs = tenths(action.endpointMs);
    if (action.finalMs !== null) metrics.observe('stt_final_ms', action.finalMs);
    metrics.observe('endpointing_ms', action.endpointMs);
    events.emit({ kind: 'caller', turn: row.turn, text: action.text, final: true });
    this.row = row;
    this.asked = action.text;
    this.askedEndMs = action.speechEndMs;
    return row.turn;
  }

  /** A fixed line is about to be said; returns its text and turn number (0 = greeting). */
  line(kind: FixedLine): { text: string; turn: number } {
    const { plan, report } = this.links;
    const text = plan.lines[kind];
    this.row = report.openTurn(kind === 'greeting' ? 0 : ++this.turnCount, '');
    this.row.agent = text;
    return { text, turn: this.row.turn };
  }

  /** The caller went on before anything was heard: the turn never was, its words come again with the rest. */
  withdraw(): void {
    this.links.report.dropTurn(this.row);
    this.row = this.asked = null;
  }

  audible(spoken: Spoken, now: number): void {
    this.keepQuestion();
    if (this.row?.turn !== spoken.turn || spoken.kind !== 'answer') return;
    observeAnswer(this.row, spoken.reply.times, { speechEndMs: this.askedEndMs, audibleMs: now }, this.links.metrics);
  }

  /** A reply is over: heard to its end, cut off, or failed. Returns what the caller had said before it. */
  close(spoken: Spoken, heard: Heard, interrupted: boolean): string {
    const { report, metrics, log, callMs, events } = this.links;
    this.keepQuestion();
    const row = report.turns.find((candidate) => candidate.turn === spoken.turn);
    if (!row) return '';
    row.agent = spoken.reply.text.trim();
    row.heard = heard.complete ? row.agent : heard.text;
    row.interrupted = interrupted;
    row.agentStartMs = callMs(heard.startMs);
    row.agentEndMs = callMs(heard.endMs);
    this.history.addAssistantHeard(row.heard, interrupted);
    if (spoken.kind === 'answer') metrics.add('turns');
    log.info({ ...row }, interrupted ? 'turn interrupted' : 'turn answered');
    events.emit({ kind: 'turn', turn: row });
    if (row === this.row) this.row = null;
    return row.caller;
  }

  private keepQuestion(): void {
    if (this.asked !== null) this.history.addUser(this.asked);
    this.asked = null;
  }
}
