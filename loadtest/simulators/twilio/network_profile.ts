// When each 20 ms frame of the caller leaves for the server, and which never do. Pure and seeded: the same seed gives
// the same call. TCP carries the frames, so delay never reorders them; what the telephone network lost before Twilio
// shows as a hole in the timestamps.

import { FRAME_MS } from './audio_clip.js';

export interface NetworkProfile {
  /** Audio handed over at once right after the handshake; a live capture showed about 200 ms. */
  burstMs: number;
  /** Standard deviation of a frame's delay; only ever late, never early. */
  jitterMs: number;
  /** Now and then the path stalls and what was held back comes at once: stalls a minute, and how long one lasts. */
  stallsPerMinute: number;
  stallMs: number;
  /** Share of frames lost (0 to 1), and how many go in a row on average (Gilbert model). */
  lossRatio: number;
  lossBurstFrames: number;
  /** Planned interruptions on the stream's clock. `lost`: the audio is gone instead of held back. */
  pauses: readonly { atMs: number; durationMs: number; lost?: boolean }[];
}

/** A clean line: what the live capture looked like. */
export const CLEAN_NETWORK: NetworkProfile = {
  burstMs: 200,
  jitterMs: 2,
  stallsPerMinute: 0,
  stallMs: 0,
  lossRatio: 0,
  lossBurstFrames: 1,
  pauses: [],
};

/** A mobile caller in a bad cell. */
export const POOR_NETWORK: NetworkProfile = {
  burstMs: 200,
  jitterMs: 12,
  stallsPerMinute: 6,
  stallMs: 140,
  lossRatio: 0.02,
  lossBurstFrames: 3,
  pauses: [],
};

/** Walks through the frames of one stream. `advance` moves to the next frame; the fields describe it. No allocation. */
export class FrameSchedule {
  /** Index of the frame, from 0. */
  frame = -1;
  /** When it leaves, ms since the stream began. Never before an earlier frame. */
  dueMs = 0;
  lost = false;
  readonly #profile: NetworkProfile;
  readonly #lossEnter: number;
  readonly #lossLeave: number;
  #random: number;
  #stallUntilMs = 0;
  /** The bad state of the Gilbert model: everything is lost while it lasts. */
  #bad = false;

  constructor(profile: NetworkProfile, seed: number) {
    this.#profile = profile;
    this.#random = seed | 0 || 1;
    this.#lossLeave = 1 / Math.max(1, profile.lossBurstFrames);
    // Gilbert: share of time in the bad state = enter / (enter + leave).
    this.#lossEnter = (this.#lossLeave * profile.lossRatio) / Math.max(1e-9, 1 - profile.lossRatio);
    this.advance();
  }

  advance(): void {
    const { burstMs, jitterMs, stallsPerMinute, stallMs, lossRatio, pauses } = this.#profile;
    this.frame++;
    const plannedMs = Math.max(0, (this.frame + 1) * FRAME_MS - burstMs);
    let dueMs = plannedMs;
    // Nothing of the burst is jittered: it left together.
    if (plannedMs > 0) {
      if (jitterMs > 0) dueMs += Math.abs(this.#uniform() + this.#uniform() + this.#uniform() - 1.5) * 2 * jitterMs;
      if (stallsPerMinute > 0 && this.#uniform() < (stallsPerMinute * FRAME_MS) / 60_000) {
        this.#stallUntilMs = dueMs + stallMs;
      }
    }
    if (lossRatio > 0) this.#bad = this.#bad ? this.#uniform() >= this.#lossLeave : this.#uniform() < this.#lossEnter;
    this.lost = this.#bad;
    for (const pause of pauses) {
      if (plannedMs < pause.atMs || plannedMs >= pause.atMs + pause.durationMs) continue;
      if (pause.lost) this.lost = true;
      else dueMs = Math.max(dueMs, pause.atMs + pause.durationMs);
    }
    // A stall holds everything planned inside it back until its end; after that it no longer matters.
    if (plannedMs < this.#stallUntilMs) dueMs = Math.max(dueMs, this.#stallUntilMs);
    this.dueMs = Math.max(this.dueMs, dueMs);
  }

  /** xorshift32: cheap, seeded, good enough for delays. */
  #uniform(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return (x >>> 0) / 4294967296;
  }
}
