// Judges every message of the server as strictly as Twilio documents it (error 31951: not JSON, unknown event, a missing
// or extra field, a wrong streamSid; warning 31950: a binary frame). Media, the bulk, is checked byte by byte without
// JSON.parse; everything else, and media written in another key order, takes the slow path. What a valid message then
// does is media_client.ts.

import { base64Room, decodeBase64 } from './mulaw_codec.js';

/** What a message turned out to be. */
export const KIND = { INVALID: 0, MEDIA: 1, MARK: 2, CLEAR: 3 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Twilio's number, or 0 for something Twilio does not report but a careful server avoids. */
export type ViolationCode = 31950 | 31951 | 31924 | 31930 | 31931 | 0;

export interface Violation {
  code: ViolationCode;
  problem: string;
  /** ms on the caller's clock. */
  atMs: number;
  /** How often it happened; Twilio itself reports each once per stream. */
  count: number;
}

const SUFFIX = Buffer.from('"}}');
// Decoded audio of the message being looked at; messages are handled one at a time.
let decoded = new Uint8Array(16 * 1024);

/** Checks one stream's messages. After `check`, the fields describe the message until the next call. */
export class InboundChecks {
  readonly violations: Violation[] = [];
  /** Of the last MEDIA: `audioBytes` mu-law bytes lie in `audio` from 0. */
  audioBytes = 0;
  /** Of the last MARK. */
  markName = '';
  mediaMessages = 0;
  /** Media whose audio is not a whole number of 20 ms frames: legal, but field reports call it unreliable. */
  unalignedMessages = 0;
  readonly #streamSid: string;
  readonly #prefix: Buffer;

  constructor(streamSid: string) {
    this.#streamSid = streamSid;
    this.#prefix = Buffer.from(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`);
  }

  get audio(): Uint8Array {
    return decoded;
  }

  get violationCount(): number {
    let count = 0;
    for (const violation of this.violations) count += violation.count;
    return count;
  }

  /** One WebSocket message: bytes [start, end). Never throws: what the server gets wrong is recorded. */
  check(bytes: Uint8Array, start: number, end: number, binary: boolean, nowMs: number): Kind {
    if (binary) return this.#invalid(31950, 'binary frame', nowMs);
    if (this.#isPlainMedia(bytes, start, end)) {
      const count = decode(bytes, start + this.#prefix.length, end - SUFFIX.length);
      if (count >= 0) return this.#media(count, nowMs);
      // What looks like a payload is none, or has further fields behind it: the slow path tells which.
    }
    return this.#parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start), nowMs);
  }

  /** Records a violation found elsewhere. */
  report(code: ViolationCode, problem: string, nowMs: number): void {
    const known = this.violations.find((violation) => violation.code === code && violation.problem === problem);
    if (known) known.count++;
    else this.violations.push({ code, problem, atMs: nowMs, count: 1 });
  }

  #isPlainMedia(bytes: Uint8Array, start: number, end: number): boolean {
    const prefix = this.#prefix;
    if (end - start < prefix.length + SUFFIX.length) return false;
    // From the back: the head of a mark, a clear and a media message is the same for a while.
    for (let i = prefix.length - 1; i >= 0; i--) if (bytes[start + i] !== prefix[i]) return false;
    return bytes[end - 1] === SUFFIX[2] && bytes[end - 2] === SUFFIX[1] && bytes[end - 3] === SUFFIX[0];
  }

  #media(count: number, nowMs: number): Kind {
    if (count === 0) this.report(0, 'empty payload', nowMs);
    if (decoded[0] === 0x52 && decoded[1] === 0x49 && decoded[2] === 0x46 && decoded[3] === 0x46 && count >= 44) {
      this.report(0, 'payload carries a WAV header', nowMs);
    }
    this.mediaMessages++;
    if (count % 160 !== 0) this.unalignedMessages++;
    this.audioBytes = count;
    return KIND.MEDIA;
  }

  #parse(text: Buffer, nowMs: number): Kind {
    let message: unknown;
    try {
      message = JSON.parse(text.toString('utf8'));
    } catch {
      return this.#invalid(31951, 'not JSON', nowMs);
    }
    if (!isObject(message)) return this.#invalid(31951, 'not a JSON object', nowMs);
    const body = message['event'];
    if (body !== 'media' && body !== 'mark' && body !== 'clear') {
      return this.#invalid(31951, `unknown event ${JSON.stringify(body)}`, nowMs);
    }
    const problem = fieldProblem(message, body === 'clear' ? ['event', 'streamSid'] : ['event', 'streamSid', body]);
    if (problem) return this.#invalid(31951, `${body}: ${problem}`, nowMs);
    if (message['streamSid'] !== this.#streamSid) return this.#invalid(31951, `${body}: wrong streamSid`, nowMs);
    if (body === 'clear') return KIND.CLEAR;
    const inner = message[body];
    const field = body === 'media' ? 'payload' : 'name';
    if (!isObject(inner)) return this.#invalid(31951, `${body}: not an object`, nowMs);
    const innerProblem = fieldProblem(inner, [field]);
    if (innerProblem) return this.#invalid(31951, `${body}.${innerProblem}`, nowMs);
    const value = inner[field];
    if (typeof value !== 'string') return this.#invalid(31951, `${body}.${field}: not a string`, nowMs);
    if (body === 'media') {
      const payload = Buffer.from(value, 'latin1');
      const count = decode(payload, 0, payload.length);
      return count < 0 ? this.#invalid(31951, 'payload is not base64', nowMs) : this.#media(count, nowMs);
    }
    this.markName = value;
    return KIND.MARK;
  }

  #invalid(code: ViolationCode, problem: string, nowMs: number): Kind {
    this.report(code, problem, nowMs);
    return KIND.INVALID;
  }
}

/** Decodes base64 text into `decoded`; returns the bytes, -1 = not base64. */
function decode(text: Uint8Array, start: number, end: number): number {
  const room = base64Room(end - start);
  if (room > decoded.length) decoded = new Uint8Array(room * 2);
  return decodeBase64(text, start, end, decoded);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldProblem(object: Record<string, unknown>, expected: readonly string[]): string | null {
  for (const name of expected) if (!(name in object)) return `missing field ${name}`;
  for (const name of Object.keys(object)) if (!expected.includes(name)) return `extra field ${name}`;
  return null;
}
