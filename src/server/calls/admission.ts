// How many calls at once. A slot is reserved before anything is promised, in one step, so that two webhooks that come
// together can't share the last one. What a slot is used for is call_control.ts.

import { assert } from '../../assert.js';

/** `cancelled`: an outbound call that we gave up, and that was answered all the same. */
export type RefusalReason = 'full' | 'draining' | 'cancelled';

export class Admission {
  readonly #free: number[];
  readonly #reserved: boolean[];
  #draining = false;

  /** @param slots calls at once; slots are 0 … slots - 1 */
  constructor(readonly slots: number) {
    this.#free = Array.from({ length: slots }, (_, i) => i);
    this.#reserved = new Array<boolean>(slots).fill(false);
  }

  /** A slot that is now the caller's until `release`, or why there is none. The longest unused comes first. */
  reserve(): number | RefusalReason {
    if (this.#draining) return 'draining';
    const slot = this.#free.shift();
    if (slot === undefined) return 'full';
    this.#reserved[slot] = true;
    return slot;
  }

  release(slot: number): void {
    assert(this.#reserved[slot], 'a slot is released once');
    this.#reserved[slot] = false;
    this.#free.push(slot);
  }

  /** No new call from now on; the running ones keep their slots. */
  drain(): void {
    this.#draining = true;
  }

  get inUse(): number {
    return this.slots - this.#free.length;
  }
  get isFull(): boolean {
    return this.#free.length === 0;
  }
  get isDraining(): boolean {
    return this.#draining;
  }
}
