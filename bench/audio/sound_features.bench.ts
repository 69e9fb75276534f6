// What a window of a caller's sound is like, natively and by the twin, per window. Varies: streams due in the same beat.

import type { Dsp } from '../../src/audio/kernels/addon.js';
import {
  SOUND_FEATURES,
  SOUND_MOMENTS,
  SOUND_PAST,
  SOUND_PLAYED,
  SOUND_WINDOW,
} from '../../src/audio/kernels/kernel_interface.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { VOICE } from './bench_audio.js';
import { type Contender, contest, ourContenders } from './kernel_contest.js';

const BATCHES = [1, 8, 32, 128];
/** Windows a run: enough that the clock does not count. */
const WINDOWS = 256;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const batch of options.small ? [1, 32] : BATCHES) {
    const contenders = ourContenders((dsp) => windows(dsp, batch));
    results.push(...(await contest(options, `sound features, batch ${batch}`, WINDOWS, contenders)));
  }
  return results;
}

/** Streams that hear the voice, each from another place on, while it plays. */
function windows(dsp: Dsp, batch: number): Omit<Contender, 'name'> {
  const rows = (of: (row: number) => number) => Int32Array.from({ length: batch }, (_, row) => of(row));
  const offsets = rows((row) => (row * 211) % (VOICE.length - SOUND_WINDOW));
  const streams = rows((row) => row);
  const playedAt = rows((row) => row);
  const past = new Int16Array(batch * SOUND_PAST);
  const moments = new Float64Array(batch * SOUND_MOMENTS);
  const played = Int16Array.from({ length: batch * SOUND_PLAYED }, (_, i) => Math.abs(VOICE[i % VOICE.length]) % 1920);
  const features = new Float32Array(batch * SOUND_FEATURES);
  return {
    run: () => {
      for (let done = 0; done < WINDOWS; done += batch) {
        dsp.soundFeatures(VOICE, offsets, streams, playedAt, batch, past, moments, played, features);
        for (let row = 0; row < batch; row++) {
          offsets[row] = (offsets[row] + SOUND_WINDOW) % (VOICE.length - SOUND_WINDOW);
          playedAt[row] += 2;
        }
      }
    },
    result: () => new Uint8Array(features.buffer),
  };
}
