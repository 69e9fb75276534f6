// Changes the sample rate of one mono stream: the TypeScript twin of native/dsp/resampler.cc, with the same filter and
// output within one step of the 16-bit scale.

import { checkBounds } from './kernels/bounds.js';
import { RESAMPLER_RATES, type Resampler } from './kernels/kernel_interface.js';

// Design, in units of the lower of the two rates: flat to 0.425 (3.4 kHz at 8 kHz), silent from 0.5. The Kaiser
// formulas (Oppenheim & Schafer, Discrete-Time Signal Processing, section 7.5.3) give taps and beta for the attenuation.
const ATTENUATION_DB = 100;
const PASSBAND = 0.425;
const STOPBAND = 0.5;
const BLOCK_SAMPLES = 480;

interface Filter {
  /** Output rate / gcd: number of rows of coefficients. */
  phases: number;
  /** Input rate / gcd. */
  step: number;
  /** Coefficients in a row, a multiple of 16. */
  taps: number;
  /** Rows reversed in time, so that they run along the samples. */
  coefficients: Float32Array;
}

const filters = new Map<string, Filter>();

/** Creates a resampler; RangeError when a rate is not one of RESAMPLER_RATES. */
export function createResampler(inputHz: number, outputHz: number): Resampler {
  const rates: readonly number[] = RESAMPLER_RATES;
  if (!rates.includes(inputHz) || !rates.includes(outputHz)) throw new RangeError('unsupported sample rate');
  if (inputHz === outputHz) return new PassThrough();
  const key = `${inputHz}:${outputHz}`;
  let filter = filters.get(key);
  if (!filter) filters.set(key, (filter = designFilter(inputHz, outputHz)));
  return new PolyphaseResampler(filter);
}

class PassThrough implements Resampler {
  readonly delaySamples = 0;

  process(src: Int16Array, srcOffset: number, count: number, dst: Int16Array, dstOffset: number): number {
    checkBounds(src.length, srcOffset, count);
    checkBounds(dst.length, dstOffset, count);
    for (let i = 0; i < count; i++) dst[dstOffset + i] = src[srcOffset + i];
    return count;
  }

  reset(): void {}
}

class PolyphaseResampler implements Resampler {
  readonly delaySamples: number;
  readonly #filter: Filter;
  /** taps - 1 samples of history, then the block being worked on. */
  readonly #window: Float32Array;
  #phase = 0;
  /** Index into the coming block of the newest input sample that the next output needs. */
  #next = 0;

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#window = new Float32Array(filter.taps - 1 + BLOCK_SAMPLES);
    this.delaySamples = ((filter.taps / 2) * filter.phases) / filter.step;
  }

  process(src: Int16Array, srcOffset: number, count: number, dst: Int16Array, dstOffset: number): number {
    checkBounds(src.length, srcOffset, count);
    checkBounds(dst.length, dstOffset, Math.ceil((count * this.#filter.phases) / this.#filter.step));
    let written = 0;
    for (let done = 0; done < count; done += BLOCK_SAMPLES) {
      const block = Math.min(BLOCK_SAMPLES, count - done);
      written += this.#processBlock(src, srcOffset + done, block, dst, dstOffset + written);
    }
    return written;
  }

  reset(): void {
    this.#window.fill(0);
    this.#phase = 0;
    this.#next = 0;
  }

  #processBlock(src: Int16Array, srcOffset: number, count: number, dst: Int16Array, dstOffset: number): number {
    const { phases, step, taps, coefficients } = this.#filter;
    const window = this.#window;
    const history = taps - 1;
    for (let i = 0; i < count; i++) window[history + i] = src[srcOffset + i];
    let phase = this.#phase;
    let next = this.#next;
    let out = dstOffset;
    while (next < count) {
      const row = phase * taps;
      // Four sums, because one would wait for each addition before it could begin the next.
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = 0; i < taps; i += 4) {
        a += window[next + i] * coefficients[row + i];
        b += window[next + i + 1] * coefficients[row + i + 1];
        c += window[next + i + 2] * coefficients[row + i + 2];
        d += window[next + i + 3] * coefficients[row + i + 3];
      }
      const sample = Math.round(a + b + c + d);
      dst[out++] = Math.max(-32768, Math.min(32767, sample));
      phase += step;
      next += Math.floor(phase / phases);
      phase %= phases;
    }
    this.#phase = phase;
    this.#next = next - count;
    window.copyWithin(0, count, count + history);
    return out - dstOffset;
  }
}

function designFilter(inputHz: number, outputHz: number): Filter {
  const divisor = greatestCommonDivisor(inputHz, outputHz);
  const phases = outputHz / divisor;
  const shrink = Math.max(1, inputHz / outputHz);
  const beta = 0.1102 * (ATTENUATION_DB - 8.7);
  const tapsExact = ((ATTENUATION_DB - 7.95) / (2.285 * 2 * Math.PI * (STOPBAND - PASSBAND))) * shrink;
  const taps = Math.ceil(tapsExact / 16) * 16;

  // Prototype at inputHz * phases; cut-off in the middle of the transition, as a share of the input rate.
  const cutoff = (PASSBAND + STOPBAND) / 2 / shrink;
  const center = (taps * phases) / 2;
  const normalize = 1 / besselI0(beta);
  const coefficients = new Float32Array(taps * phases);
  const row = new Float64Array(taps);
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const index = tap * phases + phase;
      const x = (index - center) / phases;
      const u = (index - center) / center;
      const window = besselI0(beta * Math.sqrt(Math.max(0, 1 - u * u))) * normalize;
      const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
      row[tap] = sinc * window;
      sum += row[tap];
    }
    // Each phase passes a constant unchanged, so that DC makes no tone at the phases' repetition rate.
    for (let tap = 0; tap < taps; tap++) coefficients[phase * taps + taps - 1 - tap] = row[tap] / sum;
  }
  return { phases, step: inputHz / divisor, taps, coefficients };
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
