// Base64 both ways, bytes to bytes: native kernel, twin, and Node's Buffer, which has no way from bytes to bytes and so
// makes a string in between. Varies: direction; one 20 ms frame or a second of mu-law.

import type { Dsp } from '../../src/audio/kernels/addon.js';
import { FRAME_SAMPLES, RATE_HZ } from '../../src/audio_format.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { VOICE_MULAW } from './bench_audio.js';
import { contest, ourContenders } from './kernel_contest.js';

/** How often a run does it: enough that the clock does not count. */
const REPEATS = 16;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const [size, bytes] of [['one frame', FRAME_SAMPLES] as const, ['one second', RATE_HZ] as const]) {
    results.push(...(await benchEncode(options, size, VOICE_MULAW.slice(0, bytes))));
    results.push(...(await benchDecode(options, size, VOICE_MULAW.slice(0, bytes))));
  }
  return results;
}

function benchEncode(options: BenchOptions, size: string, plain: Uint8Array): Promise<BenchResult[]> {
  const length = Math.ceil(plain.length / 3) * 4;
  const ours = (dsp: Dsp) => {
    const coded = new Uint8Array(length);
    const run = () => {
      for (let i = 0; i < REPEATS; i++) dsp.base64Encode(plain, 0, plain.length, coded, 0);
    };
    return { run, result: () => coded };
  };
  const source = Buffer.from(plain);
  const coded = Buffer.alloc(length);
  const run = () => {
    for (let i = 0; i < REPEATS; i++) coded.write(source.toString('base64'), 'latin1');
  };
  const contenders = [...ourContenders(ours), { name: 'Buffer', run, result: () => coded }];
  return contest(options, `base64 encode, ${size}`, REPEATS, contenders);
}

function benchDecode(options: BenchOptions, size: string, plain: Uint8Array): Promise<BenchResult[]> {
  const coded = Buffer.from(Buffer.from(plain).toString('base64'), 'latin1');
  const ours = (dsp: Dsp) => {
    const decoded = new Uint8Array(plain.length);
    const run = () => {
      for (let i = 0; i < REPEATS; i++) dsp.base64Decode(coded, 0, coded.length, decoded, 0);
    };
    return { run, result: () => decoded };
  };
  const decoded = Buffer.alloc(plain.length);
  const run = () => {
    for (let i = 0; i < REPEATS; i++) decoded.write(coded.toString('latin1'), 'base64');
  };
  const contenders = [...ourContenders(ours), { name: 'Buffer', run, result: () => decoded }];
  return contest(options, `base64 decode, ${size}`, REPEATS, contenders);
}
