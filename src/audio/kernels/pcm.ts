// Small work on 16-bit samples, the TypeScript twins of native/dsp/pcm.cc: loudness, two channels woven into one.

import { checkBounds } from './bounds.js';
import { LEVEL_FLOOR_DB } from './kernel_interface.js';

/** Root mean square of `count` samples in dB relative to full scale (32768); LEVEL_FLOOR_DB for silence. */
export function level(pcm: Int16Array, offset: number, count: number): number {
  checkBounds(pcm.length, offset, count);
  // Exact up to 2^53 / 2^30 = 8 million samples.
  let sum = 0;
  for (let i = offset; i < offset + count; i++) sum += pcm[i] * pcm[i];
  return sum === 0 ? LEVEL_FLOOR_DB : 10 * Math.log10(sum / count / 1073741824);
}

/** Writes left[0], right[0], left[1], … to `out`: `2 * count` samples. No allocation. */
export function interleaveStereo(
  left: Int16Array,
  leftOffset: number,
  right: Int16Array,
  rightOffset: number,
  out: Int16Array,
  outOffset: number,
  count: number,
): void {
  checkBounds(left.length, leftOffset, count);
  checkBounds(right.length, rightOffset, count);
  checkBounds(out.length, outOffset, 2 * count);
  for (let i = 0; i < count; i++) {
    out[outOffset + 2 * i] = left[leftOffset + i];
    out[outOffset + 2 * i + 1] = right[rightOffset + i];
  }
}
