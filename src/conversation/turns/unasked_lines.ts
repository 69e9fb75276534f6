// What we say unasked while we listen: to a caller who says nothing, and to one whom we can't hear. Pure: time is an argument.
// The words are the agent's lines; that an answer takes long is patience.ts.

export interface UnaskedOptions {
  /** Silence after which the caller is asked whether they are there; as long again, and the call ends. */
  idlePromptMs: number;
  /** A call that can't hear is ended after this long. */
  deafPatienceMs: number;
}

/** A caller who was told to hold on is spoken to this soon after we hear again, unless they speak first. */
const HEARING_AGAIN_MS = 2000;

export class UnaskedLines {
  /** When there is something to say, as far as the last question to `silence` or `deafness` told. */
  checkMs = Number.POSITIVE_INFINITY;
  readonly #options: UnaskedOptions;
  #prompts = 0;
  /** Since when the call can't hear; null = it can. */
  #deafSinceMs: number | null = null;
  #deafTold = false;

  constructor(options: UnaskedOptions) {
    this.#options = options;
  }

  /** The caller spoke or typed: they are there. */
  callerActed(): void {
    this.#prompts = 0;
  }

  /** The caller did not answer when asked whether they are there. */
  get isSilent(): boolean {
    return this.#prompts > 1;
  }

  get isDeaf(): boolean {
    return this.#deafSinceMs !== null;
  }

  /** Nothing was heard since `sinceMs`. */
  silence(sinceMs: number, nowMs: number): 'idle_prompt' | 'farewell' | null {
    this.checkMs = sinceMs + this.#options.idlePromptMs;
    if (nowMs < this.checkMs) return null;
    this.#prompts++;
    return this.isSilent ? 'farewell' : 'idle_prompt';
  }

  deaf(nowMs: number): void {
    this.#deafSinceMs ??= nowMs;
  }

  /** The call hears again. Returns since when the caller counts as silent; null = as before, they were told nothing. */
  hearing(nowMs: number): number | null {
    const wasTold = this.#deafTold;
    this.#deafSinceMs = null;
    this.#deafTold = false;
    return wasTold ? nowMs - this.#options.idlePromptMs + HEARING_AGAIN_MS : null;
  }

  /** The call can't hear: say so once, and do not keep the caller for ever. `hasWords`: some of before want an answer first. */
  deafness(hasWords: boolean, nowMs: number): 'cannot_hear' | 'cannot_hear_goodbye' | null {
    this.checkMs = (this.#deafSinceMs ?? nowMs) + this.#options.deafPatienceMs;
    if (nowMs >= this.checkMs) return 'cannot_hear_goodbye';
    if (hasWords || this.#deafTold) return null;
    this.#deafTold = true;
    return 'cannot_hear';
  }
}
