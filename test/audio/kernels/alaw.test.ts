// The A-law kernel by itself; that both implementations map every code as the standard does is mulaw.test.ts.

import { expect, test } from 'vitest';
import { alawDecode, alawEncode } from '../../../src/audio/kernels/alaw.js';

const CODES = Uint8Array.from({ length: 256 }, (_, code) => code);

test('every code survives the way to samples and back', () => {
  const samples = new Int16Array(256);
  const back = new Uint8Array(256);
  alawDecode(CODES, 0, samples, 0, 256);
  alawEncode(samples, 0, back, 0, 256);
  expect(back).toEqual(CODES);
});

test.each([
  [0xd5, 8],
  [0x55, -8],
  [0xaa, 32_256],
  [0x2a, -32_256],
])('code %i is %i', (code, sample) => {
  const out = new Int16Array(1);
  alawDecode(Uint8Array.of(code), 0, out, 0, 1);
  expect(out[0]).toBe(sample);
});

test('louder never becomes softer', () => {
  const samples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
  const codes = new Uint8Array(65_536);
  const back = new Int16Array(65_536);
  alawEncode(samples, 0, codes, 0, 65_536);
  alawDecode(codes, 0, back, 0, 65_536);
  for (let i = 1; i < 65_536; i++) if (back[i] < back[i - 1]) throw new Error(`${samples[i]} -> ${back[i]}`);
  expect([back[0], back[65_535]]).toEqual([-32_256, 32_256]);
});

test('only the span that was asked for is written, and one that does not fit is refused', () => {
  const out = new Int16Array(4).fill(7);
  alawDecode(CODES, 10, out, 1, 2);
  expect([out[0], out[3]]).toEqual([7, 7]);
  expect(() => alawDecode(CODES, 255, out, 0, 2)).toThrow(RangeError);
  expect(() => alawEncode(out, 0, new Uint8Array(1), 0, 2)).toThrow(RangeError);
});
