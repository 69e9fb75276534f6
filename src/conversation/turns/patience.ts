// How long a caller is let wait for an answer, and with what: a word now and then while it is made, an apology when it does
// not come, a goodbye when none has come for long. Pure: time is an argument. What is said is the agent's lines; when an
// answer counts as failed is the turn manager's.

export interface PatienceOptions {
  /** Silence after the caller's turn until a word is said that the answer is on its way; 0 = none is. */
  fillerMs: number;
  /** An answer that is not audible after this long will not come: apologise. */
  replyTimeoutMs: number;
  /** Answers that fail for so long in a row end the call, with a goodbye. */
  outagePatienceMs: number;
}

/** From the first word to the second, and on: it is about as long as a short sentence and the usual silence. */
const FILLER_EVERY_MS = 4000;
/** Said at most in one turn: after two there is an answer or an apology. */
const FILLERS_MAX = 2;
/** After a turn that was held for long the answer has this time at least before anything else is said. */
const ANSWER_FIRST_MS = 1000;
/** Fewer failed answers are no outage, however long ago the first was. */
const FAILURES_MIN = 3;
/** While the caller makes a sound a filler waits; asked again after this. */
const ASK_AGAIN_MS = 100;

export class Patience {
  /** When there is something to decide; Infinity = nobody waits. */
  checkMs = Number.POSITIVE_INFINITY;
  readonly #options: PatienceOptions;
  #fillMs = Number.POSITIVE_INFINITY;
  #giveUpMs = Number.POSITIVE_INFINITY;
  #fillers = 0;
  #failures = 0;
  #failingSinceMs = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** The caller waits for an answer, and has been silent since `silentMs`. */
  waits(silentMs: number, nowMs: number): void {
    const { fillerMs, replyTimeoutMs } = this.#options;
    this.#fillers = 0;
    this.#giveUpMs = nowMs + replyTimeoutMs;
    this.#fillMs = fillerMs > 0 ? Math.max(silentMs + fillerMs, nowMs + ANSWER_FIRST_MS) : Number.POSITIVE_INFINITY;
    this.#schedule();
  }

  /** They still wait. `isQuiet`: they make no sound themselves. */
  due(nowMs: number, isQuiet: boolean): 'filler' | 'filler_again' | 'give_up' | null {
    if (nowMs >= this.#giveUpMs) return 'give_up';
    if (nowMs < this.#fillMs) {
      this.#schedule();
      return null;
    }
    const isSaid = isQuiet && this.#fillers < FILLERS_MAX;
    if (isSaid) this.#fillers++;
    this.#fillMs = nowMs + (isSaid ? FILLER_EVERY_MS : ASK_AGAIN_MS);
    if (this.#fillers >= FILLERS_MAX) this.#fillMs = Number.POSITIVE_INFINITY;
    this.#schedule();
    if (!isSaid) return null;
    return this.#fillers === 1 ? 'filler' : 'filler_again';
  }

  /** An answer was heard to its end. */
  answered(): void {
    this.#failures = 0;
  }

  /** An answer failed, or did not come. Returns whether it is enough: a goodbye instead of an apology. */
  failed(nowMs: number): boolean {
    if (this.#failures === 0) this.#failingSinceMs = nowMs;
    this.#failures++;
    return this.#failures >= FAILURES_MIN && nowMs - this.#failingSinceMs >= this.#options.outagePatienceMs;
  }

  #schedule(): void {
    this.checkMs = Math.min(this.#fillMs, this.#giveUpMs);
  }
}
