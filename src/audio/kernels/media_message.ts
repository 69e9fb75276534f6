// Twilio Media Streams `media` messages between bytes and samples: the TypeScript twin of native/dsp/media_message.cc.
// The other messages are few and go through JSON.parse in twilio/media_messages.ts.

import { BASE64_VALUES, base64Decode, base64DecodedSize, base64Encode, base64EncodedSize } from './base64.js';
import { checkBounds } from './bounds.js';
import { JsonScanner, JsonValue } from './json_scanner.js';
import { MEDIA_RESULT } from './kernel_interface.js';
import { mulawDecode } from './mulaw.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const NAME_EVENT = ascii('event');
const NAME_STREAM_SID = ascii('streamSid');
const NAME_SEQUENCE_NUMBER = ascii('sequenceNumber');
const NAME_MEDIA = ascii('media');
const NAME_TRACK = ascii('track');
const NAME_CHUNK = ascii('chunk');
const NAME_TIMESTAMP = ascii('timestamp');
const NAME_PAYLOAD = ascii('payload');
const INBOUND = ascii('inbound');
const SUFFIX = ascii('"}}');
// The literal parts of a message as Twilio writes it.
const EXACT_EVENT = ascii('{"event":"media","sequenceNumber":"');
const EXACT_TRACK = ascii('","media":{"track":"inbound","chunk":"');
const EXACT_TIMESTAMP = ascii('","timestamp":"');
const EXACT_PAYLOAD = ascii('","payload":"');
const EXACT_STREAM_SID = ascii('"},"streamSid":"');
const EXACT_END = ascii('"}');
const INT32_MAX = 0x7fffffff;

