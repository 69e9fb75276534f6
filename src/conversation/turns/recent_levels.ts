// How loud the line was in the last seconds, window by window, speech or not: words may come for a sound that the VAD hardly
// noticed, and whether it was the caller or the room is told by its level.

import { WINDOW_MS } from './sound_window.js';

/** Two seconds: words come half a second after their sound, and a result spans a second and more. */
const WINDOWS = 64;
/** Windows so far below the loudest of a span are the gaps between its words. */
const GAP_DB = 15;

export class RecentLevels {
  readonly #levels = new Float32Array(WINDOWS).fill(Number.NaN);
  readonly #endsMs = new Float64Array(WINDOWS).fill(Number.NEGATIVE_INFINITY);
  #next = 0;

  /** The window that ended at `atMs`. No allocation. */
  add(levelDb: number, atMs: number): void {
    this.#levels[this.#next] = levelDb;
    this.#endsMs[this.#next] = atMs;
    this.#next = (this.#next + 1) % WINDOWS;
  }

  /** Mean power of what sounded between two times, dB; NaN when none of it is known. O(1). */
  meanDb(fromMs: number, toMs: number): number {
    let loudest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < WINDOWS; i++) if (this.#isIn(i, fromMs, toMs)) loudest = Math.max(loudest, this.#levels[i]);
    let power = 0;
    let count = 0;
    for (let i = 0; i < WINDOWS; i++) {
      if (!this.#isIn(i, fromMs, toMs) || this.#levels[i] < loudest - GAP_DB) continue;
      power += 10 ** (this.#levels[i] / 10);
      count++;
    }
    return count === 0 ? Number.NaN : 10 * Math.log10(power / count + 1e-9);
  }

  #isIn(index: number, fromMs: number, toMs: number): boolean {
    const endMs = this.#endsMs[index];
    return endMs > fromMs && endMs - WINDOW_MS < toMs && !Number.isNaN(this.#levels[index]);
  }
}
