// G.711 A-law, both ways: the TypeScript twin of native/dsp/g711.cc. Source: ITU-T G.711 table 1, even bits inverted
// (0x55) and negative samples in one's complement as in the reference program of ITU-T G.191.

import { checkBounds } from './bounds.js';

function decodeByte(code: number): number {
  const toggled = code ^ 0x55;
  const exponent = (toggled >> 4) & 7;
  const mantissa = ((toggled & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return toggled & 0x80 ? magnitude : -magnitude;
}

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = sample < 0 ? ~sample : sample;
  if (magnitude < 256) return ((magnitude >> 4) | sign) ^ 0x55;
  const exponent = 24 - Math.clz32(magnitude);
  return ((exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f) | sign) ^ 0x55;
}

const DECODED = Int16Array.from({ length: 256 }, (_, code) => decodeByte(code));
// Indexed by the sample's 16 bits taken as unsigned.
const ENCODED = Uint8Array.from({ length: 65536 }, (_, bits) => encodeSample((bits << 16) >> 16));

/** Decodes `count` A-law bytes into 16-bit samples. No allocation. */
export function alawDecode(
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

/** Encodes `count` 16-bit samples as A-law bytes. No allocation. */
export function alawEncode(
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
