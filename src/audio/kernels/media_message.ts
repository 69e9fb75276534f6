// Twilio Media Streams `media` messages between bytes and samples: the TypeScript twin of native/dsp/media_message.cc. It
// knows the one layout that Twilio writes; every other message goes through JSON.parse in twilio/media_wire.ts.

import { base64Decode, base64DecodedSize, base64Encode, base64EncodedSize } from './base64.js';
import { checkBounds } from './bounds.js';
import { MEDIA_NOT_MINE } from './kernel_interface.js';
import { mulawDecode } from './mulaw.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const SUFFIX = ascii('"}}');
// The literal parts of a message as Twilio writes it.
const EVENT = ascii('{"event":"media","sequenceNumber":"');
const TRACK = ascii('","media":{"track":"inbound","chunk":"');
const TIMESTAMP = ascii('","timestamp":"');
const PAYLOAD = ascii('","payload":"');
const STREAM_SID = ascii('"},"streamSid":"');
const END = ascii('"}');

/** See Dsp.parseMedia. */
export function parseMedia(
  bytes: Uint8Array,
  offset: number,
  length: number,
  streamSid: Uint8Array,
  mulaw: Uint8Array,
  mulawOffset: number,
  pcm: Int16Array,
  pcmOffset: number,
  timestampMs: Int32Array,
): number {
  checkBounds(bytes.length, offset, length);
  checkBounds(mulaw.length, mulawOffset, 0);
  checkBounds(pcm.length, pcmOffset, 0);
  checkBounds(timestampMs.length, 0, 1);
  const end = offset + length;
  // The payload is what lies between the beginning and an ending of known length.
  const payloadEnd = end - STREAM_SID.length - streamSid.length - END.length;
  let at = skipCounter(bytes, skipExact(bytes, offset, end, EVENT), end);
  at = skipCounter(bytes, skipExact(bytes, at, end, TRACK), end);
  const timestampAt = skipExact(bytes, at, end, TIMESTAMP);
  const timestampEnd = skipCounter(bytes, timestampAt, end);
  at = skipExact(bytes, timestampEnd, end, PAYLOAD);
  if (at < 0 || at > payloadEnd || streamSid.length === 0) return MEDIA_NOT_MINE;
  let ending = skipExact(bytes, payloadEnd, end, STREAM_SID);
  ending = skipExact(bytes, ending, end, streamSid);
  if (skipExact(bytes, ending, end, END) < 0) return MEDIA_NOT_MINE;
  const size = base64DecodedSize(bytes, at, payloadEnd - at);
  if (size <= 0 || size > Math.min(mulaw.length - mulawOffset, pcm.length - pcmOffset)) return MEDIA_NOT_MINE;
  // A quotation mark or backslash is not base64, so decoding also proves that the payload ends where it was cut.
  if (base64Decode(bytes, at, payloadEnd - at, mulaw, mulawOffset) !== size) return MEDIA_NOT_MINE;
  mulawDecode(mulaw, mulawOffset, pcm, pcmOffset, size);
  let number = 0;
  for (let i = timestampAt; i < timestampEnd; i++) number = number * 10 + bytes[i] - 0x30;
  timestampMs[0] = number;
  return size;
}

/** See Dsp.buildMedia. */
export function buildMedia(
  prefix: Uint8Array,
  mulaw: Uint8Array,
  mulawOffset: number,
  count: number,
  out: Uint8Array,
  outOffset: number,
): number {
  checkBounds(mulaw.length, mulawOffset, count);
  checkBounds(out.length, outOffset, prefix.length + base64EncodedSize(count) + SUFFIX.length);
  out.set(prefix, outOffset);
  let at = outOffset + prefix.length;
  at += base64Encode(mulaw, mulawOffset, count, out, at);
  out.set(SUFFIX, at);
  return at + SUFFIX.length - outOffset;
}

/** Index after `literal` if it stands at `at`, else -1; -1 stays -1. */
function skipExact(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  if (at < 0 || end - at < literal.length) return -1;
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return -1;
  return at + literal.length;
}

/** Index after one to nine digits (those always fit 31 bits), -1 when there are none; -1 stays -1. */
function skipCounter(bytes: Uint8Array, at: number, end: number): number {
  if (at < 0) return -1;
  const limit = Math.min(end, at + 9);
  let next = at;
  while (next < limit && bytes[next] >= 0x30 && bytes[next] <= 0x39) next++;
  return next === at ? -1 : next;
}
