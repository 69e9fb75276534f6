// What a call remembers of its conversation: the history the model is asked with, and the row of each turn for report,
// log and operators. A question enters the history when its answer becomes audible, or when no answer comes; an answer as
// far as it was heard.

import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import type { CallOrder } from '../call/call.js';
import type { CallSnapshot, ToolExchange, UnfinishedReply } from '../call/call_snapshot.js';
import type { Field } from '../call/field.js';
import type { TurnReport, UsageReport } from '../call/report_parts.js';
import type { TurnStages } from '../call/turn_stages.js';
import { ChatHistory, colleagueNote } from '../conversation/chat_history.js';
import type { FixedLine, TurnAction } from '../conversation/turns/turn_events.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { LlmRequest, ToolSpec } from '../providers/llm.js';
import { type CallReport, tenths } from './call_report.js';
import type { EventFeed } from './event_feed.js';
import { type Conversation, PUT_THROUGH } from './hand_off.js';
import type { OffRecord } from './off_record.js';
import type { Heard } from './playout.js';
import type { RecordingConsent } from './recording_consent.js';
import type { ReplyTimes } from './reply_parts.js';
import type { Spoken } from './speaker.js';
import type { Timeline } from './timeline.js';
import { observeAnswer } from './turn_metrics.js';

/** Notes that wait for a turn; of more the oldest are lost. */
const NOTES_MAX = 20;

export interface CallMemoryLinks {
  order: CallOrder;
  plan: CallPlan;
  report: CallReport;
  metrics: ThreadMetrics;
  log: Logger;
  timeline: Timeline;
  events: EventFeed;
  offRecord: OffRecord;
  /** null = nobody need be told that the call is recorded. */
  consent: RecordingConsent | null;
  /** What is being collected from the caller; null = nothing. */
  field(): Field | null;
  /** What the model may ask for. */
  specs: readonly ToolSpec[];
}

export class CallMemory {
  readonly #links: CallMemoryLinks;
  readonly #history: ChatHistory;
  /** Rows of turns that are not closed, by turn: one as a rule. The report may have no room for them any more. */
  readonly #open = new Map<number, TurnReport>();
  #turnCount = 0;
  /** Of the turn being answered. */
  #row: TurnReport | null = null;
  /** Words of the caller that the answer under way is for. */
  #asked: string | null = null;
  #askedEndMs = 0;
  /** The greeting was heard, or the caller has spoken. */
  #greeted: boolean;
  /** Tokens of the call up to the turn before. */
  #tokensBefore: Pick<UsageReport, 'promptTokens' | 'completionTokens'>;
  /** Of the turn that was under way where the call was held before. */
  readonly #rowBefore: TurnReport | null;
  /** What was said to the caller while the answer took long, as far as heard: it stands before the reply that follows. */
  #aside: { text: string; startMs: number | null } | null = null;
  /** The call is over here: should it go on elsewhere, then from before what ended with it. */
  #isOver = false;
  /** What colleagues want the model to know with the next turn, and what it was told with the question under way. */
  #notes: string[] = [];
  #toldNotes: string[] = [];
  /** Words of the caller that are in their rows already, and are answered only now. */
  #late = '';
  /** What of a reply was said there, before its rest is said here. */
  #saidBefore: { turn: number; text: string } | null = null;

  constructor(links: CallMemoryLinks) {
    const { resume } = links.order;
    const { systemPrompt } = links.plan;
    this.#links = links;
    this.#history = ChatHistory.restore({ systemPrompt, turns: resume?.history ?? [] });
    this.#turnCount = resume?.turnCount ?? 0;
    this.#greeted = resume?.greeted ?? false;
    this.#tokensBefore = { ...links.report.usage };
    this.#rowBefore = resume?.turn ?? null;
  }

