// What we said last, for what the caller says over it: a nod is no turn, an answer to its question is one. Pure: time is an
// argument. Whose words they are, and whether they are for us, is turn_floor.ts.

import { isBackchannel } from './backchannel.js';

/** An answer overlaps the end of a question by 800 ms at most; as long again the question may have been held for it. */
const ANSWER_OVERLAP_MS = 1600;

export class LastReply {
  readonly #language: string | undefined;
  /** When it was over for the ear. */
  #overMs = Number.NEGATIVE_INFINITY;
  #asked = false;

  constructor(language: string | undefined) {
    this.#language = language;
  }

  /** It is over; '' = it is not known what was said, or nothing was. */
  over(text: string, nowMs: number): void {
    this.#overMs = nowMs;
    this.#asked = /[?？؟]\s*$/.test(text);
  }

  /** Words that began at `startMs` only say "go on, I am here" to it. */
  isNodTo(words: string, startMs: number): boolean {
    return startMs < this.#overMs && !this.#asked && isBackchannel(words, this.#language);
  }

  /** Words that ended at `endMs`, at most a moment before it did, are the caller's next turn; `isForUs`: they were meant so. */
  isFollowedBy(words: string, endMs: number, isForUs: boolean): boolean {
    if (words === '') return false;
    const answers = this.#asked && this.#overMs - endMs <= ANSWER_OVERLAP_MS;
    return answers || isForUs || !isBackchannel(words, this.#language);
  }
}
