// Wakes another thread's event loop, and costs next to nothing while that thread is awake anyway. Carries no data:
// what there is to do lies in the rings. The only file that knows `Atomics.waitAsync` (in every Node since 16, and
// package.json asks for 20, so there is no second way of waiting).
//
//   AWAKE --(listener has worked, arms)--> SLEEPING --(ring)--> RUNG --(listener wakes)--> AWAKE
//   AWAKE --(ring)--> RUNG: the listener finds it when it arms and works again instead of sleeping
//
// Waking a thread is a system call for the one that rings (10 to 60 us on the development machine) and a turn of the
// event loop for the one that wakes. A listener that may hear things a little later rests before it arms again: rings
// that come meanwhile cost their ringers a load each.

import { assert } from '../assert.js';

const AWAKE = 0;
const SLEEPING = 1;
const RUNG = 2;
/** Bells lie 128 bytes apart: one that is rung does not slow its neighbour down. */
const STRIDE_WORDS = 32;

/** Memory for `count` bells: by convention 0 = main thread, n + 1 = worker n. */
export function createDoorbells(count: number): SharedArrayBuffer {
  assert(Number.isInteger(count) && count > 0, 'there is at least one doorbell');
  return new SharedArrayBuffer(count * STRIDE_WORDS * 4);
}

export interface ListenOptions {
  /**
   * Milliseconds from one call to the next at the earliest; 0 = as soon as the event loop allows. The first ring after
   * a quiet time is heard at once in any case.
   */
  restMs?: number;
}

/** One bell. Many threads may ring it, one may listen. */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #at: number;

  /** @param bells from createDoorbells */
  constructor(bells: SharedArrayBuffer, index: number) {
    this.#words = new Int32Array(bells);
    this.#at = index * STRIDE_WORDS;
    assert(Number.isInteger(index) && index >= 0 && this.#at < this.#words.length, 'a doorbell index is in range');
  }

  /**
   * After the work was made visible (ring written, slot marked). One shared load when the bell is rung already, one
   * exchange when the listener is awake, a system call only when it sleeps. No allocation.
   */
  ring(): void {
    // Rung and not yet heard: the listener will look after this load, hence after our work was made visible.
    if (Atomics.load(this.#words, this.#at) === RUNG) return;
    if (Atomics.exchange(this.#words, this.#at, RUNG) === SLEEPING) Atomics.notify(this.#words, this.#at);
  }

  /**
   * Calls `onRing` soon after each ring, several rings at once as one call, from a fresh event loop turn each time.
   * Also once at the start: rings that nobody heard (a listener that died, work from before) are not lost. Does not
   * keep the process alive. An exception in `onRing` goes to the process's handlers and the bell goes on listening.
   * @returns stops listening; safe to call twice, or inside `onRing`
   */
  listen(onRing: () => void, { restMs = 0 }: ListenOptions = {}): () => void {
    const words = this.#words;
    const at = this.#at;
    let listening = true;
    let rest: NodeJS.Timeout | null = null;

    const wake = () => {
      if (!listening) return;
      Atomics.store(words, at, AWAKE);
      try {
        onRing();
      } finally {
        if (listening) {
          if (restMs === 0) arm();
          else if (rest) rest.refresh();
          else rest = setTimeout(arm, restMs).unref();
        }
      }
    };
    const arm = () => {
      if (Atomics.compareExchange(words, at, AWAKE, SLEEPING) === AWAKE) {
        const sleep = Atomics.waitAsync(words, at, SLEEPING);
        if (sleep.async) {
          sleep.value.then(wake);
          return;
        }
      }
      // Rung meanwhile. Not at once: sockets and timers of this thread want their turn too.
      setImmediate(wake);
    };

    Atomics.store(words, at, RUNG);
    arm();
    return () => {
      if (!listening) return;
      listening = false;
      if (rest) clearTimeout(rest);
      // Whatever sleeps is woken: a promise that never settles would be a leak, and its waiter a trap for the next.
      Atomics.store(words, at, AWAKE);
      Atomics.notify(words, at);
    };
  }
}
