// A byte queue between exactly one writing and one reading thread, over shared memory. Knows records and their types
// as numbers; what the types mean is in record_types.ts, where rings lie in memory in slab.ts, and waking the
// reader is doorbell.ts.
//
//   data area   | header 8 | payload … pad to 8 | header | payload … | PAD header |   <- end of the ring
//   header      word 0: length << 8 | type      word 1: uint32 milliseconds at which it was written
//
// A record never wraps: what doesn't fit before the end goes to the start, behind a record of type PAD. `tail` and
// `head` are free-running 32-bit byte counts, each on cache lines of its own and written by one side only; both sides
// keep a private copy of the other's count and look at the shared one only when the copy says full (or empty).

import { assert } from '../assert.js';
import { nowMs } from '../clock.js';

/** Shared bytes in front of a ring's data: generation, tail and head, 128 bytes apart (two lines: CPUs prefetch pairs). */
export const RING_CONTROL_BYTES = 384;
const GENERATION_WORD = 0;
const TAIL_WORD = 32;
const HEAD_WORD = 64;

/** Bytes in front of each payload. */
export const RECORD_HEADER_BYTES = 8;
const PAD = 0;
const LENGTH_MAX = 0xffffff;

/**
 * One end of a ring. Both threads make their own object over the same memory, one only writes and the other only
 * reads. No method blocks or allocates, but for the 16 bytes that Node's clock leaves each time it is read, and a
 * short-lived view when `tryWrite` takes a part of its source.
 *
 * Full: nothing is written, the caller gets false and counts the loss; a producer may not move the reader's index.
 *
 * Slot reuse: `reset()` starts a new generation. An object made in an older one can neither write nor read any more,
 * so a task that outlives its call can't touch the next call; it must be made anew (or call `attach()`).
 */
export class SpscRing {
  /** The data area. `offset`s of this class count from its start. */
  readonly bytes: Uint8Array;
  /** Longest payload that always fits into an empty ring: half of it, because of the padding before the end. */
  readonly maxPayloadBytes: number;

  /** The record that `next()` moved to. */
  type = 0;
  /** First payload byte, inside `bytes`. A multiple of 8. */
  offset = 0;
  /** Payload bytes. */
  length = 0;
  /** Producer's `nowMs()` of the write, truncated to uint32. Subtract with `>>> 0` to get an age. */
  stampMs = 0;

  readonly #sizeBytes: number;
  readonly #mask: number;
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #text: Buffer;
  #generation = 0;
  // Producer's half: where it writes, and how far the reader was when last looked at.
  #tail = 0;
  #headSeen = 0;
  #reservedAt = 0;
  #reservedType = PAD;
  #reservedLength = 0;
  // Consumer's half: where it reads, what it has given back, and how far the writer was when last looked at.
  #read = 0;
  #released = 0;
  #tailSeen = 0;

  /**
   * @param memory holds RING_CONTROL_BYTES at `controlOffset` and the data at `dataOffset`, both multiples of 8
   * @param sizeBytes data bytes, a power of two from 64 to 2^30
   */
  constructor(memory: SharedArrayBuffer, controlOffset: number, dataOffset: number, sizeBytes: number) {
    assert(isRingSize(sizeBytes), 'a ring size is a power of two from 64 to 2^30');
    assert(controlOffset % 8 === 0 && dataOffset % 8 === 0, 'a ring is 8-byte aligned');
    this.#sizeBytes = sizeBytes;
    this.#mask = sizeBytes - 1;
    this.maxPayloadBytes = Math.min(LENGTH_MAX, sizeBytes / 2 - RECORD_HEADER_BYTES);
    this.#control = new Int32Array(memory, controlOffset, RING_CONTROL_BYTES / 4);
    this.#words = new Int32Array(memory, dataOffset, sizeBytes / 4);
    this.bytes = new Uint8Array(memory, dataOffset, sizeBytes);
    this.#text = Buffer.from(memory, dataOffset, sizeBytes);
    this.attach();
  }

