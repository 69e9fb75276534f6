// The resampler against its promises: flatness, aliasing, delay; independence of how a stream is cut; twins alike.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatQualityTable, measureResampler, RATE_PAIRS } from '../../bench/audio/resampler_quality.js';
import { fallbackDsp, nativeDsp, RESAMPLER_RATES } from '../../src/audio/kernels/addon.js';
import { IMPLEMENTATIONS } from './kernels/implementations.js';

const TELEPHONE_PAIRS = RATE_PAIRS.filter(([from, to]) => from === 8000 || to === 8000);

describe.each(IMPLEMENTATIONS)('%s resampler', (name, dsp) => {
  // The twins are slow; the pairs that calls use are enough there, because the differential test covers the others.
  test.each(name === 'native' ? RATE_PAIRS : TELEPHONE_PAIRS)(
    '%i to %i Hz: flat, clean, in time',
    (inputHz, outputHz) => {
      const quality = measureResampler(dsp.createResampler, inputHz, outputHz);
      const shown = formatQualityTable([quality]);
      expect(quality.rippleDb, shown).toBeLessThan(0.01);
      expect(quality.snrDb, shown).toBeGreaterThan(85);
      if (inputHz > outputHz) expect(quality.aliasDb, shown).toBeLessThan(-85);
      expect(Math.abs(quality.delaySamples - dsp.createResampler(inputHz, outputHz).delaySamples), shown).toBeLessThan(
        0.05,
      );
      // Half of the filter, whose length is given by the lower rate: 6 ms when that is 8 kHz.
      expect(quality.delaySamples / outputHz).toBeLessThan(48.1 / Math.min(inputHz, outputHz));
    },
  );

  test.each(TELEPHONE_PAIRS)('%i to %i Hz: any cutting into chunks gives the same samples', (inputHz, outputHz) => {
    const input = Int16Array.from({ length: 3000 }, (_, i) => 20000 * Math.sin(i / 9) + 12000 * Math.sin(i * 1.7));
    const whole = new Int16Array(3000 * 6);
    const resampler = dsp.createResampler(inputHz, outputHz);
    const total = resampler.process(input, 0, 3000, whole, 0);
    expect(total).toBe(Math.ceil((3000 * outputHz) / inputHz));

    resampler.reset();
    const property = fc.property(fc.array(fc.nat(700), { minLength: 1, maxLength: 12 }), (cuts) => {
      resampler.reset();
      const pieces = new Int16Array(whole.length);
      let read = 0;
      let written = 0;
      for (const cut of [...cuts, 3000]) {
        const count = Math.min(cut, 3000 - read);
        const produced = resampler.process(input, read, count, pieces, written);
        expect(produced).toBeLessThanOrEqual(Math.ceil((count * outputHz) / inputHz));
        read += count;
        written += produced;
      }
      expect(written).toBe(total);
      expect(Buffer.compare(Buffer.from(pieces.buffer), Buffer.from(whole.buffer))).toBe(0);
    });
    fc.assert(property, { seed: 3, numRuns: 8 });
  });

  test('full-scale square waves saturate instead of wrapping around', () => {
    const input = Int16Array.from({ length: 2400 }, (_, i) => ((i >> 6) & 1 ? 32767 : -32768));
    const output = new Int16Array(800);
    dsp.createResampler(24000, 8000).process(input, 0, 2400, output, 0);
    for (let i = 100; i < 799; i++) {
      // Overshoot at the edges would show as a flip of the sign for one sample between two of the other sign.
      const flips =
        Math.sign(output[i]) !== Math.sign(output[i - 1]) && Math.sign(output[i]) !== Math.sign(output[i + 1]);
      expect(flips, `sample ${i}`).toBe(false);
    }
    expect(Math.max(...output)).toBe(32767);
    expect(Math.min(...output)).toBe(-32768);
  });

  test('a constant stays that constant', () => {
    for (const rate of RESAMPLER_RATES) {
      const output = new Int16Array(9600);
      const input = new Int16Array(1600).fill(-12345);
      const count = dsp.createResampler(8000, rate).process(input, 0, 1600, output, 0);
      expect(new Set(output.subarray(count / 2, count))).toEqual(new Set([-12345]));
    }
  });

  test('equal rates pass samples through without delay', () => {
    const resampler = dsp.createResampler(16000, 16000);
    const output = new Int16Array(5);
    expect(resampler.process(Int16Array.of(9, 1, 2, 3), 1, 3, output, 1)).toBe(3);
    expect([...output]).toEqual([0, 1, 2, 3, 0]);
    expect(resampler.delaySamples).toBe(0);
  });
});

test('native and fallback differ by one step at most, on noise, at all pairs of rates', () => {
  if (!nativeDsp) return;
  const native = nativeDsp;
  const noise = fc.int16Array({ minLength: 0, maxLength: 1500 });
  const property = fc.property(fc.constantFrom(...RATE_PAIRS), noise, noise, ([inputHz, outputHz], first, second) => {
    const a = native.createResampler(inputHz, outputHz);
    const b = fallbackDsp.createResampler(inputHz, outputHz);
    expect(a.delaySamples).toBe(b.delaySamples);
    for (const input of [first, second]) {
      const outA = new Int16Array(input.length * 6 + 1);
      const outB = new Int16Array(input.length * 6 + 1);
      const count = a.process(input, 0, input.length, outA, 0);
      expect(b.process(input, 0, input.length, outB, 0)).toBe(count);
      for (let i = 0; i < outA.length; i++) {
        if (Math.abs(outA[i] - outB[i]) > 1)
          expect.fail(`${inputHz} to ${outputHz}, sample ${i}: ${outA[i]}, ${outB[i]}`);
      }
    }
  });
  fc.assert(property, { seed: 99, numRuns: 120 });
});
