// A bounded FIFO of mu-law bytes: reply audio that has not been handed to Twilio yet. It keeps the bytes most recently
// taken, so that audio which was cleared before it played can be put back and spoken after all.

/** About 131 s of mu-law: more than any reply; beyond it the reply is cut, and the caller of `append` counts that. */
export const QUEUE_BYTES_MAX = 1 << 20;
const QUEUE_BYTES_MIN = 1 << 13;
/** Taken bytes that stay for `unread`: a second, which few words are longer than. */
const KEEP_BYTES = 1 << 13;

/** The lowest codes of mu-law, up to 260 of 32,768: 40 dB below a voice. */
const QUIET_CODES = 0x18;

export class ByteQueue {
  #bytes = new Uint8Array(QUEUE_BYTES_MIN);
  /** Monotonic positions; the index into `bytes` is the position modulo its (power of two) size. */
  #head = 0;
  #tail = 0;
  #floor = 0;

  readonly #maxBytes: number;

  constructor(maxBytes: number = QUEUE_BYTES_MAX) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#tail - this.#head;
  }

  /** Copies `chunk` in; false (nothing added) when the queue would grow beyond its bound. */
  append(chunk: Uint8Array): boolean {
    const needed = this.#tail - this.#floor + chunk.length;
    if (this.length + chunk.length > this.#maxBytes) return false;
    if (needed > this.#bytes.length) this.#grow(needed);
    const mask = this.#bytes.length - 1;
    const at = this.#tail & mask;
    const first = Math.min(chunk.length, this.#bytes.length - at);
    this.#bytes.set(first === chunk.length ? chunk : chunk.subarray(0, first), at);
    if (first < chunk.length) this.#bytes.set(chunk.subarray(first), 0);
    this.#tail += chunk.length;
    return true;
  }

  /** Moves up to `count` bytes into `target` at `offset`; returns how many. No allocation. */
  take(target: Uint8Array, offset: number, count: number): number {
    const n = Math.min(count, this.length);
    const mask = this.#bytes.length - 1;
    for (let i = 0, at = this.#head; i < n; i++, at++) target[offset + i] = this.#bytes[at & mask];
    this.#head += n;
    if (this.#head - this.#floor > KEEP_BYTES) this.#floor = this.#head - KEEP_BYTES;
    return n;
  }

  /** Taken bytes that can be put back. */
  get keptBytes(): number {
    return this.#head - this.#floor;
  }

  /** Puts the last `count` taken bytes back in front; returns how many were still there. */
  unread(count: number): number {
    const n = Math.min(count, this.#head - this.#floor);
    this.#head -= n;
    return n;
  }

  /** Drops the last `count` bytes. */
  dropLast(count: number): void {
    this.#tail -= Math.min(count, this.length);
  }

  /** How many of the next bytes are silence, at most `max`. */
  silentBytes(max: number): number {
    const mask = this.#bytes.length - 1;
    const end = Math.min(this.#tail, this.#head + max);
    let at = this.#head;
    while (at < end && (~this.#bytes[at & mask] & 0x7f) < QUIET_CODES) at++;
    return at - this.#head;
  }

  /** The next `count` bytes, at most all, are not taken, only passed; `unread` gives them back, too. */
  skip(count: number): void {
    this.#head += Math.min(count, this.length);
    this.#floor = Math.max(this.#floor, this.#head - KEEP_BYTES);
  }

  /** The last `count` taken bytes are silence, but for a click; false when so many are not kept. */
  tookSilence(count: number): boolean {
    if (count > this.keptBytes) return false;
    const mask = this.#bytes.length - 1;
    let loud = 0;
    for (let at = this.#head - count; at < this.#head; at++) {
      if ((~this.#bytes[at & mask] & 0x7f) >= QUIET_CODES) loud++;
    }
    return loud <= count / 20;
  }

  /** Forgets everything, also what could be unread. The memory stays for the next reply unless it grew large. */
  clear(): void {
    this.#head = this.#floor = this.#tail = 0;
    if (this.#bytes.length > 1 << 17) this.#bytes = new Uint8Array(QUEUE_BYTES_MIN);
  }

  #grow(needed: number): void {
    let size = this.#bytes.length;
    while (size < needed) size *= 2;
    const next = new Uint8Array(size);
    const mask = this.#bytes.length - 1;
    for (let at = this.#floor; at < this.#tail; at++) next[at & (size - 1)] = this.#bytes[at & mask];
    this.#bytes = next;
  }
}
