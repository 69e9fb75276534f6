// What a worker leaves behind when it dies in the middle of a reply: how much of the reply's text it had handed over as
// sound. In shared memory, because a message after every piece of sound would cost more than the sound. The worker writes,
// the main thread reads when the worker is gone.

import { assert } from '../assert.js';

/** 32-bit words it takes. */
export const SAID_WORDS = 3;
const TURN = 0;
const CHARACTERS = 1;
const IS_WRITTEN = 2;
const NOTHING = -1;

export class SaidSoFar {
  readonly #words: Int32Array;

  /** @param words SAID_WORDS of a slot's shared memory */
  constructor(words: Int32Array) {
    assert(words.length === SAID_WORDS, 'a note takes its own words and no others');
    this.#words = words;
  }

  /**
   * Worker, after each message of audio: of the reply of `turn`, the first `characters` of its text. `isWritten` = its text is
   * complete, though not all of it may be sound yet. No allocation.
   */
  note(turn: number, characters: number, isWritten: boolean): void {
    Atomics.store(this.#words, TURN, turn);
    Atomics.store(this.#words, CHARACTERS, characters);
    Atomics.store(this.#words, IS_WRITTEN, isWritten ? 1 : 0);
  }

  /** Main thread, when the worker is gone: what it noted last; null = nothing since `clear`. */
  read(): { turn: number; characters: number; isWritten: boolean } | null {
    const turn = Atomics.load(this.#words, TURN);
    if (turn === NOTHING) return null;
    return {
      turn,
      characters: Atomics.load(this.#words, CHARACTERS),
      isWritten: Atomics.load(this.#words, IS_WRITTEN) === 1,
    };
  }

  /** Main thread, before the next worker or the next call. */
  clear(): void {
    this.note(NOTHING, 0, false);
  }
}
