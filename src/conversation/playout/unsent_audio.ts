// Whose audio waits to be sent, in which order: bytes by reply, not the bytes themselves. What was sent and heard of a reply
// is reply_track.ts; who is told what, playout_ledger.ts.

import { assert } from '../../assert.js';
import type { ReplyTrack } from './reply_track.js';

export class UnsentAudio {
  readonly #replies: ReplyTrack[] = [];
  readonly #bytes: number[] = [];
  #total = 0;

  /** All that waits, of every reply. */
  get bytes(): number {
    return this.#total;
  }

  /** More of `reply` waits, behind all others. */
  append(reply: ReplyTrack, bytes: number): void {
    this.#total += bytes;
    const last = this.#replies.length - 1;
    if (last >= 0 && this.#replies[last] === reply) this.#bytes[last] += bytes;
    else {
      this.#replies.push(reply);
      this.#bytes.push(bytes);
    }
  }

  /** The last bytes sent of `reply` wait again, in front of all others. */
  putBack(reply: ReplyTrack, bytes: number): void {
    this.#total += bytes;
    if (this.#replies[0] === reply) this.#bytes[0] += bytes;
    else {
      this.#replies.unshift(reply);
      this.#bytes.unshift(bytes);
    }
  }

  /** Whose bytes are next; null = none wait. */
  get next(): ReplyTrack | null {
    return this.#replies[0] ?? null;
  }

  /** Takes up to `bytes` of the next reply; returns how many. No allocation. */
  take(bytes: number): number {
    const count = Math.min(bytes, this.#bytes[0]);
    if (count === this.#bytes[0]) {
      this.#replies.shift();
      this.#bytes.shift();
    } else this.#bytes[0] -= count;
    this.#total -= count;
    return count;
  }

  /** The last `bytes` that wait, all of `reply`, will not be sent. */
  dropLast(reply: ReplyTrack, bytes: number): void {
    if (bytes === 0) return;
    const last = this.#replies.length - 1;
    assert(this.#replies[last] === reply, 'only the newest reply breaks off');
    this.#total -= bytes;
    this.#bytes[last] -= bytes;
    if (this.#bytes[last] > 0) return;
    this.#replies.pop();
    this.#bytes.pop();
  }

  /** None of `reply` will be sent. */
  drop(reply: ReplyTrack): void {
    for (let i = this.#replies.length - 1; i >= 0; i--) {
      if (this.#replies[i] !== reply) continue;
      this.#total -= this.#bytes[i];
      this.#replies.splice(i, 1);
      this.#bytes.splice(i, 1);
    }
  }

  clear(): void {
    this.#replies.length = this.#bytes.length = 0;
    this.#total = 0;
  }
}
