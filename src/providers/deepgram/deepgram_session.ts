// One call's speech-to-text session: keeps a Deepgram connection alive for as long as the call lasts. Owns reconnecting,
// the replay of audio that no final result covers yet, time offsets over reconnects, keep-alive and the stall watchdog.
// The wire is deepgram_connection.ts, reading messages deepgram_results.ts.

import { BYTES_PER_MS } from '../../audio_format.js';
import { type BackoffOptions, backoffMs } from '../../backoff.js';
import { nowMs } from '../../clock.js';
import { EngineError } from '../../errors.js';
import { AudioReplay } from '../shared/audio_replay.js';
import type { Sweep, Swept } from '../shared/liveness.js';
import { logFault, type ProviderHooks } from '../shared/provider_hooks.js';
import type { SttHandlers, SttSession } from '../stt.js';
import { DeepgramConnection, type DeepgramConnectOptions } from './deepgram_connection.js';
import type { DeepgramComplaint, DeepgramResult } from './deepgram_results.js';

export interface DeepgramTuning {
  /** Speech in, no message out for this long: the socket is replaced. */
  stallTimeoutMs: number;
  /** The same, once a Finalize was sent after the speech: an answer to that is a matter of a tenth of a second. */
  finalizeStallMs: number;
  /** A connection that brought words is slow before it is dead: it has so long after the last of them at least. */
  wordsStallMs: number;
  /** Without a connection for this long the call can't hear, and is told so. Shorter gaps the replay covers. */
  deafAfterMs: number;
  /** A new connection counts when it brought a message, or has lasted this long. */
  settledMs: number;
  /** A connection that lasted this long was a good one: the count of failures starts anew. */
  stableMs: number;
  backoff: BackoffOptions;
  /** Audio kept for replay. The vendor makes a span final every few seconds, and older words are stale anyway. */
  replayMs: number;
  /** Backlog sent at once after opening; the rest follows at `replayRate`. */
  replayBurstMs: number;
  /** Times real time; the vendor takes audio at up to 1.25 while a connection catches up. */
  replayRate: number;
  /** A KeepAlive goes out when no audio did for this long (the vendor asks for 3-5 s). */
  keepAliveMs: number;
}
export const DEEPGRAM_TUNING = {
  stallTimeoutMs: 10_000,
  finalizeStallMs: 2500,
  wordsStallMs: 5000,
  deafAfterMs: 1800,
  settledMs: 1000,
  stableMs: 10_000,
  backoff: { baseMs: 200, capMs: 3000 },
  replayMs: 5000,
  replayBurstMs: 2000,
  replayRate: 1.25,
  keepAliveMs: 4000,
} as const satisfies DeepgramTuning;

/** One replayed message: the size the vendor likes (20-100 ms). */
const REPLAY_PIECE_BYTES = 100 * BYTES_PER_MS;
/** Results are rounded to centiseconds; spans that differ by less are the same. */
const SAME_TIME_MS = 15;
/** A result may end this much after what was sent, by rounding alone. */
const AHEAD_MAX_MS = 1000;
/** After a stall the caller was unheard for long already: a new connection has so long to bring a message. */
const STALL_GRACE_MS = 1200;
/** Less speech than this needs no answer yet: interims come about once a second. */
const SPEECH_ANSWERED_BYTES = 500 * BYTES_PER_MS;

type State = 'idle' | 'connecting' | 'open' | 'waiting' | 'closed';

export class DeepgramSession implements SttSession, Swept {
  readonly #replay: AudioReplay;
  #state: State = 'idle';
  #connection: DeepgramConnection | null = null;
  #handlers: SttHandlers | null;
  #failures = 0;
  /** Since when there is no connection that counts; null = there is one. */
  #lostSinceMs: number | null;
  #lastError: EngineError | null = null;
  /** Of the outage under way: the owner was told of the error, and that the call can't hear. */
  #errorTold = false;
  #deaf = false;
  #retryAtMs = 0;
  #attemptStartMs = 0;
  #openedMs = 0;
  #everOpened = false;
  /** Session position of the first byte sent on this connection, and of the next one to send. */
  #baseByte = 0;
  #nextByte = 0;
  /** Everything before this is final. */
  #finalByte = 0;
  /** Where `finalize()` was asked and not yet answered; -1 = nowhere. */
  #finalizeByte = -1;
  #finalizeSent = false;
  /** When a Finalize after speech must have brought some message; Infinity = none is owed. */
  #answerDueMs = Number.POSITIVE_INFINITY;
  /** When this connection last brought words. */
  #wordsAtMs = Number.NEGATIVE_INFINITY;
  #lastAudioMs = 0;
  /** Since when speech has gone unanswered (0 = answered) and how much of it. */
  #unansweredSinceMs = 0;
  #unansweredBytes = 0;

