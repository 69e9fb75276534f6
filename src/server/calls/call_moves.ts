// What becomes of a call whose worker died: the order by which another worker goes on with it. The call keeps its slot, its
// rings and its socket, so that Twilio notices nothing; what came meanwhile waits in the ring. A call that loses one worker
// after the other is no victim but the reason, and must not take down all of them. And of one whose stream broke: how it stood.

import type { CallOrder } from '../../call/call.js';
import type { CallSnapshot } from '../../call/call_snapshot.js';
import type { SlotRings } from '../../threads/slab.js';
import type { KeptCalls } from './kept_calls.js';

/** So many moves within the time; the next death is the call's end. */
const MOVES_MAX = 2;
const MOVES_WITHIN_MS = 60_000;

export interface CallMovesOptions {
  kept: KeptCalls;
  /** By slot. */
  rings: readonly SlotRings[];
  /** The number of the last event of the slot's call. */
  lastSeq(slot: number): number;
  /** Engine clock until which the slot's caller has sound of ours to hear. */
  playEndMs(slot: number): number;
  /** clock.ts, or a test's own. */
  now(): number;
}

export class CallMoves {
  readonly #options: CallMovesOptions;
  /** By slot: when its call was moved. */
  readonly #moves = new Map<number, number[]>();

  constructor(options: CallMovesOptions) {
    this.#options = options;
  }

  /**
   * The order for another worker, after everything the dead one wrote was sent; null = the call has lost too many.
   * @param order the one the dead worker had
   */
  next(order: CallOrder): CallOrder | null {
    const { kept, rings, lastSeq, playEndMs, now } = this.#options;
    const { slot } = order;
    const moves = this.#moves.get(slot) ?? [];
    const nowMs = now();
    if (moves.filter((atMs) => nowMs - atMs < MOVES_WITHIN_MS).length >= MOVES_MAX) return null;
    moves.push(nowMs);
    this.#moves.set(slot, moves);
    const resume = kept.left(slot, rings[slot].said.read());
    rings[slot].forgetWorker();
    const takeOver = { count: moves.length, lastSeq: lastSeq(slot), playEndMs: playEndMs(slot) };
    // Nothing told of it yet: it is begun anew, with what lies in its ring.
    return { ...order, resume: resume ?? order.resume, takeOver };
  }

  /** The slot's stream is gone, and the sound that its caller had to hear with it: how the call stands; null = as it began. */
  cutOff(slot: number): CallSnapshot | null {
    const { kept, rings, playEndMs, now } = this.#options;
    const left = kept.left(slot, rings[slot].said.read(), playEndMs(slot) - now());
    return left === null ? null : { ...left, stream: null };
  }

  /** The slot's call is over. */
  forget(slot: number): void {
    this.#moves.delete(slot);
    this.#options.kept.forget(slot);
  }
}
