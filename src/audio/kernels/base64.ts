// Base64 of RFC 4648 section 4 between byte arrays: the TypeScript twin of native/dsp/base64.cc. Strings never appear,
// because both ends are bytes of a WebSocket message.

import { checkBounds } from './bounds.js';

const CHARACTERS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;

/** Value 0..63 of each character, 255 when it is not in the alphabet. */
const BASE64_VALUES = new Uint8Array(256).fill(255);
for (let value = 0; value < 64; value++) BASE64_VALUES[CHARACTERS[value]] = value;

/** Number of characters that `count` bytes become. */
export function base64EncodedSize(count: number): number {
  return Math.ceil(count / 3) * 4;
}

/** Writes base64EncodedSize(count) characters and returns that. No allocation. */
export function base64Encode(
  src: Uint8Array,
  srcOffset: number,
  count: number,
  dst: Uint8Array,
  dstOffset: number,
): number {
  checkBounds(src.length, srcOffset, count);
  checkBounds(dst.length, dstOffset, base64EncodedSize(count));
  const wholeEnd = srcOffset + count - (count % 3);
  let out = dstOffset;
  let at = srcOffset;
  for (; at < wholeEnd; at += 3) {
    const bits = (src[at] << 16) | (src[at + 1] << 8) | src[at + 2];
    dst[out++] = CHARACTERS[bits >> 18];
    dst[out++] = CHARACTERS[(bits >> 12) & 63];
    dst[out++] = CHARACTERS[(bits >> 6) & 63];
    dst[out++] = CHARACTERS[bits & 63];
  }
  const rest = count % 3;
  if (rest !== 0) {
    const bits = (src[at] << 16) | (rest === 2 ? src[at + 1] << 8 : 0);
    dst[out++] = CHARACTERS[bits >> 18];
    dst[out++] = CHARACTERS[(bits >> 12) & 63];
    dst[out++] = rest === 2 ? CHARACTERS[(bits >> 6) & 63] : PADDING;
    dst[out++] = PADDING;
  }
  return out - dstOffset;
}

/** Bytes that `count` characters decode to by their length and padding alone; -1 when that cannot be. */
export function base64DecodedSize(src: Uint8Array, srcOffset: number, count: number): number {
  if (count % 4 !== 0) return -1;
  if (count === 0) return 0;
  const end = srcOffset + count;
  const padding = src[end - 1] !== PADDING ? 0 : src[end - 2] !== PADDING ? 1 : 2;
  return (count / 4) * 3 - padding;
}

/** Decodes `count` characters; returns the number of bytes, -1 when they are not base64. No allocation. */
export function base64Decode(
  src: Uint8Array,
  srcOffset: number,
  count: number,
  dst: Uint8Array,
  dstOffset: number,
): number {
  checkBounds(src.length, srcOffset, count);
  const size = base64DecodedSize(src, srcOffset, count);
  if (size < 0) return -1;
  checkBounds(dst.length, dstOffset, size);
  const rest = size % 3;
  const wholeEnd = dstOffset + size - rest;
  let bad = 0;
  let at = srcOffset;
  for (let out = dstOffset; out < wholeEnd; out += 3) {
    const a = BASE64_VALUES[src[at]];
    const b = BASE64_VALUES[src[at + 1]];
    const c = BASE64_VALUES[src[at + 2]];
    const d = BASE64_VALUES[src[at + 3]];
    at += 4;
    bad |= a | b | c | d;
    dst[out] = (a << 2) | (b >> 4);
    dst[out + 1] = (b << 4) | (c >> 2);
    dst[out + 2] = (c << 6) | d;
  }
  if (rest !== 0) {
    const a = BASE64_VALUES[src[at]];
    const b = BASE64_VALUES[src[at + 1]];
    const c = rest === 2 ? BASE64_VALUES[src[at + 2]] : 0;
    bad |= a | b | c;
    dst[wholeEnd] = (a << 2) | (b >> 4);
    if (rest === 2) dst[wholeEnd + 1] = (b << 4) | (c >> 2);
  }
  // 255 has the top bit, the values 0..63 do not.
  return bad & 0x80 ? -1 : size;
}
