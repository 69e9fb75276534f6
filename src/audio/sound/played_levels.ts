// How loud what we put into a caller's ear was, in bins of 16 ms on the call's timeline: what the caller's own sound is
// compared with, to know our voice when the line returns it. Written by whoever hands audio over, ahead of the ear; read
// by sound_batch.ts for the moment a window ended.

import { SOUND_BIN_SAMPLES, SOUND_PLAYED } from '../kernels/kernel_interface.js';
import { mulawDecode } from '../kernels/mulaw.js';
import { playedUnits } from '../kernels/sound_features.js';

const SAMPLES_PER_MS = 8;
/** Mean square at full scale = 1, of each mu-law byte. */
const SQUARES = new Float64Array(256);
const decoded = new Int16Array(256);
mulawDecode(
  Uint8Array.from({ length: 256 }, (_, code) => code),
  0,
  decoded,
  0,
  256,
);
for (let code = 0; code < 256; code++) SQUARES[code] = (decoded[code] / 32768) ** 2;

/**
 * Of one call. Holds 4 s: enough for the second and a quarter that is looked back, and what is handed over ahead of the
 * ear. No allocation after construction.
 */
export class PlayedLevels {
  /** Level of bin b at b mod SOUND_PLAYED; see Dsp.soundFeatures. */
  readonly #ring: Int16Array;
  /** The last bin that is known; those behind it are silence until something else is sent. */
  #lastBin = 0;
  /** Sum of squares in it so far. */
  #energy = 0;

  /** `ring`: SOUND_PLAYED numbers, this call's own. */
  constructor(ring: Int16Array) {
    this.#ring = ring;
    ring.fill(0);
  }

  /** `count` mu-law bytes that begin to play at `callMs`. Call in the order in which they play. */
  sent(callMs: number, mulaw: Uint8Array, offset: number, count: number): void {
    // Before the media stream began there is no call time.
    if (!Number.isFinite(callMs)) return;
    let sample = Math.round(callMs * SAMPLES_PER_MS);
    this.#moveTo(Math.floor(sample / SOUND_BIN_SAMPLES));
    const end = offset + count;
    for (let at = offset; at < end; ) {
      const binEnd = (this.#lastBin + 1) * SOUND_BIN_SAMPLES;
      const until = Math.min(end, at + binEnd - sample);
      sample += until - at;
      let energy = this.#energy;
      for (; at < until; at++) energy += SQUARES[mulaw[at]];
      this.#energy = energy;
      this.#ring[this.#lastBin & (SOUND_PLAYED - 1)] = playedUnits(energy / SOUND_BIN_SAMPLES);
      if (sample === binEnd) this.#moveTo(this.#lastBin + 1);
    }
  }

  /** What was to play from `callMs` on is never heard. */
  cut(callMs: number): void {
    const bin = Math.floor((callMs * SAMPLES_PER_MS) / SOUND_BIN_SAMPLES);
    if (!(bin < this.#lastBin)) return;
    // Further back than the ring reaches there is nothing to take back.
    for (let later = Math.max(bin, this.#lastBin - SOUND_PLAYED) + 1; later <= this.#lastBin; later++) {
      this.#ring[later & (SOUND_PLAYED - 1)] = 0;
    }
    this.#lastBin = bin;
    this.#energy = 0;
  }

  /** The bin in which a window that ended at `callMs` ends. All before it is known from now on. */
  binAt(callMs: number): number {
    // The middle of the window's last bin: where the two grids lie to each other does not matter.
    const bin = Math.floor((callMs * SAMPLES_PER_MS) / SOUND_BIN_SAMPLES - 0.5);
    if (bin > this.#lastBin) this.#moveTo(bin);
    return bin;
  }

  #moveTo(bin: number): void {
    if (bin === this.#lastBin) return;
    for (let gap = Math.max(this.#lastBin + 1, bin - SOUND_PLAYED + 1); gap <= bin; gap++) {
      this.#ring[gap & (SOUND_PLAYED - 1)] = 0;
    }
    this.#lastBin = bin;
    this.#energy = 0;
  }
}
