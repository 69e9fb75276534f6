// What sounds are made of: noise, filters, envelopes, a voice's source. Seeded, at 8 kHz, samples as floats of full scale 1.

import { mulawDecode, mulawEncode } from '../../../src/audio/kernels/mulaw.js';

export const RATE_HZ = 8000;
export type Random = () => number;

export function samplesOf(ms: number): number {
  return Math.round((ms * RATE_HZ) / 1000);
}

export function whiteNoise(ms: number, random: Random): Float32Array {
  return Float32Array.from({ length: samplesOf(ms) }, () => random() * 2 - 1);
}

/** A band-pass of second order around `hz` (Robert Bristow-Johnson's audio EQ cookbook, 0 dB peak gain). */
export function bandPass(input: Float32Array, hz: number, q: number): Float32Array {
  const w = (2 * Math.PI * Math.min(hz, RATE_HZ * 0.48)) / RATE_HZ;
  const alpha = Math.sin(w) / (2 * q);
  return biquad(input, [alpha, 0, -alpha], [1 + alpha, -2 * Math.cos(w), 1 - alpha]);
}

/** Second order, Butterworth. */
export function lowPass(input: Float32Array, hz: number): Float32Array {
  const { cos, alpha } = butterworth(hz);
  return biquad(input, [(1 - cos) / 2, 1 - cos, (1 - cos) / 2], [1 + alpha, -2 * cos, 1 - alpha]);
}

export function highPass(input: Float32Array, hz: number): Float32Array {
  const { cos, alpha } = butterworth(hz);
  return biquad(input, [(1 + cos) / 2, -(1 + cos), (1 + cos) / 2], [1 + alpha, -2 * cos, 1 - alpha]);
}

function butterworth(hz: number): { cos: number; alpha: number } {
  const w = (2 * Math.PI * hz) / RATE_HZ;
  return { cos: Math.cos(w), alpha: Math.sin(w) * Math.SQRT1_2 };
}

function biquad(input: Float32Array, b: readonly number[], a: readonly number[]): Float32Array {
  const out = new Float32Array(input.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < input.length; i++) {
    const y = (b[0] * input[i] + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2) / a[0];
    [x2, x1, y2, y1] = [x1, input[i], y1, y];
    out[i] = y;
  }
  return out;
}

/** Times a level that goes through `points` [ms, gain], straight between them. */
export function shaped(input: Float32Array, points: readonly (readonly [ms: number, gain: number])[]): Float32Array {
  const out = new Float32Array(input.length);
  let next = 1;
  for (let i = 0; i < input.length; i++) {
    const ms = (i * 1000) / RATE_HZ;
    while (next < points.length - 1 && ms > points[next][0]) next++;
    const [from, to] = [points[next - 1], points[Math.min(next, points.length - 1)]];
    const share = to[0] === from[0] ? 1 : Math.min(1, Math.max(0, (ms - from[0]) / (to[0] - from[0])));
    out[i] = input[i] * (from[1] + (to[1] - from[1]) * share);
  }
  return out;
}

/** Falls by half every `halfMs`. */
export function decaying(input: Float32Array, halfMs: number): Float32Array {
  return input.map((sample, i) => sample * 0.5 ** ((i * 1000) / RATE_HZ / halfMs));
}

/** Pulses of a voice whose pitch goes straight from `fromHz` to `toHz`, a little uneven as voices are. */
export function glottis(ms: number, fromHz: number, toHz: number, random: Random): Float32Array {
  const out = new Float32Array(samplesOf(ms));
  for (let at = 0; at < out.length; ) {
    const hz = fromHz + ((toHz - fromHz) * at) / out.length;
    const period = Math.round((RATE_HZ / hz) * (0.98 + 0.04 * random()));
    // A rounded pulse: opens slowly, closes fast.
    for (let i = 0; i < period && at + i < out.length; i++) {
      const phase = i / period;
      out[at + i] += phase < 0.6 ? Math.sin((Math.PI * phase) / 0.6) ** 2 - 0.35 : -0.35;
    }
    at += period;
  }
  return out;
}

/** Sum of the parts; the longest gives the length. */
export function mixed(...parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(Math.max(0, ...parts.map((part) => part.length)));
  for (const part of parts) for (let i = 0; i < part.length; i++) out[i] += part[i];
  return out;
}

export function joined(...parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function silence(ms: number): Float32Array {
  return new Float32Array(samplesOf(ms));
}

/** The same sound with a mean power of `db` below full scale, over its loud half. */
export function atLevel(input: Float32Array, db: number): Float32Array {
  const power = input.map((sample) => sample * sample).sort();
  const loud = power.subarray(power.length >> 1);
  const mean = loud.reduce((sum, each) => sum + each, 0) / Math.max(1, loud.length);
  const gain = Math.sqrt(10 ** (db / 10) / Math.max(mean, 1e-12));
  return input.map((sample) => sample * gain);
}

/** Through the telephone: 300 to 3400 Hz, mu-law. What the engine gets of it. */
export function telephone(input: Float32Array): Int16Array {
  const band = lowPass(lowPass(highPass(highPass(input, 300), 300), 3400), 3400);
  const pcm = Int16Array.from(band, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))));
  const bytes = new Uint8Array(pcm.length);
  mulawEncode(pcm, 0, bytes, 0, pcm.length);
  mulawDecode(bytes, 0, pcm, 0, pcm.length);
  return pcm;
}
