// Which worker thread has which index. An index is what a worker's doorbell and metrics block go by; a thread that died
// leaves its index to the one that replaces it, so the numbers stay small and its counters go on where they were.

import { assert } from '../assert.js';
import { clearHeartbeat } from './heartbeat.js';

const FREE = 0;

/** Seats for `count` worker threads: more than run at once, since a replacement may start before the dead one is noticed. */
export function createSeats(count: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * 4);
}

/** Worker: takes the first free seat for `threadId` (positive) and returns its index. */
export function claimSeat(seats: SharedArrayBuffer, threadId: number): number {
  const words = new Int32Array(seats);
  for (let index = 0; index < words.length; index++) {
    if (Atomics.compareExchange(words, index, FREE, threadId) === FREE) return index;
  }
  assert(false, 'there is a seat for every worker');
}

/** Main thread: frees the seats of threads that are gone, and forgets when those beat last. */
export function releaseDeadSeats(
  seats: SharedArrayBuffer,
  heartbeats: SharedArrayBuffer,
  liveThreadIds: ReadonlySet<number>,
): void {
  const words = new Int32Array(seats);
  for (let index = 0; index < words.length; index++) {
    const holder = Atomics.load(words, index);
    if (holder === FREE || liveThreadIds.has(holder)) continue;
    // First: whoever takes the seat next must not look dead because of its forerunner.
    clearHeartbeat(heartbeats, index);
    Atomics.compareExchange(words, index, holder, FREE);
  }
}
