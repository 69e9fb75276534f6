// Computes the features of src/conversation/turns/sound_window.ts from samples, window by window, as they are defined
// there: the measure that the floor's thresholds were set with.

import type { SoundWindow } from '../../../src/conversation/turns/sound_window.js';

export const WINDOW_SAMPLES = 256;
/** Octaves 2-4, 1-2, 0.5-1, 0.25-0.5 kHz and what is below. */
const BANDS = 5;
/** Windows that are compared with ours, and the delays tried: half a second each. */
const LIKENESS_WINDOWS = 16;
const DELAYS = 16;
/** Ours must move this much for likeness to mean anything, dB. */
const SPREAD_MIN_DB = 3;
const FLOOR_DB = -90;

export class SoundMeter {
  readonly #half = new Float64Array(WINDOW_SAMPLES / 2 + WINDOW_SAMPLES / 4);
  readonly #wave = new Float64Array(WINDOW_SAMPLES);
  readonly #bands = new Float64Array(BANDS);
  readonly #before = new Float64Array(BANDS).fill(FLOOR_DB);
  readonly #theirs = new Float64Array(LIKENESS_WINDOWS).fill(FLOOR_DB);
  readonly #ours = new Float64Array(LIKENESS_WINDOWS + DELAYS).fill(FLOOR_DB);

  /**
   * Measures `WINDOW_SAMPLES` of `pcm` from `offset` on, with `ours`, the level in dB of what we put into the ear at that
   * time, and fills all of `window` but its probability.
   */
  measure(pcm: Int16Array, offset: number, ours: number, window: SoundWindow): void {
    let power = 0;
    for (let i = 0; i < WINDOW_SAMPLES; i++) {
      this.#wave[i] = pcm[offset + i] / 32_768;
      power += this.#wave[i] * this.#wave[i];
    }
    window.levelDb = decibels(power / WINDOW_SAMPLES);
    window.voicing = this.#voicing();
    this.#spectrum();
    const [high, mid, ...low] = this.#bands;
    window.tilt = decibels(low.reduce((sum, each) => sum + each, 0)) - decibels(high + mid);
    const total = this.#bands.reduce((sum, each) => sum + each, 0);
    let change = 0;
    for (let i = 0; i < BANDS; i++) {
      // Each band against the whole, and no deeper than 30 dB: what is not there does not move.
      const db = Math.max(-30, decibels(this.#bands[i] / (total + 1e-12)));
      change += Math.abs(db - this.#before[i]) / BANDS;
      this.#before[i] = db;
    }
    window.change = change;
    shift(this.#theirs, window.levelDb);
    shift(this.#ours, ours);
    window.likeness = this.#likeness();
  }

  /** On every second sample: 4 kHz are enough for a pitch of 70 to 400 Hz. A quarter window of the past is kept. */
  #voicing(): number {
    const half = this.#half;
    const past = WINDOW_SAMPLES / 4;
    half.copyWithin(0, half.length - past);
    for (let i = 0; i < WINDOW_SAMPLES / 2; i++) half[past + i] = (this.#wave[2 * i] + this.#wave[2 * i + 1]) / 2;
    let best = 0;
    for (let lag = 10; lag <= 57; lag++) {
      let [product, a, b] = [0, 1e-9, 1e-9];
      for (let i = past; i < half.length; i++) {
        const [x, y] = [half[i], half[i - lag]];
        product += x * y;
        a += x * x;
        b += y * y;
      }
      best = Math.max(best, product / Math.sqrt(a * b));
    }
    return best;
  }

  /** Energies of octaves by Haar wavelets: sums and differences of neighbours, half as many each time. */
  #spectrum(): void {
    const wave = this.#wave;
    let length = WINDOW_SAMPLES;
    for (let band = 0; band < BANDS - 1; band++) {
      length /= 2;
      let energy = 0;
      for (let i = 0; i < length; i++) {
        const [a, b] = [wave[2 * i], wave[2 * i + 1]];
        energy += (a - b) ** 2 / 2;
        wave[i] = (a + b) * Math.SQRT1_2;
      }
      this.#bands[band] = energy / WINDOW_SAMPLES;
    }
    let rest = 0;
    for (let i = 0; i < length; i++) rest += wave[i] * wave[i];
    this.#bands[BANDS - 1] = rest / WINDOW_SAMPLES;
  }

  #likeness(): number {
    let best = 0;
    for (let delay = 0; delay < DELAYS; delay++) {
      best = Math.max(best, correlation(this.#theirs, this.#ours, DELAYS - delay));
    }
    return best;
  }
}

function correlation(theirs: Float64Array, ours: Float64Array, from: number): number {
  const n = theirs.length;
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    // What is below the noise of a line says nothing.
    const [x, y] = [Math.max(-60, theirs[i]), Math.max(-60, ours[from + i])];
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  const [vx, vy] = [sxx / n - (sx / n) ** 2, syy / n - (sy / n) ** 2];
  if (vy < SPREAD_MIN_DB ** 2 || vx < 1) return 0;
  return (sxy / n - (sx * sy) / (n * n)) / Math.sqrt(vx * vy);
}

function shift(ring: Float64Array, value: number): void {
  ring.copyWithin(0, 1);
  ring[ring.length - 1] = value;
}

function decibels(power: number): number {
  return Math.max(FLOOR_DB, 10 * Math.log10(power + 1e-12));
}

/** Level of each window of `pcm` in dB, as `measure` gives it. */
export function levelsOf(pcm: Int16Array): number[] {
  const levels: number[] = [];
  for (let at = 0; at + WINDOW_SAMPLES <= pcm.length; at += WINDOW_SAMPLES) {
    let power = 0;
    for (let i = 0; i < WINDOW_SAMPLES; i++) power += (pcm[at + i] / 32_768) ** 2;
    levels.push(decibels(power / WINDOW_SAMPLES));
  }
  return levels;
}
