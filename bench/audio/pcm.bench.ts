// The kernels that nobody ships as a package: loudness, stereo interleaving, made-up samples for lost frames. Native
// against twin. Varies: kernel, one frame or one second.

import { CONCEAL_PAST_SAMPLES, type Dsp } from '../../src/audio/kernels/addon.js';
import { FRAME_SAMPLES, RATE_HZ } from '../../src/audio_format.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { VOICE } from './bench_audio.js';
import { bytesOf, contest, ourContenders } from './kernel_contest.js';

/** How often a run does it: enough that the clock does not count. */
const REPEATS = 16;
const NOISE_RMS = 20;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const repeat = (work: () => void) => () => {
    for (let i = 0; i < REPEATS; i++) work();
  };
  const level = (samples: number) => (dsp: Dsp) => {
    let levelDb = 0;
    return {
      run: repeat(() => {
        levelDb = dsp.level(VOICE, 0, samples);
      }),
      // Sums of squares in another order differ in the last digits.
      result: () => Buffer.from(levelDb.toFixed(6)),
    };
  };
  const interleave = (samples: number) => (dsp: Dsp) => {
    const out = new Int16Array(2 * samples);
    return {
      run: repeat(() => dsp.interleaveStereo(VOICE, 0, VOICE, RATE_HZ - samples, out, 0, samples)),
      result: () => bytesOf(out),
    };
  };
  const conceal = (dsp: Dsp) => {
    const out = new Int16Array(FRAME_SAMPLES);
    return {
      run: repeat(() => dsp.conceal(VOICE, 0, CONCEAL_PAST_SAMPLES, 0, NOISE_RMS, 1, out, 0, FRAME_SAMPLES)),
      result: () => bytesOf(out),
    };
  };
  return [
    ...(await contest(options, 'level, one frame', REPEATS, ourContenders(level(FRAME_SAMPLES)))),
    ...(await contest(options, 'interleave, one frame', REPEATS, ourContenders(interleave(FRAME_SAMPLES)))),
    ...(await contest(options, 'interleave, one second', REPEATS, ourContenders(interleave(RATE_HZ)))),
    ...(await contest(options, 'conceal, first lost frame', REPEATS, ourContenders(conceal))),
  ];
}
