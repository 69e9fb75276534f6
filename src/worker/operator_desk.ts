// What operators do to a call, as its worker carries it out: their lines wait here until nobody is speaking, their notes go to
// the memory, and while the agent is paused this keeps it silent. Who may do what, and one at a time, is the server's.

import type { Logger } from 'pino';
import { parseCallAct } from '../call/call_acts.js';
import type { OperatorReport } from '../call/report_parts.js';
import type { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import type { TurnAction, TurnEvent } from '../conversation/turns/turn_events.js';
import type { TurnManager } from '../conversation/turns/turn_manager.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { CallMemory } from './call_memory.js';
import type { CallReport } from './call_report.js';
import type { CallTools } from './call_tools.js';
import type { EventFeed } from './event_feed.js';
import type { Speaker } from './speaker.js';
import type { Timeline } from './timeline.js';

/** Lines that wait to be said, and acts that wait for the stream. */
const WAITING_MAX = 16;

export interface OperatorDeskLinks {
  turns: TurnManager;
  memory: CallMemory;
  report: CallReport;
  events: EventFeed;
  timeline: Timeline;
  metrics: ThreadMetrics;
  log: Logger;
  newSplitter(): SentenceSplitter;
  speaker: Pick<Speaker, 'say' | 'interrupt' | 'dropDraft'>;
  tools: Pick<CallTools, 'takeEnd'> | null;
  event(event: TurnEvent, now: number): void;
}

export class OperatorDesk {
  readonly #links: OperatorDeskLinks;
  readonly #lines: string[] = [];
  /** What came before the caller could hear us. */
  #early: string[] | null = [];
  /** The pause is over, and what was said meanwhile has not been taken up yet. */
  #goesOn = false;
  #pause: { row: OperatorReport; sinceMs: number } | null = null;

  constructor(links: OperatorDeskLinks) {
    this.#links = links;
  }

  /** The agent is silent until it is told to go on. */
  get isPaused(): boolean {
    return this.#pause !== null;
  }

  /** One record of the ring. @param json of a CallAct */
  act(json: string, now: number): void {
    if (this.#early !== null) {
      if (this.#early.length < WAITING_MAX) this.#early.push(json);
      return;
    }
    const act = parseCallAct(json);
    if (act === null) return this.#refuse('no act');
    const { operator } = act;
    switch (act.act) {
      case 'say':
        return this.#say(operator, act.text, act.now, now);
      case 'whisper':
        this.#links.speaker.dropDraft();
        this.#links.memory.whisper(act.text);
        this.#write({ act: 'whisper', operator }, now);
        return;
      case 'pause':
        return this.#onPause(operator, now);
      case 'resume':
        return this.#onResume(now);
    }
  }

  /** The caller can hear us. */
  start(now: number): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const json of early) this.act(json, now);
  }

  /** The beat: a line that waits is said when neither side is speaking. */
  tick(now: number): void {
    const { turns, memory, event } = this.#links;
    // A line of an operator may be under way: what the caller wants is taken up behind it.
    if (this.#goesOn && turns.state.kind === 'listening') {
      this.#goesOn = false;
      event({ on: 'resumed', asked: memory.takeUnanswered(), saying: null }, now);
    }
    if (this.#lines.length > 0 && turns.isQuiet) event({ on: 'line' }, now);
  }

  /** Says the line whose turn it is. */
  sayLine(): void {
    const line = this.#lines.shift() ?? '';
    this.#links.speaker.say('line', this.#links.memory.words(line), line, false);
  }

  /** The caller's turn is over, and the agent shall not answer it. */
  notes(action: TurnAction & { do: 'answer' }, now: number): void {
    this.#links.memory.notes(action);
    this.#links.event({ on: 'nothing_left' }, now);
  }

  /** The call is over. Safe twice. */
  close(now: number): void {
    if (this.#pause !== null) this.#pause.row.tookMs = Math.round(now - this.#pause.sinceMs);
    this.#pause = null;
  }

  /** Nothing more is said of what was under way; what was heard of it stays said. */
  #stop(now: number): void {
    const { speaker, memory, tools, event } = this.#links;
    const cut = speaker.interrupt(now);
    if (cut) memory.close(cut.spoken, cut.heard, true);
    tools?.takeEnd();
    event({ on: 'nothing_left' }, now);
  }

  #say(operator: string, text: string, isUrgent: boolean, now: number): void {
    const splitter = this.#links.newSplitter();
    const line = (splitter.push(text).join('') + (splitter.flush() ?? '')).trim();
    if (line === '' || this.#lines.length >= WAITING_MAX) return this.#refuse('no room for another line');
    this.#write({ act: 'say', operator }, now);
    if (!isUrgent) {
      this.#lines.push(line);
      return;
    }
    this.#lines.unshift(line);
    this.#stop(now);
    this.#links.event({ on: 'line' }, now);
  }

  #onPause(operator: string, now: number): void {
    this.#goesOn = false;
    if (this.#pause !== null) return;
    const row = this.#write({ act: 'pause', operator }, now);
    this.#pause = { row, sinceMs: now };
    this.#links.turns.isMuted = true;
    this.#stop(now);
  }

  #onResume(now: number): void {
    if (this.#pause === null) return;
    const { turns, events } = this.#links;
    const { row } = this.#pause;
    this.close(now);
    events.emit({ kind: 'operator', operator: row });
    turns.isMuted = false;
    this.#goesOn = true;
    this.tick(now);
  }

  #write(what: Pick<OperatorReport, 'act' | 'operator'>, now: number): OperatorReport {
    const { report, events, timeline, log } = this.#links;
    const row: OperatorReport = { ...what, atMs: timeline.reported(now) ?? 0, tookMs: null };
    report.operator(row);
    events.emit({ kind: 'operator', operator: row });
    log.info({ act: row.act, operator: row.operator }, 'act of an operator');
    return row;
  }

  #refuse(why: string): void {
    this.#links.metrics.add('operator_acts_dropped');
    this.#links.log.warn({ why }, 'act of an operator dropped');
  }
}
