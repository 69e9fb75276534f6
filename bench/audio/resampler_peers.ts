// Other resamplers behind our interface, for comparison: libsamplerate and Speex. Both are made for streams, like ours.
// They take and give 16-bit samples here, as telephony has them; libsamplerate's floats are converted on the way.
//
// `@alexanderolsen/libsamplerate-js` 2.1.2 calls itself WebAssembly, but what it ships is that code translated to plain
// JavaScript; `speex-resampler` is WebAssembly.

import libsamplerate from '@alexanderolsen/libsamplerate-js';
import Speex from 'speex-resampler';
import type { Resampler } from '../../src/audio/kernels/addon.js';

export interface ResamplerPeer {
  name: string;
  /** Longer than it holds back its newest samples; 0 = it gives as much as it takes. */
  holdsBackS: number;
  create(inputHz: number, outputHz: number): Promise<Resampler>;
}

const { ConverterType, create } = libsamplerate;

/** Best quality first; the last one is linear interpolation. */
export const LIBSAMPLERATE: readonly ResamplerPeer[] = (
  ['SRC_SINC_BEST_QUALITY', 'SRC_SINC_MEDIUM_QUALITY', 'SRC_SINC_FASTEST', 'SRC_LINEAR'] as const
).map((converter) => ({
  name: `libsamplerate ${converter.slice(4).toLowerCase().replaceAll('_', ' ')}`,
  holdsBackS: 0.02,
  create: async (inputHz, outputHz) => {
    const source = await create(1, inputHz, outputHz, { converterType: ConverterType[converter] });
    return new Libsamplerate(source, () => (source.converterType = ConverterType[converter]));
  },
}));

/** Best quality, the package's default, and the default of most programs that use Speex. */
export const SPEEX: readonly ResamplerPeer[] = [10, 7, 4].map((quality) => ({
  name: `Speex quality ${quality}`,
  holdsBackS: 0,
  create: async (inputHz, outputHz) => {
    await SpeexClass.initPromise;
    return new SpeexStream(() => new SpeexClass(1, inputHz, outputHz, quality));
  },
}));

// CommonJS without the mark that Node looks for: the class is one level deeper than the types say.
const SpeexClass = (Speex as unknown as { default: typeof Speex.default }).default;

type Source = Awaited<ReturnType<typeof create>>;

class Libsamplerate implements Resampler {
  readonly delaySamples = Number.NaN;
  #input = new Float32Array(0);
  #output = new Float32Array(0);
  readonly #produced = { frames: 0 };
  readonly #source: Source;
  readonly #begin: () => void;

  /** `begin` makes the library begin anew. */
  constructor(source: Source, begin: () => void) {
    this.#source = source;
    this.#begin = begin;
  }

  process(src: Int16Array, srcOffset: number, count: number, dst: Int16Array, dstOffset: number): number {
    if (this.#input.length !== count) {
      this.#input = new Float32Array(count);
      // It gives what it held back in lumps.
      this.#output = new Float32Array(Math.ceil(count * this.#source.ratio) + 1024);
    }
    const input = this.#input;
    const output = this.#output;
    const produced = this.#produced;
    for (let i = 0; i < count; i++) input[i] = src[srcOffset + i] / 32768;
    this.#source.full(input, output, produced);
    for (let i = 0; i < produced.frames; i++) {
      dst[dstOffset + i] = Math.max(-32768, Math.min(32767, Math.round(output[i] * 32768)));
    }
    return produced.frames;
  }

  reset(): void {
    this.#begin();
  }
}

class SpeexStream implements Resampler {
  readonly delaySamples = Number.NaN;
  readonly #make: () => InstanceType<typeof SpeexClass>;
  #stream: InstanceType<typeof SpeexClass>;

  constructor(make: () => InstanceType<typeof SpeexClass>) {
    this.#make = make;
    this.#stream = make();
  }

  process(src: Int16Array, srcOffset: number, count: number, dst: Int16Array, dstOffset: number): number {
    const bytes = Buffer.from(src.buffer, src.byteOffset + srcOffset * 2, count * 2);
    const output = this.#stream.processChunk(bytes);
    dst.set(new Int16Array(output.buffer, output.byteOffset, output.length / 2), dstOffset);
    return output.length / 2;
  }

  reset(): void {
    this.#stream = this.#make();
  }
}

/**
 * The same stream behind `leadSamples` of silence. For the sweep, which wants as much output as input: libsamplerate has
 * no delay, but holds the newest samples back, as a delay would.
 */
export function behindSilence(resampler: Resampler, leadSamples: number): Resampler {
  let lead = leadSamples;
  return {
    delaySamples: Number.NaN,
    reset: () => {
      lead = leadSamples;
      resampler.reset();
    },
    process: (src, srcOffset, count, dst, dstOffset) => {
      dst.fill(0, dstOffset, dstOffset + lead);
      const written = lead + resampler.process(src, srcOffset, count, dst, dstOffset + lead);
      lead = 0;
      return written;
    },
  };
}
