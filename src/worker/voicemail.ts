// A mailbox in a call that we dialled: takes what happens, and the line's sound, to conversation/voicemail, which decides, and
// carries it out by mouth and memory: falls silent, leaves the message, hangs up. A call that does not ask for it has none of this,
// and loses it once a person is there.

import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import { BeepDetector } from '../audio/sound/beep_detector.js';
import type { CallOrder } from '../call/call.js';
import type { TurnEvent } from '../conversation/turns/turn_events.js';
import { Mailbox, type MailboxMove } from '../conversation/voicemail/mailbox.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { CallMemory } from './call_memory.js';
import type { CallReport } from './call_report.js';
import type { EventFeed } from './event_feed.js';
import type { Speaker } from './speaker.js';

export interface VoicemailLinks {
  speaker: Speaker;
  memory: CallMemory;
  report: CallReport;
  events: EventFeed;
  metrics: ThreadMetrics;
  log: Logger;
  /** A person is there: nothing more needs to be told here. */
  onPerson(): void;
  /** Nothing is left to do about the mailbox. */
  onOver(): void;
}

export class Voicemail {
  readonly #mailbox: Mailbox;
  readonly #links: VoicemailLinks;
  readonly #beeps = new BeepDetector();
  readonly #openedMs: number;
  #isTold = false;

  private constructor(mailbox: Mailbox, openedMs: number, links: VoicemailLinks) {
    this.#mailbox = mailbox;
    this.#openedMs = openedMs;
    this.#links = links;
  }

  /** null = this call needs none: somebody called us, the agent does not care, or the call was under way elsewhere. */
  static of(
    { voicemail, language }: CallPlan,
    { resume }: CallOrder,
    nowMs: number,
    links: VoicemailLinks,
  ): Voicemail | null {
    if (voicemail === null || resume !== null) return null;
    return new Voicemail(new Mailbox({ action: voicemail, language }, nowMs), nowMs, links);
  }

  /** A mailbox answered: nobody is there to talk with. */
  get hasFloor(): boolean {
    return this.#mailbox.hasFloor;
  }

  /** Something happened. Returns whether it is the mailbox's, and no part of a conversation. */
  event(event: TurnEvent, nowMs: number): boolean {
    return this.#do(this.#mailbox.event(event, nowMs), nowMs);
  }

  /** 20 ms of the other side that ended at `nowMs`. No allocation. */
  frame(pcm: Int16Array, nowMs: number): void {
    if (this.#beeps.push(pcm, nowMs)) this.#do(this.#mailbox.beeped(this.#beeps.endMs, nowMs), nowMs);
  }

  /** The carrier's word for who answered: Twilio's AnsweredBy. */
  answeredBy(answeredBy: string, nowMs: number): void {
    this.#do(this.#mailbox.carrierSays(answeredBy, nowMs), nowMs);
  }

  /** What the other side said is about to be answered. Returns whether it is no conversation. */
  answers(nowMs: number): boolean {
    return this.#do(this.#mailbox.answered(nowMs), nowMs);
  }

  #do(move: MailboxMove, nowMs: number): boolean {
    if (move === 'none') return this.hasFloor;
    const { speaker, memory, report, events, onPerson, onOver } = this.#links;
    if (move === 'person') onPerson();
    else this.#fallSilent(nowMs);
    if (move === 'say') {
      events.emit({ kind: 'state', state: 'speaking', streamSid: report.streamSid });
      const { text, turn } = memory.line('voicemail');
      speaker.say('voicemail', turn, text);
    }
    if (move === 'hang_up') onOver();
    return this.hasFloor;
  }

  /** What we were saying was for a person. */
  #fallSilent(nowMs: number): void {
    const { speaker, memory, metrics, events, log } = this.#links;
    if (!this.#isTold) {
      this.#isTold = true;
      metrics.add('voicemails');
      events.emit({ kind: 'floor', decision: 'voicemail' });
      log.info({ sign: this.#mailbox.sign, afterMs: Math.round(nowMs - this.#openedMs) }, 'a mailbox answered');
    }
    speaker.dropDraft();
    // What was heard to its end needs no clear, which might take its last sound away.
    const cut = speaker.current === null ? null : speaker.interrupt(nowMs);
    if (cut === null) return;
    if (cut.spoken.kind === 'answer' && cut.spoken.audibleMs === null) memory.withdraw();
    else memory.close(cut.spoken, cut.heard, true);
  }
}
