import { describe, expect, test } from 'vitest';
import type { BenchResult } from '../../bench/bench_result.js';
import { MINIMUMS, type Minimum, minimumFor, missedBy, unusedMinimums } from '../../bench/minimums.js';

const MINIMUM: Minimum = { name: 'decode, one second', peer: 'alawmulaw', ratio: 10 };
const SOUND: Minimum = { name: 'resampler', peer: 'lib', ratio: 1, more: { 'our quality': 'as good' } };
const ALL = [MINIMUM, SOUND];

function result(name: string, peer: string | null, ratio: number | null, more?: BenchResult['more']): BenchResult {
  return { name, ns_per_op: 1, peer, peer_ns_per_op: ratio, ratio, hash: '', more };
}

describe('a minimum is missed', () => {
  test.each([
    ['decode, one second', 'alawmulaw', 10, undefined, null],
    ['decode, one second', 'alawmulaw', 9.99, undefined, /9\.99 times as fast, must be 10/],
    ['decode, one second', 'alawmulaw', Number.NaN, undefined, /must be 10/],
    ['decode, one second', 'another', 1, undefined, null],
    ['decode, one second or two', 'alawmulaw', 1, undefined, null],
    ['TypeScript twin: decode, one second', 'alawmulaw', 1, undefined, null],
    ['resampler, 8000 to 16000 Hz', 'libsamplerate', 2, { 'our quality': 'as good' }, null],
    ['resampler, 8000 to 16000 Hz', 'libsamplerate', 2, { 'our quality': 'worse' }, /our quality is worse/],
    ['resampler, 8000 to 16000 Hz', 'libsamplerate', 2, undefined, /our quality is undefined/],
  ])('%s against %s at %s times, %o: %s', (name, peer, ratio, more, expected) => {
    const missed = missedBy(result(name, peer, ratio, more), ALL);
    if (expected) expect(missed).toMatch(expected);
    else expect(missed).toBeNull();
  });
});

test('a result without a peer has no minimum', () => {
  expect(minimumFor(result('decode, one second', null, null), ALL)).toBeNull();
});

test('a minimum that nothing was measured for is told', () => {
  expect(unusedMinimums([result('decode, one second', 'alawmulaw', 12)], ALL)).toEqual([SOUND]);
  expect(unusedMinimums([], MINIMUMS)).toHaveLength(MINIMUMS.length);
});
