// Where Twilio's play head stands in the stream of bytes we sent: a model of its playout buffer, corrected by mark
// echoes. Knows bytes and times only; which reply a byte belongs to is playout_ledger.ts.

import { assert } from '../../assert.js';

/** mu-law bytes per millisecond at 8 kHz (G.711). Same fact as audio_format.ts, which this folder may not import. */
export const BYTES_PER_MS = 8;

// A run is audio that plays without a gap. A new one begins only when the buffer ran dry, so 64 of them reach back
// further than anybody asks; the oldest is overwritten and counts as played.
const RUNS = 64;
// Enough echoes to let one delayed answer pass, few enough to notice within a second that playout really fell behind.
const RECENT_ECHOES = 3;

export interface PlayHeadOptions {
  /** One-way delay to Twilio in ms, a guess that serves until the first mark echo measures it. */
  networkMs: number;
  /** How far the guess may be off while nothing has been measured; only widens the error bound. */
  unmeasuredErrorMs: number;
}
export const PLAY_HEAD_DEFAULTS = { networkMs: 30, unmeasuredErrorMs: 150 } as const satisfies PlayHeadOptions;

/**
 * Twilio appends what it receives to a FIFO and plays it at 8 bytes/ms. With no delay at all, byte P would play at a
 * known time ("zero-lag time"): when it was sent, or when the byte before it ended, whichever is later. Reality is later
 * by the way there (`oneWayMs`) and, after a network hiccup, by an extra `behindMs`. A mark echo arriving at T for a
 * mark with zero-lag time Z measures T - Z = way there + behind + way back. As NTP does, half of the smallest such
 * value of the call counts as the one-way delay; what the recent ones exceed the smallest by counts as `behindMs`.
 */
export class PlayHead {
  /** All bytes ever sent: the stream position of the next byte. */
  sentBytes = 0;
  /** Everything before this position was played (or dropped by a clear) for certain. */
  provenBytes = 0;

  readonly #runStart = new Float64Array(RUNS);
  readonly #runBytes = new Float64Array(RUNS);
  readonly #runPlayMs = new Float64Array(RUNS);
  #runCount = 0; // ever begun since the last clear; the newest is at (count - 1) % RUNS
  #base = 0; // position of the first byte that the runs still describe
  #tailMs = Number.NEGATIVE_INFINITY; // zero-lag time at which the buffer runs dry
  readonly #recent = new Float64Array(RECENT_ECHOES);
  #recentCount = 0;
  #smallestMs = Number.POSITIVE_INFINITY;
  readonly #options: PlayHeadOptions;

  constructor(options: PlayHeadOptions = PLAY_HEAD_DEFAULTS) {
    this.#options = options;
  }

