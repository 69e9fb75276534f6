// G.711 mu-law, both ways: the TypeScript twin of native/dsp/g711.cc. A-law is alaw.ts.
// Source: ITU-T G.711 table 2, with the bit order and the one's complement of negative samples of the reference program
// in ITU-T G.191. Tables are computed once: 256 entries to decode, 65,536 to encode.

import { checkBounds } from './bounds.js';

const BIAS = 0x84;
const CLIP = 32635;

function decodeByte(code: number): number {
  const inverted = ~code & 0xff;
  const exponent = (inverted >> 4) & 7;
  const magnitude = ((((inverted & 0x0f) << 3) + BIAS) << exponent) - BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
}

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(sample < 0 ? ~sample : sample, CLIP) + BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

const DECODED = Int16Array.from({ length: 256 }, (_, code) => decodeByte(code));
// Indexed by the sample's 16 bits taken as unsigned.
const ENCODED = Uint8Array.from({ length: 65536 }, (_, bits) => encodeSample((bits << 16) >> 16));

/** Decodes `count` mu-law bytes into 16-bit samples. No allocation. */
export function mulawDecode(
  src: Uint8Array,
  srcOffset: number,
  dst: Int16Array,
  dstOffset: number,
  count: number,
): void {
  checkBounds(src.length, srcOffset, count);
  checkBounds(dst.length, dstOffset, count);
  for (let i = 0; i < count; i++) dst[dstOffset + i] = DECODED[src[srcOffset + i]];
}

/** Encodes `count` 16-bit samples as mu-law bytes. No allocation. */
export function mulawEncode(
  src: Int16Array,
  srcOffset: number,
  dst: Uint8Array,
  dstOffset: number,
  count: number,
): void {
  checkBounds(src.length, srcOffset, count);
  checkBounds(dst.length, dstOffset, count);
  for (let i = 0; i < count; i++) dst[dstOffset + i] = ENCODED[src[srcOffset + i] & 0xffff];
}
