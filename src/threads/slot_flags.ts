// Which slots have something in their egress ring: one bit for each, inside the slab. Spares the main thread looking
// into every ring when a worker rings its doorbell.

import { slabFlagWords } from './slab.js';

/** The shared set. Any thread may mark, one thread takes. */
export class SlotFlags {
  readonly #words: Int32Array;

  /** @param slab from createSlab */
  constructor(slab: SharedArrayBuffer) {
    this.#words = slabFlagWords(slab);
  }

  /** Worker: after writing to the slot's egress ring and before ringing the bell. No allocation. */
  mark(slot: number): void {
    const word = slot >> 5;
    const bit = 1 << (slot & 31);
    // A bit that is still set is taken after this load, hence after our write to the ring: nothing to do.
    if ((Atomics.load(this.#words, word) & bit) === 0) Atomics.or(this.#words, word, bit);
  }

  /**
   * Main thread: calls back for each marked slot, ascending, after clearing its mark, so that a write that comes
   * during the callback marks it again. No allocation.
   */
  take(onSlot: (slot: number) => void): void {
    const words = this.#words;
    for (let word = 0; word < words.length; word++) {
      if (Atomics.load(words, word) === 0) continue;
      let bits = Atomics.exchange(words, word, 0);
      while (bits !== 0) {
        const lowest = bits & -bits;
        bits ^= lowest;
        onSlot(word * 32 + 31 - Math.clz32(lowest));
      }
    }
  }
}
