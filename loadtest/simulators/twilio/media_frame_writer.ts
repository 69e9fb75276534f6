// Builds the caller's `media` message, WebSocket header and mask included, in one buffer that is used over and over:
// per frame only the three counters and the payload are written. Format: PROTOCOLS.md A.2, counters and times are
// strings.

import { PAYLOAD_CHARS } from './audio_clip.js';
import { clientHeaderBytes, OPCODE, writeClientHeader } from './ws_frames.js';

const HEAD = Buffer.from('{"event":"media","sequenceNumber":"');
const CHUNK = Buffer.from('","media":{"track":"inbound","chunk":"');
const TIMESTAMP = Buffer.from('","timestamp":"');
const PAYLOAD = Buffer.from('","payload":"');

export class MediaFrameWriter {
  readonly #tail: Buffer;
  readonly #mask: Uint8Array;
  readonly #masked: boolean;
  #plain: Uint8Array = new Uint8Array(0);
  /** What goes on the wire; the same memory as `#plain` when the mask is zero. */
  #wire: Uint8Array = new Uint8Array(0);
  #bodyAt = 0;
  #sequenceAt = 0;
  #chunkAt = 0;
  #timestampAt = 0;
  #payloadAt = 0;
  #sequenceDigits = 0;
  #chunkDigits = 0;
  #timestampDigits = 0;

  constructor(streamSid: string, maskKey: Uint8Array) {
    this.#tail = Buffer.from(`"},"streamSid":"${streamSid}"}`);
    this.#mask = maskKey;
    this.#masked = maskKey.some((byte) => byte !== 0);
  }

  /**
   * The whole frame for one 20 ms payload (`PAYLOAD_CHARS` ASCII bytes of base64). The returned buffer is reused by the
   * next call unless `release` is called. No allocation but when a counter gets another digit.
   */
  write(sequence: number, chunk: number, timestampMs: number, payload: Uint8Array): Uint8Array {
    const sequenceDigits = digitCount(sequence);
    const chunkDigits = digitCount(chunk);
    const timestampDigits = digitCount(timestampMs);
    if (
      sequenceDigits !== this.#sequenceDigits ||
      chunkDigits !== this.#chunkDigits ||
      timestampDigits !== this.#timestampDigits
    ) {
      this.#layout(sequenceDigits, chunkDigits, timestampDigits);
    }
    const plain = this.#plain;
    writeDigits(plain, this.#sequenceAt, sequenceDigits, sequence);
    writeDigits(plain, this.#chunkAt, chunkDigits, chunk);
    writeDigits(plain, this.#timestampAt, timestampDigits, timestampMs);
    plain.set(payload, this.#payloadAt);
    if (this.#masked) {
      const wire = this.#wire;
      const mask = this.#mask;
      for (let i = this.#bodyAt; i < plain.length; i++) wire[i] = plain[i] ^ mask[(i - this.#bodyAt) & 3];
    }
    return this.#wire;
  }

  /** The socket kept the last frame's memory: take new memory for the next one. */
  release(): void {
    this.#sequenceDigits = 0;
  }

  #layout(sequenceDigits: number, chunkDigits: number, timestampDigits: number): void {
    this.#sequenceDigits = sequenceDigits;
    this.#chunkDigits = chunkDigits;
    this.#timestampDigits = timestampDigits;
    const counters = sequenceDigits + chunkDigits + timestampDigits;
    const fixed = HEAD.length + CHUNK.length + TIMESTAMP.length + PAYLOAD.length + this.#tail.length;
    const length = fixed + counters + PAYLOAD_CHARS;
    this.#bodyAt = clientHeaderBytes(length);
    this.#plain = new Uint8Array(this.#bodyAt + length);
    writeClientHeader(this.#plain, 0, OPCODE.TEXT, length, this.#mask);
    let at = this.#bodyAt;
    const put = (part: Uint8Array) => {
      this.#plain.set(part, at);
      at += part.length;
    };
    put(HEAD);
    this.#sequenceAt = at;
    at += sequenceDigits;
    put(CHUNK);
    this.#chunkAt = at;
    at += chunkDigits;
    put(TIMESTAMP);
    this.#timestampAt = at;
    at += timestampDigits;
    put(PAYLOAD);
    this.#payloadAt = at;
    at += PAYLOAD_CHARS;
    put(this.#tail);
    this.#wire = this.#masked ? this.#plain.slice() : this.#plain;
  }
}

function digitCount(value: number): number {
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}

function writeDigits(out: Uint8Array, at: number, digits: number, value: number): void {
  for (let i = at + digits - 1; i >= at; i--) {
    const rest = Math.floor(value / 10);
    out[i] = 48 + (value - rest * 10);
    value = rest;
  }
}
