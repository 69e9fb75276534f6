// What is done about a mailbox: hang up, or wait for its beep and leave a message. Takes what happens on a line that we dialled,
// with its time, and answers what to do. Pure. Who is a mailbox is answerer.ts; carrying it out is worker/voicemail.ts.

import type { TurnEvent } from '../turns/turn_events.js';
import { type Answerer, AnswererJudge, type MachineSign } from './answerer.js';

export interface MailboxOptions {
  action: 'hang_up' | 'message';
  /** BCP 47. */
  language: string;
}

/**
 * `fall_silent`: it is a machine, nothing that we say to people is said any more. `say`: leave the message now, from its
 * beginning. `hang_up`: the call is over. `person`: nobody needs to ask here again.
 */
export type MailboxMove = 'none' | 'person' | 'fall_silent' | 'say' | 'hang_up';

/** Without a beep, the message begins when nothing was said for so long: longer than any pause of a greeting. */
const SILENCE_MS = 2_500;
/** No greeting is longer, and no recording. */
const WAIT_MAX_MS = 60_000;
const MESSAGE_MAX_MS = 120_000;

export class Mailbox {
  readonly #options: MailboxOptions;
  readonly #judge: AnswererJudge;
  #state: 'judging' | 'waiting' | 'saying' | 'over' = 'judging';
  #sinceMs: number;
  /** The message began without a beep: one that comes now says that it was too early. */
  #isEarly = false;
  #beepEndMs: number | null = null;
  /** The greeting is over, says the carrier. */
  #isGreeted = false;
  /** When anything was heard last; infinite while it is. */
  #heardMs: number;

  constructor(options: MailboxOptions, nowMs: number) {
    this.#options = options;
    this.#judge = new AnswererJudge(options.language, nowMs);
    this.#sinceMs = this.#heardMs = nowMs;
  }

  /** Nobody is there to talk with: what is said and heard is the mailbox's business. */
  get hasFloor(): boolean {
    return this.#state !== 'judging';
  }

  /** What told that it is a machine. */
  get sign(): MachineSign | null {
    return this.#judge.sign;
  }

  get isPerson(): boolean {
    return this.#judge.verdict === 'person';
  }

  event(event: TurnEvent, nowMs: number): MailboxMove {
    switch (event.on) {
      case 'speech_start':
        this.#heardMs = Number.POSITIVE_INFINITY;
        return this.#follow(this.#judge.speechStarts(event.startMs, nowMs), nowMs);
      case 'speech_end':
        this.#heardMs = event.endMs;
        return this.#follow(this.#judge.speechEnds(event.endMs, nowMs), nowMs);
      case 'transcript':
        return this.#follow(this.#judge.words(event.transcript.text, event.transcript.isFinal, nowMs), nowMs);
      case 'reply_played':
      case 'reply_failed':
        return this.#state === 'saying' ? this.#end() : 'none';
      case 'tick':
        return this.#follow(this.#judge.tick(nowMs), nowMs);
      default:
        return 'none';
    }
  }

  /** A beep was heard to its end. */
  beeped(endMs: number, nowMs: number): MailboxMove {
    this.#beepEndMs = endMs;
    if (this.#heardMs !== Number.POSITIVE_INFINITY) this.#heardMs = Math.max(this.#heardMs, endMs);
    if (this.#state === 'saying' && this.#isEarly) return this.#say(nowMs, false);
    return this.#follow(this.#judge.beeped(endMs, nowMs), nowMs);
  }

  /** Twilio's AnsweredBy. */
  carrierSays(answeredBy: string, nowMs: number): MailboxMove {
    if (answeredBy.startsWith('machine_end')) this.#isGreeted = true;
    return this.#follow(this.#judge.carrierSays(answeredBy, nowMs), nowMs);
  }

  /** What the other side said is being answered. */
  answered(nowMs: number): MailboxMove {
    return this.#follow(this.#judge.answered(nowMs), nowMs);
  }

  #follow(answerer: Answerer, nowMs: number): MailboxMove {
    switch (this.#state) {
      case 'judging':
        if (answerer === 'person') return 'person';
        return answerer === 'machine' ? this.#isMachine(nowMs) : 'none';
      case 'waiting':
        return this.#wait(nowMs);
      case 'saying':
        return nowMs - this.#sinceMs > MESSAGE_MAX_MS ? this.#end() : 'none';
      case 'over':
        return 'none';
    }
  }

  #isMachine(nowMs: number): MailboxMove {
    if (this.#options.action === 'hang_up' || this.#judge.isFull) return this.#end();
    this.#state = 'waiting';
    this.#sinceMs = nowMs;
    // The beep that gave it away was the one to wait for; an earlier one was not its.
    if (this.#judge.sign !== 'beep') this.#beepEndMs = null;
    return 'fall_silent';
  }

  #wait(nowMs: number): MailboxMove {
    if (this.#judge.isFull) return this.#end();
    if (this.#beepEndMs !== null || this.#isGreeted) return this.#say(nowMs, false);
    if (nowMs - Math.max(this.#heardMs, this.#sinceMs) >= SILENCE_MS) return this.#say(nowMs, true);
    return nowMs - this.#sinceMs > WAIT_MAX_MS ? this.#end() : 'none';
  }

  #say(nowMs: number, isEarly: boolean): MailboxMove {
    this.#state = 'saying';
    this.#sinceMs = nowMs;
    this.#isEarly = isEarly;
    return 'say';
  }

  #end(): MailboxMove {
    this.#state = 'over';
    return 'hang_up';
  }
}