  /** What the next agent is told. */
  get conversation(): Conversation {
    return { history: this.#history.snapshot().turns, turnCount: this.#turnCount };
  }

  /** The stream began: from now on the call can go on elsewhere. */
  begins(): void {
    const { resume } = this.#links.order;
    if (resume === null) return this.#snapshot();
    // As it was: what was asked or is being said is taken up a moment later.
    const { turnCount, asked, turn, saying } = resume;
    this.#tellSnapshot({ turnCount, asked, turn, saying });
  }

  /** The stream is over, whatever was being said: who goes on with the call says the rest of it, or answers anew. */
  ends(): void {
    this.#isOver = true;
  }

  /** Something of the call changed that is not words. */
  changed(): void {
    this.#snapshot();
  }

  /** Asks the model: the conversation so far and this question behind it. */
  request(question: string): LlmRequest {
    const { specs } = this.#links;
    const tools = specs.length > 0 ? { tools: specs } : null;
    const told = [...this.#toldNotes, ...this.#notes, question].join('\n');
    return { messages: this.#history.messagesWith(told), ...this.#links.plan.think, ...tools };
  }

  /** The caller's turn is over and is being answered; returns the turn's number. */
  asks(action: TurnAction & { do: 'answer' }): number {
    const { metrics, timeline, events } = this.#links;
    // Then nobody has said anything.
    const isNote = action.text === PUT_THROUGH;
    const isLate = this.#late !== '' && action.text.startsWith(this.#late);
    const said = isLate ? action.text.slice(this.#late.length).trim() : action.text;
    const row = this.#newRow(++this.#turnCount, isNote ? '' : said);
    this.#late = '';
    this.#toldNotes.push(...this.#notes.splice(0));
    if (!isNote) {
      row.callerStartMs = timeline.reported(action.speechStartMs);
      row.callerEndMs = timeline.reported(action.speechEndMs);
      row.sttFinalMs = tenths(action.finalMs);
      row.endpointMs = tenths(action.endpointMs);
    }
    if (this.#isRowBefore(row)) {
      Object.assign(row, this.#rowBefore);
    } else if (!isNote) {
      if (action.finalMs !== null) metrics.observe('stt_final_ms', action.finalMs);
      metrics.observe('endpointing_ms', action.endpointMs);
    }
    this.#asked = action.text;
    this.#greeted = this.#links.consent?.isPending !== true;
    this.#askedEndMs = action.speechEndMs;
    if (row.caller !== '') events.emit({ kind: 'caller', turn: row.turn, text: row.caller, final: true });
    this.#snapshot();
    return row.turn;
  }

  /** The number that the caller's next turn will have. */
  get nextTurn(): number {
    return this.#turnCount + 1;
  }

  /** The caller's turn is over and the agent shall not answer it: it is said, and known when the agent goes on. */
  notes(action: TurnAction & { do: 'answer' }): void {
    const { timeline, events } = this.#links;
    const row = this.#newRow(++this.#turnCount, action.text);
    row.callerStartMs = timeline.reported(action.speechStartMs);
    row.callerEndMs = timeline.reported(action.speechEndMs);
    row.sttFinalMs = tenths(action.finalMs);
    this.#open.delete(row.turn);
    this.#row = null;
    this.#greeted = true;
    this.#history.addUser(action.text);
    events.emit({ kind: 'caller', turn: row.turn, text: action.text, final: true });
    events.emit({ kind: 'turn', turn: row });
    this.#snapshot();
  }

  /** What the caller said last and nobody has answered; it is out of the history, for it is a question again. null = nothing. */
  takeUnanswered(): string | null {
    const text = this.#history.takeUnanswered();
    this.#late = text ?? '';
    return text;
  }

  /** The model is told this with its next turn; the caller hears nothing of it. */
  whisper(text: string): void {
    this.#notes.push(colleagueNote(text));
    if (this.#notes.length > NOTES_MAX) this.#notes.shift();
    this.#snapshot();
  }

  /** By this agent or, before it had the call, another one. */
  get #isGreeted(): boolean {
    return this.#links.report.turns.some(({ turn }) => turn === 0);
  }

  /** A fixed line is about to be said; returns its text and turn number (0 = the first greeting). */
  line(kind: FixedLine): { text: string; turn: number } {
    const text = this.#links.plan.lines[kind];
    const row = this.#newRow(kind === 'greeting' && !this.#isGreeted ? 0 : ++this.#turnCount, '');
    row.agent = text;
    return { text, turn: row.turn };
  }

  /** Words that answer nobody are about to be said: an operator's, or the rest of a reply that was interrupted for nothing;
   *  returns their turn number. */
  words(text: string): number {
    const row = this.#newRow(++this.#turnCount, '');
    row.agent = text;
    return row.turn;
  }

  /** The rest of a reply is about to be said here, whose beginning was said where the call was held before; returns the rest. */
  goesOn({ turn, text, sent }: UnfinishedReply): string {
    const asked = this.#links.order.resume?.asked ?? '';
    this.#turnCount = Math.max(this.#turnCount, turn);
    const rest = text.slice(sent).trimStart();
    this.#saidBefore = { turn, text: text.slice(0, text.length - rest.length) };
    const row = this.#newRow(turn, asked);
    if (this.#isRowBefore(row)) Object.assign(row, this.#rowBefore);
    row.agent = text;
    if (asked !== '') this.#asked = asked;
    this.#keepQuestion();
    return rest;
  }

  /** What of the reply of `turn` was said where the call was held before; '' as a rule. */
  saidBefore(turn: number): string {
    return this.#saidBefore?.turn === turn ? this.#saidBefore.text : '';
  }

  /** A word was said that the answer is on its way. The model need not know. */
  heardAside({ text, startMs }: Heard): void {
    if (text === '') return;
    const before = this.#aside;
    this.#aside = before === null ? { text, startMs } : { text: `${before.text} ${text}`, startMs: before.startMs };
  }

  /** The caller went on before anything was heard: the turn never was, its words come again with the rest. */
  withdraw(): void {
    const row = this.#row;
    this.#row = this.#asked = null;
    this.#notes.unshift(...this.#toldNotes.splice(0));
    if (row === null) return;
    this.#links.report.dropTurn(row);
    this.#open.delete(row.turn);
    if (row.turn === this.#turnCount) this.#turnCount--;
  }

  /** No answer came in time. What the caller said stays said. */
  giveUp(): void {
    const row = this.#row;
    this.#keepQuestion();
    this.#row = null;
    if (row === null) return;
    this.#open.delete(row.turn);
    this.#putAside(row);
    this.#links.log.warn({ turn: row.turn }, 'no answer came in time');
    this.#links.events.emit({ kind: 'turn', turn: row });
    this.#snapshot();
  }

  /** The model has tools run for the question under way: both are history, whatever becomes of the answer. */
  tools(exchanges: ToolExchange[]): void {
    this.#keepQuestion();
    this.#history.addTools(exchanges);
  }

  audible(spoken: Spoken, now: number): void {
    this.#keepQuestion();
    const row = this.#row;
    if (row?.turn !== spoken.turn || spoken.kind !== 'answer') return;
    observeAnswer(row, spoken.reply.times, { speechEndMs: this.#askedEndMs, audibleMs: now }, this.#links.metrics);
  }

  /** A reply is over: heard to its end, cut off, or failed. Returns what the caller had said before it. */
  close(spoken: Spoken, heard: Heard, interrupted: boolean): string {
    const { metrics, timeline } = this.#links;
    this.#keepQuestion();
    const row = this.#open.get(spoken.turn);
    if (!row) return '';
    this.#open.delete(row.turn);
    if (row === this.#row) this.#row = null;
    const before = this.saidBefore(row.turn);
    row.agent = (before + spoken.reply.text).trim();
    row.heard = heard.complete ? row.agent : (before + heard.text).trim();
    row.interrupted = interrupted;
    row.agentStartMs = timeline.reported(heard.startMs);
    row.agentEndMs = timeline.reported(heard.endMs);
    if (spoken.kind === 'answer') metrics.add('turns');
    const { heard: heardReply } = row;
    this.#putAside(row);
    // A notice is no greeting: that is still to come.
    if (spoken.kind !== 'consent') this.#greeted = true;
    this.#conclude(row, interrupted, heardReply, spoken.kind === 'answer' ? spoken.reply.times : null);
    return row.caller;
  }

  /** Nothing was left to say of a reply whose sound was all handed over where the call was held before. */
  saidAll({ turn }: UnfinishedReply): void {
    const row = this.#open.get(turn);
    if (!row) return;
    this.#open.delete(turn);
    this.#row = null;
    row.heard = row.agent;
    this.#greeted = true;
    this.#conclude(row, false, row.heard, null);
  }

  #putAside(row: TurnReport): void {
    const aside = this.#aside;
    if (aside === null) return;
    this.#aside = null;
    row.agent = `${aside.text} ${row.agent}`.trim();
    row.heard = `${aside.text} ${row.heard}`.trim();
    row.agentStartMs = this.#links.timeline.reported(aside.startMs);
  }

  #conclude(row: TurnReport, interrupted: boolean, heardReply: string, times: ReplyTimes | null): void {
    const { log, events } = this.#links;
    this.#history.addAssistantHeard(heardReply, interrupted);
    log.info({ ...row }, interrupted ? 'turn interrupted' : 'turn answered');
    events.emit(
      times === null ? { kind: 'turn', turn: row } : { kind: 'turn', turn: row, stages: this.#stages(times) },
    );
    this.#snapshot();
  }

  #stages({ requestMs, firstTokenMs, writtenMs, firstPieceMs, firstAudioMs }: ReplyTimes): TurnStages {
    const { timeline, report } = this.#links;
    const { promptTokens, completionTokens } = report.usage;
    const before = this.#tokensBefore;
    this.#tokensBefore = { promptTokens, completionTokens };
    return {
      requestMs: timeline.reported(requestMs),
      firstTokenMs: timeline.reported(firstTokenMs),
      writtenMs: timeline.reported(writtenMs),
      firstPieceMs: timeline.reported(firstPieceMs),
      firstAudioMs: timeline.reported(firstAudioMs),
      promptTokens: promptTokens - before.promptTokens,
      completionTokens: completionTokens - before.completionTokens,
    };
  }

  #isRowBefore({ turn, caller }: TurnReport): boolean {
    return this.#rowBefore?.turn === turn && this.#rowBefore.caller === caller;
  }

  /** What was said and what was heard have changed together: from here the call could go on elsewhere. */
  #snapshot(): void {
    if (this.#isOver) return;
    const asked = this.#asked;
    const turnCount = asked === null ? this.#turnCount : this.#turnCount - 1;
    const turn = asked === null || this.#row === null ? null : { ...this.#row };
    this.#tellSnapshot({ turnCount, asked, turn, saying: null });
  }

  #tellSnapshot(words: Pick<CallSnapshot, 'turnCount' | 'asked' | 'turn' | 'saying'>): void {
    const { order } = this.#links;
    const {
      slot: _slot,
      resume: _resume,
      takeOver: _takeOver,
      agentDefinition: _agent,
      others: _others,
      ...who
    } = order;
    const { turns: history } = this.#history.snapshot();
    const notes = [...this.#toldNotes, ...this.#notes].join('\n');
    if (notes !== '') history.push({ role: 'user', content: notes });
    const offRecord = this.#links.offRecord.has('operator');
    const recordingConsent = this.#links.consent?.state ?? null;
    const rest = { offRecord, recordingConsent, field: this.#links.field() };
    this.#links.events.snapshot({ ...who, greeted: this.#greeted, history, ...words, ...rest });
  }

  #newRow(turn: number, caller: string): TurnReport {
    const row = this.#links.report.openTurn(turn, caller);
    this.#open.set(turn, row);
    this.#row = row;
    return row;
  }

  #keepQuestion(): void {
    if (this.#asked !== null) this.#history.addUser([...this.#toldNotes.splice(0), this.#asked].join('\n'));
    this.#asked = null;
  }
}
