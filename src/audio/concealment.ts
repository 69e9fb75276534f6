// Makes up speech that never arrived: the last pitch period again and again, fading within 60 ms into comfort noise.
// The TypeScript twin of native/dsp/concealment.cc, sample for sample. When to conceal is jitter_buffer.ts.

import { checkBounds } from './kernels/bounds.js';

const LAG_MIN = 40;
const LAG_MAX = 120;
const WINDOW_SAMPLES = 160;
/** Samples before the gap that a good pitch estimate takes. */
export const CONCEAL_PAST_SAMPLES = WINDOW_SAMPLES + LAG_MAX;
const FADE_START = 80;
const FADE_END = 480;
const UNITY = 32768;

/** See Dsp.conceal. */
export function conceal(
  past: Int16Array,
  pastOffset: number,
  pastCount: number,
  elapsed: number,
  noiseRms: number,
  seed: number,
  out: Int16Array,
  outOffset: number,
  count: number,
): void {
  checkBounds(past.length, pastOffset, pastCount);
  checkBounds(out.length, outOffset, count);
  // Uniform noise has a peak of sqrt(3) times its RMS.
  const noisePeak = (Math.max(0, Math.min(18918, noiseRms)) * 1774) >> 10;
  const end = pastOffset + pastCount;
  let lag = Math.min(pastCount, LAG_MAX);
  if (pastCount >= CONCEAL_PAST_SAMPLES && elapsed < FADE_END) lag = findLag(past, end);
  // The end of a period blends into what came before its beginning, so that repeating it makes no click.
  const blend = pastCount >= 2 * lag ? lag >> 2 : 0;
  for (let i = 0; i < count; i++) {
    const position = elapsed + i;
    let gain = 0;
    let voice = 0;
    if (position < FADE_END && lag !== 0) {
      gain =
        position < FADE_START ? UNITY : UNITY - Math.trunc(((position - FADE_START) * UNITY) / (FADE_END - FADE_START));
      const at = position % lag;
      voice = past[end - lag + at];
      if (at >= lag - blend) {
        const into = at - (lag - blend) + 1;
        const width = blend + 1;
        voice = Math.trunc((voice * (width - into) + past[end - 2 * lag + at] * into) / width);
      }
    }
    const noise = (noiseAt(seed, position) * noisePeak) >> 15;
    out[outOffset + i] = (voice * gain + noise * (UNITY - gain)) >> 15;
  }
}

// The lag at which the newest samples look most like those before them; `end` is one past the newest.
function findLag(past: Int16Array, end: number): number {
  const start = end - WINDOW_SAMPLES;
  let best = 0;
  let bestLag = LAG_MAX;
  for (let lag = LAG_MIN; lag <= LAG_MAX; lag++) {
    let product = 0;
    let energy = 0;
    for (let i = start; i < end; i++) {
      const earlier = past[i - lag];
      product += past[i] * earlier;
      energy += earlier * earlier;
    }
    if (product <= 0 || energy === 0) continue;
    const score = (product * product) / energy;
    if (score > best) {
      best = score;
      bestLag = lag;
    }
  }
  return bestLag;
}

// Noise without memory: the same for a position however the gap is cut. Finalizer of MurmurHash3 (public domain).
function noiseAt(seed: number, position: number): number {
  let bits = (seed + Math.imul(position, 0x9e3779b9)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 16) - 32768;
}
