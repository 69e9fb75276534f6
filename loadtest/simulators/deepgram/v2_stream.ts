// One v2 (Flux) stream: the turn state machine. Every TurnInfo carries the whole turn so far, never a delta.
//
//   ready --StartOfTurn--> speaking --EagerEndOfTurn--> awaiting_end --TurnResumed--> speaking
//                             |                              |
//                             +---------EndOfTurn------------+--EndOfTurn--> ready, turn_index + 1
//
// With eager events on, EndOfTurn repeats the text of the EagerEndOfTurn before it; new words announce themselves by
// TurnResumed first.

import type { Ear, HeardWord } from './hearing.js';
import type { V2Options } from './listen_query.js';
import type { StreamOutbox } from './outbox.js';

const UPDATE_EVERY_MS = 250;
/** Confidence that the turn is over grows with silence: 0.7 after 300 ms when the text reads as finished, 900 if not. */
const FINISHED_TAU_MS = 250;
const UNFINISHED_TAU_MS = 750;

type TurnEvent = 'StartOfTurn' | 'Update' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn';

export class V2Stream {
  /** Failure `stuck_turn`: the socket lives, but no turn ever ends. */
  stuck = false;
  #state: 'ready' | 'speaking' | 'awaiting_end' = 'ready';
  #turnIndex = 0;
  #turnStartMs = 0;
  #words: HeardWord[] = [];
  #lastEventMs = 0;
  #eagerWordCount = 0;
  #sequenceId = 0;

  constructor(
    readonly options: V2Options,
    readonly requestId: string,
    readonly hearing: Ear,
    readonly outbox: StreamOutbox,
  ) {}

  /** First message on the socket. */
  connected(): void {
    this.#send({ type: 'Connected', request_id: this.requestId });
  }

  /** One 10 ms window of audio was received. */
  window(loud: boolean): void {
    const { hearing } = this;
    hearing.step(loud);
    if (!hearing.speaking && !hearing.stirring) hearing.endPause();
    this.#words.push(...hearing.takeWords());
    switch (this.#state) {
      case 'ready':
        if (this.#words.length > 0) this.#move('speaking', 'StartOfTurn');
        break;
      case 'awaiting_end':
        if (this.#words.length > this.#eagerWordCount || hearing.speaking) this.#move('speaking', 'TurnResumed');
        else this.#considerEnd();
        break;
      case 'speaking':
        this.#considerEnd();
        break;
    }
    if (hearing.audioMs - this.#lastEventMs >= UPDATE_EVERY_MS) this.#turnInfo('Update');
  }

  /** ForceEndTurn: the turn ends now, `trigger` manual. Nothing happens outside a turn. */
  forceEndTurn(): void {
    this.hearing.endPause(0);
    this.#words.push(...this.hearing.takeWords());
    if (this.#state === 'awaiting_end' && this.#words.length > this.#eagerWordCount)
      this.#move('speaking', 'TurnResumed');
    if (this.#state !== 'ready') this.#endTurn('manual');
  }

  /** CloseStream: what was said is reported as an Update; the server closes after it. */
  finish(): void {
    this.hearing.endPause(0);
    this.#words.push(...this.hearing.takeWords());
    this.#turnInfo('Update', 'finalize');
  }

  /** Configure: takes over what is valid and says so, or refuses as a whole. */
  configure(message: Record<string, unknown>): void {
    const thresholds = (message['thresholds'] ?? {}) as Record<string, unknown>;
    const limits: Record<string, [number, number, keyof V2Options]> = {
      eot_threshold: [0.5, 1, 'eotThreshold'],
      eager_eot_threshold: [0.3, 0.9, 'eagerEotThreshold'],
      eot_timeout_ms: [500, 60_000, 'eotTimeoutMs'],
    };
    const valid = Object.entries(thresholds).every(([name, value]) => {
      const limit = limits[name];
      return limit && typeof value === 'number' && value >= limit[0] && value <= limit[1];
    });
    if (!valid) {
      this.#send({ type: 'ConfigureFailure', request_id: this.requestId });
      return;
    }
    for (const [name, value] of Object.entries(thresholds))
      (this.options as unknown as Record<string, unknown>)[limits[name][2]] = value;
    const keyterms = message['keyterms'] ?? [];
    this.#send({ type: 'ConfigureSuccess', request_id: this.requestId, thresholds, keyterms });
  }

  /** A fatal Error; the server closes after it. */
  fatal(code: string, description: string): void {
    this.#send({ type: 'Error', code, description }, 'interim');
  }

  #considerEnd(): void {
    const { hearing, options } = this;
    if (hearing.speaking || hearing.stirring || this.stuck) return;
    const confidence = this.#endConfidence();
    const eager = options.eagerEotThreshold;
    if (confidence >= options.eotThreshold && options.eotThreshold < 1) this.#endTurn('model');
    else if (hearing.silenceMs >= options.eotTimeoutMs) this.#endTurn('timeout');
    else if (this.#state === 'speaking' && eager !== null && confidence >= eager) this.#eagerEnd();
  }

  #eagerEnd(): void {
    this.#eagerWordCount = this.#words.length;
    this.#move('awaiting_end', 'EagerEndOfTurn');
  }

  #endTurn(trigger: 'model' | 'manual' | 'timeout'): void {
    if (this.options.eagerEotThreshold !== null && this.#state === 'speaking' && trigger !== 'manual') this.#eagerEnd();
    this.#turnInfo('EndOfTurn', 'finalize', { trigger });
    this.#state = 'ready';
    this.#turnIndex++;
    this.#words = [];
    this.#turnStartMs = this.hearing.audioMs;
  }

  #endConfidence(): number {
    const finished = /[.!?]$/.test(this.#words.at(-1)?.text ?? '');
    const silenceMs = Math.min(this.hearing.silenceMs, 60_000);
    return 1 - Math.exp(-silenceMs / (finished ? FINISHED_TAU_MS : UNFINISHED_TAU_MS));
  }

  #move(state: 'speaking' | 'awaiting_end', event: TurnEvent): void {
    this.#state = state;
    this.#turnInfo(event, event === 'EagerEndOfTurn' ? 'finalize' : 'interim');
  }

  #turnInfo(event: TurnEvent, kind: 'interim' | 'finalize' = 'interim', extra: object = {}): void {
    this.#lastEventMs = this.hearing.audioMs;
    const confidence = this.hearing.speaking ? 0.01 : this.#endConfidence();
    const words = this.#words.map((word) => ({ word: word.text, confidence: 0.98 }));
    const message = {
      type: 'TurnInfo',
      request_id: this.requestId,
      event,
      turn_index: this.#turnIndex,
      audio_window_start: this.#turnStartMs / 1000,
      audio_window_end: this.hearing.audioMs / 1000,
      transcript: words.map(({ word }) => word).join(' '),
      words,
      end_of_turn_confidence: Math.round(confidence * 100) / 100,
      ...extra,
    };
    this.#send(message, kind);
  }

  /** `sequence_id` is one counter over all messages in the order they leave, so it is taken here. */
  #send(message: object, kind: 'interim' | 'finalize' = 'interim'): void {
    this.outbox.send(kind, JSON.stringify({ ...message, sequence_id: this.#sequenceId++ }));
  }
}
