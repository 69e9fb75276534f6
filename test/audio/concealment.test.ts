// Made-up speech: what it does for the ear is not measured here; that it continues, fades, and is the same everywhere is.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONCEAL_PAST_SAMPLES, fallbackDsp, nativeDsp } from '../../src/audio/kernels/addon.js';
import { IMPLEMENTATIONS } from './kernels/implementations.js';

const tone = (hz: number, count: number) =>
  Int16Array.from({ length: count }, (_, i) => Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / 8000)));

describe.each(IMPLEMENTATIONS)('%s conceal', (_name, dsp) => {
  test.each([80, 100, 160, 200])('goes on with a voice of %i Hz where it broke off', (hz) => {
    const whole = tone(hz, 400);
    const gap = new Int16Array(80);
    dsp.conceal(whole, 0, 320, 0, 0, 1, gap, 0, 80);
    // Within 6 % of full scale of the true continuation: the lag is a whole number of samples, the pitch is not.
    for (let i = 0; i < 80; i++) expect(Math.abs(gap[i] - whole[320 + i])).toBeLessThan(500);
  });

  test('fades to silence within 60 ms, to comfort noise where there was noise', () => {
    const past = tone(150, 320);
    const gap = new Int16Array(960);
    dsp.conceal(past, 0, 320, 0, 0, 1, gap, 0, 960);
    const levels = Array.from({ length: 6 }, (_, i) => dsp.level(gap, i * 160, 160));
    expect(levels[0]).toBeGreaterThan(levels[1]);
    expect(levels[1]).toBeGreaterThan(levels[2]);
    expect(dsp.level(gap, 480, 480)).toBe(-127);

    dsp.conceal(past, 0, 320, 480, 100, 1, gap, 0, 960);
    expect(dsp.level(gap, 0, 960)).toBeCloseTo(20 * Math.log10(100 / 32768), 0);
  });

  test('a gap made in pieces is the gap made at once', () => {
    const past = tone(123, 320);
    const whole = new Int16Array(800);
    const pieces = new Int16Array(800);
    dsp.conceal(past, 0, 320, 0, 50, 7, whole, 0, 800);
    for (const [from, count] of [
      [0, 1],
      [1, 159],
      [160, 333],
      [493, 307],
    ]) {
      dsp.conceal(past, 0, 320, from, 50, 7, pieces, from, count);
    }
    expect(pieces).toEqual(whole);
  });

  test('silence, or nothing at all, before the gap gives silence', () => {
    const gap = new Int16Array(480).fill(5);
    dsp.conceal(new Int16Array(320), 0, 320, 0, 0, 1, gap, 0, 480);
    expect(gap.every((sample) => sample === 0)).toBe(true);
    dsp.conceal(new Int16Array(0), 0, 0, 0, 0, 1, gap.fill(5), 0, 480);
    expect(gap.every((sample) => sample === 0)).toBe(true);
  });
});

test('native and fallback make up the same samples', () => {
  if (!nativeDsp) return;
  const native = nativeDsp;
  const samples = fc.int16Array({ minLength: 0, maxLength: CONCEAL_PAST_SAMPLES + 60 });
  const small = fc.nat(600);
  const loudness = fc.nat(32767);
  const seed = fc.nat(2 ** 32 - 1);
  const property = fc.property(samples, small, loudness, seed, fc.nat(700), (past, elapsed, noiseRms, seed, count) => {
    const a = new Int16Array(count);
    const b = new Int16Array(count);
    native.conceal(past, 0, past.length, elapsed, noiseRms, seed, a, 0, count);
    fallbackDsp.conceal(past, 0, past.length, elapsed, noiseRms, seed, b, 0, count);
    expect(a).toEqual(b);
  });
  fc.assert(property, { seed: 11, numRuns: 500 });
});