// Scratch of the parser, reused by every call: a thread parses one message at a time.
const scanner = new JsonScanner();
const event = new JsonValue();
const sid = new JsonValue();
const sequenceNumber = new JsonValue();
const track = new JsonValue();
const chunk = new JsonValue();
const timestamp = new JsonValue();
const payload = new JsonValue();
const name = new JsonValue();
const ignored = new JsonValue();
let mediaIsObject = false;

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
  meta: Int32Array,
): number {
  checkBounds(bytes.length, offset, length);
  checkBounds(mulaw.length, mulawOffset, 0);
  checkBounds(pcm.length, pcmOffset, 0);
  checkBounds(meta.length, 0, 3);
  const room = Math.min(mulaw.length - mulawOffset, pcm.length - pcmOffset);
  const exact = parseExactLayout(bytes, offset, offset + length, streamSid, mulaw, mulawOffset, room, meta);
  if (exact > 0) {
    mulawDecode(mulaw, mulawOffset, pcm, pcmOffset, exact);
    return exact;
  }

  meta[0] = meta[1] = meta[2] = -1;
  scanner.start(bytes, offset, offset + length);
  if (!scanner.peek(0x7b)) {
    return scanner.readValue(ignored) && scanner.atEnd() ? MEDIA_RESULT.NOT_MEDIA : MEDIA_RESULT.MALFORMED;
  }
  if (!readMessage() || !scanner.atEnd()) return MEDIA_RESULT.MALFORMED;

  if (!scanner.stringEquals(event, NAME_MEDIA)) return MEDIA_RESULT.NOT_MEDIA;
  if (!mediaIsObject) return MEDIA_RESULT.MALFORMED;
  if (track.kind !== 'none' && !scanner.stringEquals(track, INBOUND)) return MEDIA_RESULT.NOT_MEDIA;
  if (streamSid.length > 0 && !scanner.stringEquals(sid, streamSid)) return MEDIA_RESULT.WRONG_STREAM;
  if (payload.kind !== 'string') return MEDIA_RESULT.BAD_PAYLOAD;
  const size = decodePayload(null, 0);
  if (size < 0) return MEDIA_RESULT.BAD_PAYLOAD;
  if (size > room) return MEDIA_RESULT.TOO_LARGE;
  decodePayload(mulaw, mulawOffset);
  mulawDecode(mulaw, mulawOffset, pcm, pcmOffset, size);
  meta[0] = readCounter(timestamp);
  meta[1] = readCounter(chunk);
  meta[2] = readCounter(sequenceNumber);
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

// The message as Twilio writes it: this order of members, no white space, no escapes. Returns the number of bytes written
// to `mulaw`, or 0 when it is anything else; the general parser then decides, also about what is wrong.
function parseExactLayout(
  bytes: Uint8Array,
  start: number,
  end: number,
  streamSid: Uint8Array,
  mulaw: Uint8Array,
  mulawOffset: number,
  room: number,
  meta: Int32Array,
): number {
  // The payload is what lies between the beginning and an ending of known length.
  const payloadEnd = end - EXACT_STREAM_SID.length - streamSid.length - EXACT_END.length;
  let at = skipExact(bytes, start, end, EXACT_EVENT);
  at = skipExact(bytes, takeCounter(bytes, at, end, meta, 2), end, EXACT_TRACK);
  at = skipExact(bytes, takeCounter(bytes, at, end, meta, 1), end, EXACT_TIMESTAMP);
  at = skipExact(bytes, takeCounter(bytes, at, end, meta, 0), end, EXACT_PAYLOAD);
  if (at < 0 || at > payloadEnd || streamSid.length === 0) return 0;
  let ending = skipExact(bytes, payloadEnd, end, EXACT_STREAM_SID);
  ending = skipExact(bytes, ending, end, streamSid);
  if (skipExact(bytes, ending, end, EXACT_END) < 0) return 0;
  const size = base64DecodedSize(bytes, at, payloadEnd - at);
  if (size <= 0 || size > room) return 0;
  // A quotation mark or backslash is not base64, so decoding also proves that the payload ends where it was cut.
  return base64Decode(bytes, at, payloadEnd - at, mulaw, mulawOffset) === size ? size : 0;
}

/** Index after `literal` if it stands at `at`, else -1; -1 stays -1. */
function skipExact(bytes: Uint8Array, at: number, end: number, literal: Uint8Array): number {
  if (at < 0 || end - at < literal.length) return -1;
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return -1;
  return at + literal.length;
}

/** Reads one to nine digits (those always fit 31 bits) into `meta[slot]`; index after them, -1 when there are none. */
function takeCounter(bytes: Uint8Array, at: number, end: number, meta: Int32Array, slot: number): number {
  if (at < 0) return -1;
  const limit = Math.min(end, at + 9);
  let number = 0;
  let next = at;
  for (; next < limit; next++) {
    const digit = bytes[next] - 0x30;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
  }
  meta[slot] = number;
  return next === at ? -1 : next;
}

function readMessage(): boolean {
  event.clear();
  sid.clear();
  sequenceNumber.clear();
  clearMedia();
  scanner.take(0x7b);
  if (scanner.take(0x7d)) return true;
  do {
    if (!scanner.readString(name) || !scanner.take(0x3a)) return false;
    if (scanner.stringEquals(name, NAME_MEDIA)) {
      if (!readMediaObject()) return false;
      continue;
    }
    let target = ignored;
    if (scanner.stringEquals(name, NAME_EVENT)) target = event;
    else if (scanner.stringEquals(name, NAME_STREAM_SID)) target = sid;
    else if (scanner.stringEquals(name, NAME_SEQUENCE_NUMBER)) target = sequenceNumber;
    if (!scanner.readValue(target)) return false;
  } while (scanner.take(0x2c));
  return scanner.take(0x7d);
}

function clearMedia(): void {
  mediaIsObject = false;
  track.clear();
  chunk.clear();
  timestamp.clear();
  payload.clear();
}

function readMediaObject(): boolean {
  clearMedia();
  if (!scanner.take(0x7b)) return scanner.readValue(ignored);
  mediaIsObject = true;
  if (scanner.take(0x7d)) return true;
  do {
    if (!scanner.readString(name) || !scanner.take(0x3a)) return false;
    let target = ignored;
    if (scanner.stringEquals(name, NAME_PAYLOAD)) target = payload;
    else if (scanner.stringEquals(name, NAME_TIMESTAMP)) target = timestamp;
    else if (scanner.stringEquals(name, NAME_CHUNK)) target = chunk;
    else if (scanner.stringEquals(name, NAME_TRACK)) target = track;
    if (!scanner.readValue(target)) return false;
  } while (scanner.take(0x2c));
  return scanner.take(0x7d);
}

// Twilio sends counters as strings of digits; a plain JSON integer is understood as well.
function readCounter(value: JsonValue): number {
  if (value.kind !== 'string' && value.kind !== 'number') return -1;
  scanner.openString(value);
  let number = 0;
  let unit = scanner.nextUnit();
  if (unit < 0) return -1;
  for (; unit >= 0; unit = scanner.nextUnit()) {
    if (unit < 0x30 || unit > 0x39) return -1;
    number = number * 10 + unit - 0x30;
    if (number > INT32_MAX) return -1;
  }
  return number;
}

// Counts the bytes of the payload, escapes undone, and writes them to `mulaw` when that is not null. -1: not base64.
function decodePayload(mulaw: Uint8Array | null, offset: number): number {
  scanner.openString(payload);
  let bits = 0;
  let characters = 0;
  let padding = 0;
  let size = 0;
  for (let unit = scanner.nextUnit(); unit >= 0; unit = scanner.nextUnit()) {
    characters++;
    if (unit === 0x3d) {
      if (++padding > 2) return -1;
      bits <<= 6;
    } else {
      if (padding !== 0 || unit > 0xff || BASE64_VALUES[unit] === 255) return -1;
      bits = (bits << 6) | BASE64_VALUES[unit];
    }
    if (characters % 4 !== 0) continue;
    for (let i = 0; i < 3 - padding; i++) {
      if (mulaw) mulaw[offset + size] = bits >> (16 - 8 * i);
      size++;
    }
    if (padding !== 0) break;
    bits = 0;
  }
  return characters % 4 === 0 && scanner.nextUnit() < 0 ? size : -1;
}