  /**
   * Writes one record of `length` bytes from `src` and publishes it. False = full, or longer than `maxPayloadBytes`;
   * nothing is written then. `src` is not kept: it may be memory that is only lent for the duration of a callback.
   * @param type 1 to 255
   * @param atMs what the record's stamp says; a producer of many records at once reads the clock (45 ns) once for all
   */
  tryWrite(type: number, src: Uint8Array, srcOffset = 0, length = src.length - srcOffset, atMs = stampNow()): boolean {
    assert(srcOffset >= 0 && length >= 0 && srcOffset + length <= src.length, 'a record lies inside its source');
    const at = this.reserve(type, length);
    if (at < 0) return false;
    // One native copy, 15 to 50 ns; a loop costs 2.5 ns a byte and wins only below 8. A part needs a view, 30 ns more.
    this.bytes.set(length === src.length ? src : src.subarray(srcOffset, srcOffset + length), at);
    this.#publish(length, atMs);
    return true;
  }

  /** As `tryWrite`, with a payload of one byte for each character, which must all be ASCII. */
  tryWriteText(type: number, ascii: string): boolean {
    const length = ascii.length;
    const at = this.reserve(type, length);
    if (at < 0) return false;
    this.#text.write(ascii, at, length, 'latin1');
    this.#publish(length, stampNow());
    return true;
  }

