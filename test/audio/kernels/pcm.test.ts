// Loudness against its definition, interleaving against its meaning; twins alike.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fallbackDsp, nativeDsp } from '../../../src/audio/kernels/addon.js';
import { IMPLEMENTATIONS } from './implementations.js';

describe.each(IMPLEMENTATIONS)('%s level', (_name, dsp) => {
  const level = (samples: number[]) => dsp.level(Int16Array.from(samples), 0, samples.length);

  test.each([
    [[], -127],
    [[0, 0, 0], -127],
    [[-32768, -32768], 0],
    [[1], -90.309],
    [[16384, -16384, 16384], -6.021],
    [[3000, 0, 0, 0], -26.787],
  ])('of %j is %d dB', (samples, expected) => expect(level(samples)).toBeCloseTo(expected, 3));

  test('a full-scale sine is at -3 dB', () => {
    expect(level(Array.from({ length: 800 }, (_, i) => 32767 * Math.sin((2 * Math.PI * i) / 80)))).toBeCloseTo(
      -3.01,
      2,
    );
  });

  test('only what was asked for is measured', () => {
    expect(dsp.level(Int16Array.of(9999, 0, 0, 9999), 1, 2)).toBe(-127);
  });
});

describe.each(IMPLEMENTATIONS)('%s interleaveStereo', (_name, dsp) => {
  test.each([0, 1, 7, 8, 9, 160, 161])('%i samples a side, left first, nothing beside them', (count) => {
    const left = Int16Array.from({ length: count + 2 }, (_, i) => i);
    const right = Int16Array.from({ length: count + 3 }, (_, i) => -1000 - i);
    const out = new Int16Array(2 * count + 5).fill(7777);
    dsp.interleaveStereo(left, 2, right, 1, out, 3, count);
    const pairs = Array.from({ length: count }, (_, i) => [i + 2, -1001 - i]).flat();
    expect([...out]).toEqual([7777, 7777, 7777, ...pairs, 7777, 7777]);
  });
});

test('native and fallback are the same on noise', () => {
  if (!nativeDsp) return;
  const native = nativeDsp;
  const noise = fc.int16Array({ minLength: 0, maxLength: 500 });
  const property = fc.property(noise, noise, (left, right) => {
    // Two libraries' logarithms may differ in the last bit.
    expect(native.level(left, 0, left.length)).toBeCloseTo(fallbackDsp.level(left, 0, left.length), 9);
    const count = Math.min(left.length, right.length);
    const a = new Int16Array(2 * count);
    const b = new Int16Array(2 * count);
    native.interleaveStereo(left, 0, right, 0, a, 0, count);
    fallbackDsp.interleaveStereo(left, 0, right, 0, b, 0, count);
    expect(a).toEqual(b);
  });
  fc.assert(property, { seed: 21, numRuns: 300 });
});
