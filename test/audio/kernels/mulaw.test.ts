// G.711 proven over its whole domain: every code decoded, every sample encoded, against tables made by a third
// transcription of the standard below, by both implementations. It proves the mapping, nothing about sound.

import { describe, expect, test } from 'vitest';
import { IMPLEMENTATIONS } from './implementations.js';

// The reference: functions ulaw_compress, ulaw_expand, alaw_compress and alaw_expand of the ITU-T G.191 software tool
// library (g711.c), whose steps are followed here one by one in 14 and 13 bits, unlike the code under test.
function referenceMulawEncode(sample: number): number {
  let magnitude = (sample < 0 ? ~sample : sample) >> 2;
  magnitude = Math.min(magnitude + 33, 0x1fff);
  let segment = 1;
  for (let rest = magnitude >> 6; rest !== 0; rest >>= 1) segment++;
  const high = 8 - segment;
  const low = 0x0f - ((magnitude >> segment) & 0x0f);
  return (high << 4) | low | (sample >= 0 ? 0x80 : 0);
}

function referenceMulawDecode(code: number): number {
  const sign = code < 0x80 ? -1 : 1;
  const mantissa = ~code & 0x0f;
  const exponent = (~code >> 4) & 0x07;
  const step = 4 << (exponent + 1);
  return sign * ((0x80 << exponent) + step * mantissa + step / 2 - 4 * 33) + 0;
}

function referenceAlawEncode(sample: number): number {
  let code = (sample < 0 ? ~sample : sample) >> 4;
  if (code > 15) {
    let exponent = 1;
    for (; code > 31; code >>= 1) exponent++;
    code = code - 16 + (exponent << 4);
  }
  if (sample >= 0) code |= 0x80;
  return code ^ 0x55;
}

function referenceAlawDecode(code: number): number {
  const bits = (code ^ 0x55) & 0x7f;
  const exponent = bits >> 4;
  let mantissa = bits & 0x0f;
  if (exponent > 0) mantissa += 16;
  mantissa = (mantissa << 4) + 8;
  if (exponent > 1) mantissa <<= exponent - 1;
  return code > 127 ? mantissa : -mantissa;
}

const ALL_CODES = Uint8Array.from({ length: 256 }, (_, code) => code);
const ALL_SAMPLES = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);

describe.each(IMPLEMENTATIONS)('%s G.711', (_name, dsp) => {
  test.each([
    ['mu-law', dsp.mulawDecode, referenceMulawDecode],
    ['A-law', dsp.alawDecode, referenceAlawDecode],
  ] as const)('decodes all 256 %s codes as the reference does', (_law, decode, reference) => {
    const decoded = new Int16Array(256);
    decode(ALL_CODES, 0, decoded, 0, 256);
    expect([...decoded]).toEqual([...ALL_CODES].map(reference));
  });

  test.each([
    ['mu-law', dsp.mulawEncode, referenceMulawEncode],
    ['A-law', dsp.alawEncode, referenceAlawEncode],
  ] as const)('encodes all 65,536 samples to %s as the reference does', (_law, encode, reference) => {
    const encoded = new Uint8Array(65536);
    encode(ALL_SAMPLES, 0, encoded, 0, 65536);
    expect(Buffer.compare(encoded, Uint8Array.from(ALL_SAMPLES, reference))).toBe(0);
  });

  test.each([
    ['mu-law', dsp.mulawDecode, dsp.mulawEncode, 0x7f], // 0x7f is -0: it comes back as +0, 0xff
    ['A-law', dsp.alawDecode, dsp.alawEncode, -1],
  ] as const)('%s: decoding and encoding again gives the same code', (_law, decode, encode, negativeZero) => {
    const samples = new Int16Array(256);
    const codes = new Uint8Array(256);
    decode(ALL_CODES, 0, samples, 0, 256);
    encode(samples, 0, codes, 0, 256);
    expect([...codes]).toEqual([...ALL_CODES].map((code) => (code === negativeZero ? 0xff : code)));
  });

  test.each([0, 1, 15, 16, 17, 31, 32, 33, 159, 160, 161])(
    '%i samples: nothing outside of them is touched',
    (count) => {
      const codes = new Uint8Array(count + 8).fill(0xa5);
      const samples = new Int16Array(count + 8).fill(-77);
      dsp.mulawDecode(codes, 3, samples, 5, count);
      expect([...samples.subarray(0, 5), ...samples.subarray(5 + count)]).toEqual(Array(8).fill(-77));
      dsp.mulawEncode(samples, 5, codes, 2, count);
      expect([...codes.subarray(0, 2), ...codes.subarray(2 + count)]).toEqual(Array(8).fill(0xa5));
    },
  );
});