  /**
   * Makes room for a record of up to `maxLength` payload bytes, to be built in place in `bytes` and then published
   * with `commit`. Returns the offset of the payload inside `bytes`, or -1 = full (or too long for ever). A second
   * `reserve` without `commit` gives the first one up; nothing needs to be undone.
   * @param type 1 to 255
   */
  reserve(type: number, maxLength: number): number {
    assert(type > PAD && type <= 0xff && maxLength >= 0, 'a record type is 1 to 255');
    if (this.#generation !== this.#control[GENERATION_WORD]) return -1;
    if (maxLength > this.maxPayloadBytes) return -1;
    const size = this.#sizeBytes;
    const recordBytes = (maxLength + RECORD_HEADER_BYTES + 7) & ~7;
    const position = this.#tail & this.#mask;
    const padBytes = size - position < recordBytes ? size - position : 0;
    const wanted = padBytes + recordBytes;
    if (size - ((this.#tail - this.#headSeen) | 0) < wanted) {
      this.#headSeen = Atomics.load(this.#control, HEAD_WORD);
      if (size - ((this.#tail - this.#headSeen) | 0) < wanted) return -1;
    }
    // The pad becomes visible together with the record behind it: a reader never finds a pad alone.
    if (padBytes > 0) this.#words[position >> 2] = ((padBytes - RECORD_HEADER_BYTES) << 8) | PAD;
    this.#reservedAt = (this.#tail + padBytes) | 0;
    this.#reservedType = type;
    this.#reservedLength = maxLength;
    return (this.#reservedAt & this.#mask) + RECORD_HEADER_BYTES;
  }

  /** Publishes the reserved record with the `length` bytes it came to, at most what was reserved. `atMs`: see tryWrite. */
  commit(length: number, atMs = stampNow()): void {
    assert(this.#reservedType !== PAD, 'commit follows reserve');
    assert(length >= 0 && length <= this.#reservedLength, 'a record keeps to its reservation');
    this.#publish(length, atMs);
  }

  #publish(length: number, atMs: number): void {
    const word = (this.#reservedAt & this.#mask) >> 2;
    this.#words[word] = (length << 8) | this.#reservedType;
    // Assigning to an Int32Array truncates modulo 2^32, as `stampMs` says.
    this.#words[word + 1] = atMs;
    this.#reservedType = PAD;
    this.#tail = (this.#reservedAt + ((length + RECORD_HEADER_BYTES + 7) & ~7)) | 0;
    Atomics.store(this.#control, TAIL_WORD, this.#tail);
  }

  /** Moves to the next record and describes it in the fields; false = empty. Its bytes stay valid until `release()`. */
  next(): boolean {
    if (this.#read === this.#tailSeen) {
      if (this.#generation !== this.#control[GENERATION_WORD]) return false;
      this.#tailSeen = Atomics.load(this.#control, TAIL_WORD);
      if (this.#read === this.#tailSeen) return false;
    }
    let position = this.#read & this.#mask;
    let header = this.#words[position >> 2];
    if ((header & 0xff) === PAD) {
      const skipBytes = (header >>> 8) + RECORD_HEADER_BYTES;
      assert(position + skipBytes === this.#sizeBytes, 'corrupt ring: a pad ends at the end');
      this.#read = (this.#read + skipBytes) | 0;
      position = 0;
      header = this.#words[0];
    }
    const type = header & 0xff;
    const length = header >>> 8;
    const recordBytes = (length + RECORD_HEADER_BYTES + 7) & ~7;
    const endsInside = recordBytes <= ((this.#tailSeen - this.#read) | 0) && position + recordBytes <= this.#sizeBytes;
    assert(type !== PAD && endsInside, 'corrupt ring: a record lies inside what was written');
    this.type = type;
    this.length = length;
    this.offset = position + RECORD_HEADER_BYTES;
    this.stampMs = this.#words[(position >> 2) + 1] >>> 0;
    this.#read = (this.#read + recordBytes) | 0;
    return true;
  }

  /** Gives everything read so far back to the producer. One shared store: call it once per drained batch. */
  release(): void {
    if (this.#read === this.#released || this.#generation !== this.#control[GENERATION_WORD]) return;
    this.#released = this.#read;
    Atomics.store(this.#control, HEAD_WORD, this.#read);
  }

  /** Bytes written and not yet released, headers and padding included. From either side; a snapshot. */
  get depthBytes(): number {
    return (Atomics.load(this.#control, TAIL_WORD) - Atomics.load(this.#control, HEAD_WORD)) | 0;
  }

  /**
   * For the reader: there may be a record that it has not read. A plain load, where `Atomics.load` is a call of its own in
   * Node 20; what it misses it sees at the next look, and `next()` is what synchronises.
   */
  get hasUnread(): boolean {
    return this.#control[TAIL_WORD] !== this.#read;
  }

  /** Nothing written that is not released. From either side; a snapshot. */
  get isEmpty(): boolean {
    return Atomics.load(this.#control, TAIL_WORD) === Atomics.load(this.#control, HEAD_WORD);
  }

  /**
   * Empties the ring and begins a new generation; other objects over this memory go dead until they `attach()`. Only
   * when neither side is at work (the call's task has settled): two threads may not write one index. Old bytes are
   * wiped, so one call's audio can't turn up in another by any later mistake.
   */
  reset(): void {
    const control = this.#control;
    Atomics.add(control, GENERATION_WORD, 1);
    this.bytes.fill(0);
    Atomics.store(control, HEAD_WORD, 0);
    Atomics.store(control, TAIL_WORD, 0);
    this.attach();
  }

  /** Takes up the ring's present state, as a newly made object does. */
  attach(): void {
    const control = this.#control;
    this.#generation = Atomics.load(control, GENERATION_WORD);
    this.#tail = this.#tailSeen = Atomics.load(control, TAIL_WORD);
    this.#read = this.#released = this.#headSeen = Atomics.load(control, HEAD_WORD);
    this.#reservedType = PAD;
    this.type = this.offset = this.length = this.stampMs = 0;
  }
}

/** As an integer, which V8 hands from function to function without putting it on the heap. */
function stampNow(): number {
  return nowMs() | 0;
}

/** True for sizes a ring can have: a power of two from 64 to 2^30 bytes. */
export function isRingSize(sizeBytes: number): boolean {
  return Number.isInteger(sizeBytes) && sizeBytes >= 64 && sizeBytes <= 2 ** 30 && (sizeBytes & (sizeBytes - 1)) === 0;
}
