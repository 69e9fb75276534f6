// How many calls at once, and how many of them we may have dialled. A slot is reserved before anything is promised, in one step, so that two webhooks that come
// together can't share the last one. What a slot is used for is call_control.ts.

import { assert } from '../../assert.js';

/** Whom a slot is for: somebody who is on the line (`inbound`), or was already being spoken with (`again`), or somebody we would
 *  like to ring (`outbound`). */
export type Lane = 'inbound' | 'again' | 'outbound';

/**
 * `kept`: the free slots are for callers. `late`, `vendor`: calls under way would suffer (governor.ts). `cancelled`: an outbound call that we gave up, and that was answered all the
 * same.
 */
export const REFUSAL_REASONS = ['full', 'kept', 'late', 'vendor', 'draining', 'cancelled'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/**
 * How many slots dialling leaves free for callers.
 * @param percent of all slots, 0 to 100; rounded up, but beside 100 % never all of them
 */
export function keptForInbound(slots: number, percent: number): number {
  return percent === 100 ? slots : Math.min(slots - 1, Math.ceil((slots * percent) / 100));
}

export class Admission {
  readonly #free: number[];
  readonly #reserved: boolean[];
  #draining = false;

  /**
   * @param slots calls at once; slots are 0 … slots - 1
   * @param kept nobody is rung while no more than this many are free: a campaign takes every slot as soon as it is free,
   *   and callers would only ever hear that all lines are busy
   * @param strain why nobody new should be taken although there are slots; null = nothing
   */
  constructor(
    readonly slots: number,
    readonly kept = 0,
    readonly strain: (lane: 'inbound' | 'outbound') => 'late' | 'vendor' | null = () => null,
  ) {
    this.#free = Array.from({ length: slots }, (_, i) => i);
    this.#reserved = new Array<boolean>(slots).fill(false);
  }

  /** A slot that is now the caller's until `release`, or why there is none. The longest unused comes first. */
  reserve(lane: Lane): number | RefusalReason {
    const refusal = this.refusal(lane);
    if (refusal !== null) return refusal;
    const slot = this.#free.shift();
    assert(slot !== undefined, 'where nothing is refused a slot is free');
    this.#reserved[slot] = true;
    return slot;
  }

  /** Why there would be no slot now; null = there would be one. */
  refusal(lane: Lane): RefusalReason | null {
    if (this.#draining && lane !== 'again') return 'draining';
    if (this.isFull) return 'full';
    if (lane === 'outbound' && this.#free.length <= this.kept) return 'kept';
    return lane === 'again' ? null : this.strain(lane);
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