  constructor(
    readonly connectOptions: DeepgramConnectOptions,
    readonly tuning: DeepgramTuning,
    readonly hooks: ProviderHooks,
    readonly sweeper: Sweep,
    handlers: SttHandlers,
    readonly onClosed: (session: DeepgramSession) => void,
  ) {
    this.#handlers = handlers;
    this.#replay = new AudioReplay(tuning.replayMs * BYTES_PER_MS);
    this.#lostSinceMs = nowMs();
    sweeper.add(this);
    this.#connect();
  }

  sendAudio(mulaw: Uint8Array): void {
    // A zero-length binary message would end the stream at the vendor.
    if (this.#state === 'closed' || mulaw.length === 0) return;
    const caughtUp = this.#nextByte === this.#replay.endByte;
    this.#replay.push(mulaw);
    if (this.#state === 'open') {
      if (caughtUp) this.#send(mulaw);
      else this.#drain(nowMs());
    } else if (this.#state === 'idle') {
      this.#connect();
    }
  }

  /** Before the socket opens, or while it is replaced, this is remembered and sent after the audio it belongs to. */
  finalize(): void {
    if (this.#state === 'closed' || this.#replay.endByte === 0) return;
    this.#finalizeByte = this.#replay.endByte;
    this.#finalizeSent = false;
    this.#sendFinalizeWhenDue();
  }

  close(): void {
    if (this.#state === 'closed') return;
    const connection = this.#connection;
    this.#toClosed();
    connection?.close();
  }

  sweep(now: number): void {
    if (this.#state !== 'open') {
      this.#checkDeaf(now);
      if (this.#state === 'waiting' && now >= this.#retryAtMs) this.#connect();
      return;
    }
    // One that takes speech and says nothing about it is no better than none.
    if (now - this.#openedMs >= this.tuning.settledMs && !this.#owesAnswer) this.#settle();
    this.#checkDeaf(now);
    if (this.#nextByte < this.#replay.endByte) this.#drain(now);
    if (this.#isStalled(now)) {
      this.#lostSinceMs ??= now - Math.max(0, this.tuning.deafAfterMs - STALL_GRACE_MS);
      this.#connection?.terminate();
      return this.#onEnded(new EngineError('STT_STALLED', { provider: 'deepgram', retryable: true }));
    }
    // A connection that never had audio can't be kept alive this way: the vendor wants audio first. So none is sent.
    if (this.#nextByte > this.#baseByte && now - this.#lastAudioMs >= this.tuning.keepAliveMs) {
      this.#lastAudioMs = now;
      this.#connection?.keepAlive();
    }
  }

  #checkDeaf(now: number): void {
    if (this.#deaf || this.#lostSinceMs === null || now - this.#lostSinceMs < this.tuning.deafAfterMs) return;
    this.#deaf = true;
    const error =
      this.#lastError ?? new EngineError('STT_CONNECT', { provider: 'deepgram', retryable: true, detail: 'slow' });
    this.#call((handlers) => handlers.onDeaf(error));
  }

  /** The connection is a real one: an outage, if there was any, is over. */
  #settle(): void {
    if (this.#lostSinceMs === null) return;
    this.hooks.onResult?.(null);
    this.#lostSinceMs = null;
    this.#errorTold = false;
    if (!this.#deaf) return;
    this.#deaf = false;
    this.#call((handlers) => handlers.onHearing());
  }

  get #owesAnswer(): boolean {
    return this.#unansweredBytes >= SPEECH_ANSWERED_BYTES;
  }

  #isStalled(now: number): boolean {
    if (now >= this.#answerDueMs) return true;
    return this.#owesAnswer && now - this.#unansweredSinceMs >= this.tuning.stallTimeoutMs;
  }

  /** The vendor said something (or starts anew): nothing is owed. */
  #answered(): void {
    this.#unansweredSinceMs = 0;
    this.#unansweredBytes = 0;
    this.#answerDueMs = Number.POSITIVE_INFINITY;
  }

  #connect(): void {
    this.#state = 'connecting';
    this.#attemptStartMs = nowMs();
    if (this.#everOpened) this.hooks.metrics?.count('reconnects', 1);
    const connection = new DeepgramConnection(this.connectOptions, {
      onOpen: () => this.#onOpen(),
      onMessage: (message) => this.#onMessage(message),
      onEnded: (error) => this.#onEnded(error),
    });
    this.#connection = connection;
  }

  #onOpen(): void {
    const now = nowMs();
    this.#state = 'open';
    this.#openedMs = now;
    this.#everOpened = true;
    this.#answered();
    this.#wordsAtMs = Number.NEGATIVE_INFINITY;
    this.#lastAudioMs = now;
    // Begin again after the last final result; what no longer is in the buffer is lost and counted.
    this.#nextByte = this.#finalByte;
    this.#skipLost();
    this.#baseByte = this.#nextByte;
    this.#finalizeSent = false;
    this.#call((handlers) => handlers.onOpen(now - this.#attemptStartMs));
    if (this.#state === 'open') this.#drain(now);
  }

  /** Sends backlog: at most a burst ahead of `replayRate` times real time. */
  #drain(now: number): void {
    const { replayBurstMs, replayRate } = this.tuning;
    this.#skipLost();
    const budgetMs = replayBurstMs + (now - this.#openedMs) * replayRate;
    const untilByte = Math.min(this.#replay.endByte, this.#baseByte + Math.floor(budgetMs) * BYTES_PER_MS);
    while (this.#state === 'open' && this.#nextByte < untilByte) {
      const piece = this.#replay.view(this.#nextByte, Math.min(REPLAY_PIECE_BYTES, untilByte - this.#nextByte));
      if (!this.#send(piece)) return;
    }
  }

  #skipLost(): void {
    const lost = this.#replay.startByte - this.#nextByte;
    if (lost <= 0) return;
    this.hooks.metrics?.count('stt_audio_dropped', lost);
    this.#nextByte += lost;
    // The vendor's clock stands still over the gap, ours doesn't.
    this.#baseByte += lost;
    this.#finalByte = Math.max(this.#finalByte, this.#nextByte);
  }

  /** False when the connection takes nothing: its end is about to be reported, and the replay has the bytes. */
  #send(bytes: Uint8Array): boolean {
    if (!this.#connection?.sendAudio(bytes)) return false;
    this.#nextByte += bytes.length;
    this.#lastAudioMs = nowMs();
    // Whether the vendor says anything about silence is its own affair; about speech it must.
    if (isLoud(bytes)) {
      if (this.#unansweredSinceMs === 0) this.#unansweredSinceMs = this.#lastAudioMs;
      this.#unansweredBytes += bytes.length;
    }
    if (this.#finalizeByte >= 0) this.#sendFinalizeWhenDue();
    return true;
  }

  #sendFinalizeWhenDue(): void {
    if (this.#finalizeSent || this.#state !== 'open' || this.#nextByte < this.#finalizeByte) return;
    // On a connection without audio there is nothing to finalize.
    if (this.#nextByte > this.#baseByte) {
      this.#finalizeSent = this.#connection?.finalize() ?? false;
      // An answer to a Finalize is not certain, but after speech that nothing was said about yet it is.
      if (this.#owesAnswer) {
        const { finalizeStallMs, wordsStallMs } = this.tuning;
        this.#answerDueMs = Math.max(nowMs() + finalizeStallMs, this.#wordsAtMs + wordsStallMs);
      }
    } else {
      this.#finalizeByte = -1;
    }
  }

  #onMessage(result: DeepgramResult | DeepgramComplaint | null | 'garbage'): void {
    if (result === 'garbage') {
      this.hooks.metrics?.count('garbage', 1);
      return;
    }
    if (result !== null && 'complaint' in result) {
      // No sign of life: it comes instead of results as often as before them.
      this.hooks.log.warn({ callSid: this.connectOptions.tag, ...result }, 'stt provider complains');
      return;
    }
    this.#answered();
    this.#settle();
    if (result === null) return;
    if (result.text !== '') this.#wordsAtMs = nowMs();
    this.#onResult(result);
  }

  #onResult(result: DeepgramResult): void {
    const baseMs = this.#baseByte / BYTES_PER_MS;
    const finalMs = this.#finalByte / BYTES_PER_MS;
    const sentMs = this.#nextByte / BYTES_PER_MS;
    // Nobody hears what was not said yet: such times are none, or everything up to them would pass for heard and final.
    const isTimed = baseMs + result.endMs <= sentMs + AHEAD_MAX_MS;
    if (!isTimed) this.hooks.metrics?.count('garbage', 1);
    const startMs = isTimed ? Math.min(baseMs + result.startMs, sentMs) : sentMs;
    const endMs = isTimed ? Math.min(baseMs + result.endMs, sentMs) : sentMs;
    let text = result.text;
    if (!isTimed) {
      if (result.fromFinalize) this.#finalizeByte = -1;
    } else if (result.isFinal) {
      // A span that is final already came again: its words must not count twice, its flags may still matter.
      const repeated =
        text !== '' &&
        result.endMs > result.startMs &&
        endMs <= finalMs + SAME_TIME_MS &&
        startMs < finalMs - SAME_TIME_MS;
      if (repeated) {
        this.hooks.metrics?.count('duplicates', 1);
        if (!result.speechFinal && !result.fromFinalize) return;
        text = '';
      }
      this.#finalByte = Math.max(this.#finalByte, Math.round(endMs * BYTES_PER_MS));
      if (result.fromFinalize || this.#finalByte >= this.#finalizeByte) this.#finalizeByte = -1;
    }
    this.#call((handlers) => handlers.onTranscript({ ...result, text, startMs, endMs: Math.max(startMs, endMs) }));
  }

  #onEnded(error: EngineError): void {
    if (this.#state === 'closed') return;
    const now = nowMs();
    const wasOpen = this.#state === 'open';
    const unused = wasOpen && this.#nextByte === this.#baseByte;
    this.#connection = null;
    if (unused && this.#replay.endByte === this.#nextByte) {
      // The vendor ends a connection that gets no audio within 10 s (NET-0001). Not a failure; audio will reopen it.
      this.#state = 'idle';
      this.#settle();
      this.hooks.log.debug({ callSid: this.connectOptions.tag }, 'stt connection ended unused');
      return;
    }
    if (wasOpen && now - this.#openedMs >= this.tuning.stableMs) this.#failures = 0;
    this.#lostSinceMs ??= now;
    this.#lastError = error;
    this.#failures++;
    // Even a refused key is tried again: keys are rotated, and a call without ears is no call.
    this.#state = 'waiting';
    this.#retryAtMs = now + backoffMs(this.#failures - 1, this.tuning.backoff);
    this.hooks.onResult?.(error);
    this.hooks.log.warn(
      {
        callSid: this.connectOptions.tag,
        code: error.code,
        status: error.status,
        detail: error.message,
        failures: this.#failures,
      },
      'stt connection lost',
    );
    if (this.#errorTold) return;
    this.#errorTold = true;
    this.#call((handlers) => handlers.onError(error));
  }

  #toClosed(): void {
    this.#state = 'closed';
    this.#handlers = null;
    this.#connection = null;
    this.sweeper.delete(this);
    this.onClosed(this);
  }

  #call(deliver: (handlers: SttHandlers) => void): void {
    if (!this.#handlers) return;
    try {
      deliver(this.#handlers);
    } catch (thrown) {
      logFault(this.hooks, thrown);
    }
  }
}

/**
 * Whether a piece of mu-law audio may hold speech: some samples above about -38 dBFS. Rough and cheap on purpose, it only
 * keeps a silent caller from looking like a deaf vendor. Every eighth sample will do.
 */
function isLoud(mulaw: Uint8Array): boolean {
  let loud = 0;
  // The inverted code's bits 4-6 are the exponent (ITU-T G.711); from 2 on a sample is at least 396 of 32768.
  for (let i = 0; i < mulaw.length; i += 8) if ((~mulaw[i] & 0x70) >= 0x20) loud++;
  return loud * 64 >= mulaw.length;
}