  /**
   * `bytes` were handed to Twilio now. Returns when the first of them plays, on the model's own clock (constant
   * `networkMs`, no later corrections), so that pieces of one run join without a gap or an overlap.
   */
  sent(bytes: number, nowMs: number): number {
    assert(bytes > 0, 'only audio is sent');
    let playMs = this.#tailMs;
    if (nowMs > playMs) {
      playMs = nowMs;
      const index = this.#runCount % RUNS;
      if (this.#runCount >= RUNS) this.#base = this.#runStart[index] + this.#runBytes[index];
      this.#runStart[index] = this.sentBytes;
      this.#runBytes[index] = 0;
      this.#runPlayMs[index] = playMs;
      this.#runCount += 1;
      this.#recentCount = 0; // a dry buffer starts afresh: being behind is over
    }
    this.#runBytes[(this.#runCount - 1) % RUNS] += bytes;
    this.sentBytes += bytes;
    this.#tailMs = playMs + bytes / BYTES_PER_MS;
    return playMs + this.#options.networkMs;
  }

  /** Before anything is sent: somebody else's audio plays until `tailMs`, ours follows it. */
  follow(tailMs: number): void {
    this.#runPlayMs[0] = this.#tailMs = tailMs;
    this.#runCount = 1;
  }

  /** Zero-lag time at which a mark sent now is reached: behind the buffered audio, or at once. Keep it for `echoed`. */
  markReachMs(nowMs: number): number {
    return Math.max(this.#tailMs, nowMs);
  }

  /** A mark sent at stream position `position` came back, and no clear was sent since: proof that all before it played. */
  echoed(position: number, reachMs: number, nowMs: number): void {
    if (position > this.provenBytes) this.provenBytes = position;
    const lateMs = nowMs - reachMs;
    this.#recent[this.#recentCount % RECENT_ECHOES] = lateMs;
    this.#recentCount += 1;
    if (lateMs < this.#smallestMs) this.#smallestMs = lateMs;
  }

  /** Way from us to Twilio in ms: measured, else the guess. */
  get oneWayMs(): number {
    if (this.#smallestMs === Number.POSITIVE_INFINITY) return this.#options.networkMs;
    return Math.max(0, this.#smallestMs) / 2;
  }

  /** How much later than network delay explains audio plays, in ms. Negative: Twilio plays earlier than we thought. */
  get behindMs(): number {
    const count = Math.min(this.#recentCount, RECENT_ECHOES);
    if (count === 0) return 0;
    let least = this.#recent[0];
    for (let i = 1; i < count; i++) least = Math.min(least, this.#recent[i]);
    return least - Math.max(0, this.#smallestMs);
  }

  /** Best estimate of the bytes that Twilio has played by now. */
  bytesAt(nowMs: number): number {
    return Math.max(this.provenBytes, this.#zeroLagBytes(nowMs - this.oneWayMs - this.behindMs));
  }

  /** The same for a clear sent now: it travels the way the audio travelled, so the one-way delay cancels out. */
  bytesAtClear(nowMs: number): number {
    return Math.max(this.provenBytes, this.#zeroLagBytes(nowMs - this.behindMs));
  }

  /**
   * How far, in ms, `estimate` (a result of `bytesAt` or `bytesAtClear`) may be from the truth, which lies between no
   * lag at all and a round trip with everything that playout seems to be behind. Jitter of the last moments is not in it.
   */
  errorMs(nowMs: number, estimate: number): number {
    const measured = this.#smallestMs !== Number.POSITIVE_INFINITY;
    const lagMs = measured
      ? 2 * this.oneWayMs + Math.max(0, this.behindMs)
      : this.#options.networkMs + this.#options.unmeasuredErrorMs;
    const most = Math.max(this.provenBytes, this.#zeroLagBytes(nowMs));
    const least = Math.max(this.provenBytes, this.#zeroLagBytes(nowMs - lagMs));
    return Math.max(most - estimate, estimate - least, 0) / BYTES_PER_MS;
  }

  /** When, by the model, the last sent byte has played. -Infinity when nothing was sent since the last clear. */
  get emptyAtMs(): number {
    return this.#tailMs + this.oneWayMs + this.behindMs;
  }

  /** A byte's play time on the clock that `sent` answers in; null when its run is forgotten or it was never sent. */
  playMsOf(position: number): number | null {
    const oldest = Math.max(0, this.#runCount - RUNS);
    for (let i = this.#runCount - 1; i >= oldest; i--) {
      const index = i % RUNS;
      const offset = position - this.#runStart[index];
      if (offset < 0) continue;
      if (offset > this.#runBytes[index]) return null;
      return this.#runPlayMs[index] + offset / BYTES_PER_MS + this.#options.networkMs;
    }
    return null;
  }

  /** Twilio's buffer is being emptied: nothing sent before counts as outstanding any more. */
  cleared(): void {
    this.#runCount = 0;
    this.#base = this.sentBytes;
    this.provenBytes = this.sentBytes;
    this.#tailMs = Number.NEGATIVE_INFINITY;
    this.#recentCount = 0;
  }

  #zeroLagBytes(atMs: number): number {
    const oldest = Math.max(0, this.#runCount - RUNS);
    for (let i = this.#runCount - 1; i >= oldest; i--) {
      const index = i % RUNS;
      const elapsedMs = atMs - this.#runPlayMs[index];
      if (elapsedMs < 0) continue;
      return this.#runStart[index] + Math.min(this.#runBytes[index], Math.floor(elapsedMs * BYTES_PER_MS));
    }
    return this.#base;
  }
}
