// Which implementation is chosen, and that both refuse arguments that would reach outside of an array.

import { describe, expect, test } from 'vitest';
import { dsp, fallbackDsp, nativeDsp } from '../../../src/audio/kernels/addon.js';
import { IMPLEMENTATIONS } from './implementations.js';

test('the native kernels are chosen when they are there', () => {
  expect(dsp).toBe(nativeDsp ?? fallbackDsp);
  expect(fallbackDsp.kind).toBe('fallback');
  // Without the addon every parity test would compare the twins with themselves: build it, or say that it is meant.
  if (process.env['RINGLINE_NATIVE'] !== 'off')
    expect(nativeDsp?.kind, 'run: node native/build.mjs --strict').toBe('native');
});

describe.each(IMPLEMENTATIONS)('%s bounds', (_name, dsp) => {
  const bytes = new Uint8Array(64);
  const samples = new Int16Array(64);
  const timestampMs = new Int32Array(1);
  const none = new Uint8Array(0);

  test.each([
    [-1, 0, 1],
    [0, -1, 1],
    [0, 0, -1],
    [0, 0, 65],
    [64, 0, 1],
    [0, 64, 1],
    [65, 0, 0],
    [2 ** 32, 0, 1],
    [0, 0, 2 ** 32 + 1],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 1],
    [0, 0, Number.POSITIVE_INFINITY],
    [0, 0, Number.NaN],
    [0, 0, 1.5],
    [0.5, 0, 1],
  ])('offsets %d and %d with count %d throw before anything is written', (from, to, count) => {
    const calls = [
      () => dsp.mulawDecode(bytes, from, samples, to, count),
      () => dsp.mulawEncode(samples, from, bytes, to, count),
      () => dsp.alawDecode(bytes, from, samples, to, count),
      () => dsp.alawEncode(samples, from, bytes, to, count),
      () => dsp.interleaveStereo(samples, from, samples, 0, new Int16Array(128), 2 * to, count),
      () => dsp.base64Encode(bytes, from, count, new Uint8Array(88), to === 0 ? 0 : 87),
      () => dsp.base64Decode(bytes, from, count * 4, new Uint8Array(48), to === 0 ? 0 : 48),
      () => dsp.createResampler(8000, 8000).process(samples, from, count, samples, to),
      () => dsp.createResampler(8000, 16000).process(samples, from, count, new Int16Array(128), 2 * to),
    ];
    bytes.fill(0x41);
    for (const call of calls) {
      try {
        call();
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RangeError);
        continue;
      }
      // Base64 may be lucky when only the other side is out of reach.
      if (!call.toString().includes('base64')) expect.fail(`did not throw: ${call.toString()}`);
    }
  });

  test('an odd base64 destination offset is checked against the exact size', () => {
    const text = new TextEncoder().encode('QUJD');
    expect(dsp.base64Decode(text, 0, 4, new Uint8Array(3), 0)).toBe(3);
    expect(() => dsp.base64Decode(text, 0, 4, new Uint8Array(3), 1)).toThrow(RangeError);
    expect(() => dsp.base64Encode(text, 0, 4, new Uint8Array(7), 0)).toThrow(RangeError);
  });

  test('parseMedia and buildMedia check every array', () => {
    expect(() => dsp.parseMedia(bytes, 0, 65, none, bytes, 0, samples, 0, timestampMs)).toThrow(RangeError);
    expect(() => dsp.parseMedia(bytes, 60, 5, none, bytes, 0, samples, 0, timestampMs)).toThrow(RangeError);
    expect(() => dsp.parseMedia(bytes, 0, 4, none, bytes, 65, samples, 0, timestampMs)).toThrow(RangeError);
    expect(() => dsp.parseMedia(bytes, 0, 4, none, bytes, 0, samples, 65, timestampMs)).toThrow(RangeError);
    expect(() => dsp.parseMedia(bytes, 0, 4, none, bytes, 0, samples, 0, new Int32Array(0))).toThrow(RangeError);
    expect(() => dsp.buildMedia(none, bytes, 0, 3, new Uint8Array(6), 0)).toThrow(RangeError);
    expect(dsp.buildMedia(none, bytes, 0, 3, new Uint8Array(7), 0)).toBe(7);
    expect(() => dsp.buildMedia(none, bytes, 62, 3, new Uint8Array(99), 0)).toThrow(RangeError);
    expect(() => dsp.level(samples, 60, 5)).toThrow(RangeError);
  });

  test('rates that are not supported are refused', () => {
    for (const rate of [0, -8000, 11025, 8000.5, Number.NaN]) {
      expect(() => dsp.createResampler(rate, 8000)).toThrow(RangeError);
      expect(() => dsp.createResampler(8000, rate)).toThrow(RangeError);
    }
  });
});

test('the addon refuses arrays of another type instead of reading them', () => {
  const native = nativeDsp as unknown as Record<string, (...values: unknown[]) => unknown> | null;
  if (!native) return;
  expect(() => native['mulawDecode'](new Int8Array(8), 0, new Int16Array(8), 0, 8)).toThrow(TypeError);
  expect(() => native['mulawDecode'](new Uint8Array(8), 0, new Uint16Array(8), 0, 8)).toThrow(TypeError);
  expect(() => native['mulawDecode'](new ArrayBuffer(8), 0, new Int16Array(8), 0, 8)).toThrow(TypeError);
  expect(() => native['mulawDecode'](new Uint8Array(8), '0', new Int16Array(8), 0, 8)).toThrow(TypeError);
  expect(() => native['mulawDecode'](new Uint8Array(8), 0)).toThrow(TypeError);
  const resampler = nativeDsp!.createResampler(8000, 16000);
  expect(() => resampler.process.call({} as typeof resampler, new Int16Array(1), 0, 1, new Int16Array(2), 0)).toThrow();
});

test('a detached array reads as empty, not as freed memory', () => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  for (const [, dsp] of IMPLEMENTATIONS) {
    expect(() => dsp.mulawDecode(bytes, 0, new Int16Array(8), 0, 8)).toThrow(RangeError);
  }
});
