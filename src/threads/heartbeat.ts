// Each worker thread's sign of life: one word of shared memory for each seat, into which its beat stores the time. The
// main thread reads how long ago that was and decides what a silent worker means; a thread can't report its own hanging.
//
// A worker beats all the time: every few milliseconds while it has calls, every HEARTBEAT_IDLE_MS when it has none. So
// one rule holds whatever it does: a seat that is taken and has been silent for seconds belongs to a thread that hangs.

import { assert } from '../assert.js';

/** The longest time between two beats of a healthy worker, beside what its event loop is busy with. */
export const HEARTBEAT_IDLE_MS = 200;

const NEVER = 0;

/** Words for `seats` workers (the seats of worker_seats.ts), none of which has beaten yet. */
export function createHeartbeats(seats: number): SharedArrayBuffer {
  return new SharedArrayBuffer(seats * Int32Array.BYTES_PER_ELEMENT);
}

/** Worker: its own word. Make it when the seat is taken; that is its first beat. */
export class Heartbeat {
  readonly #words: Int32Array;
  readonly #seat: number;

  constructor(memory: SharedArrayBuffer, seat: number, nowMs: number) {
    this.#words = new Int32Array(memory);
    assert(Number.isInteger(seat) && seat >= 0 && seat < this.#words.length, 'a heartbeat belongs to a seat');
    this.#seat = seat;
    this.beat(nowMs);
  }

  /** Stores `nowMs` (clock.ts, which all threads share). No allocation; runs on every beat. */
  beat(nowMs: number): void {
    // The low 32 bits of whole milliseconds: differences stay right for 24 days, whatever the machine's uptime.
    const word = nowMs | 0 || 1;
    Atomics.store(this.#words, this.#seat, word);
  }
}

/** Main thread: milliseconds since the worker on `seat` beat last, not negative; null when none has since the seat was freed. */
export function heartbeatAgeMs(memory: SharedArrayBuffer, seat: number, nowMs: number): number | null {
  const word = Atomics.load(new Int32Array(memory), seat);
  return word === NEVER ? null : Math.max(0, ((nowMs | 0) - word) | 0);
}

/** Main thread: forgets the last beat of a seat whose thread is gone, so that it is not held against the next one. */
export function clearHeartbeat(memory: SharedArrayBuffer, seat: number): void {
  Atomics.store(new Int32Array(memory), seat, NEVER);
}
