// Several language models as one: the next is asked when one fails or gives no first token in time, and the first that
// says a word gives the whole answer. What a reply is made of afterwards knows nothing of it.

import { nowMs } from '../../clock.js';
import type { EngineError } from '../../errors.js';
import type { LlmHandlers, LlmProvider, LlmRequest, LlmRun } from '../llm.js';
import type { Swept } from '../shared/liveness.js';
import { type FailoverOptions, type Ranked, Ranking } from './ranking.js';

export class FailoverLlm implements LlmProvider {
  readonly #ranking: Ranking<LlmProvider>;
  readonly #options: FailoverOptions;

  /** @param vendors at least one, the preferred first */
  constructor(vendors: readonly Ranked<LlmProvider>[], options: FailoverOptions) {
    this.#ranking = new Ranking(vendors, options.coolMs);
    this.#options = options;
  }

  warm(): void {
    this.#ranking.order(this.#options.clock?.())[0].provider.warm();
  }

  start(request: LlmRequest, handlers: LlmHandlers): LlmRun {
    return new FailoverRun(this.#ranking, this.#options, request, handlers);
  }

  close(): void {
    for (const { provider } of this.#ranking.all) provider.close();
  }
}

interface Attempt {
  vendor: Ranked<LlmProvider>;
  /** null until `start` returned, and when it is over. */
  run: LlmRun | null;
  isOver: boolean;
}

class FailoverRun implements LlmRun, Swept {
  readonly #ranking: Ranking<LlmProvider>;
  readonly #options: FailoverOptions;
  readonly #request: LlmRequest;
  readonly #waiting: Ranked<LlmProvider>[];
  readonly #attempts: Attempt[] = [];
  #handlers: LlmHandlers | null;
  #winner: Attempt | null = null;
  #deadlineMs = 0;

  constructor(ranking: Ranking<LlmProvider>, options: FailoverOptions, request: LlmRequest, handlers: LlmHandlers) {
    this.#ranking = ranking;
    this.#options = options;
    this.#request = request;
    this.#handlers = handlers;
    this.#waiting = ranking.order(this.#now());
    options.sweeper.add(this);
    this.#askNext();
  }

  cancel(): void {
    this.#finish();
  }

  sweep(now: number): void {
    if (now >= this.#deadlineMs) this.#askNext();
  }

  #now(): number {
    return this.#options.clock?.() ?? nowMs();
  }

  /** One more vendor; those that were asked before may still be the first to answer. */
  #askNext(): void {
    const vendor = this.#waiting.shift();
    this.#deadlineMs = this.#waiting.length > 0 ? this.#now() + this.#options.deadlineMs : Number.POSITIVE_INFINITY;
    if (vendor === undefined) return;
    const attempt: Attempt = { vendor, run: null, isOver: false };
    this.#attempts.push(attempt);
    attempt.run = vendor.provider.start(this.#ranking.own(vendor, this.#request), {
      onText: (text) => {
        this.#win(attempt);
        if (attempt === this.#winner) this.#handlers?.onText(text);
      },
      onDone: (result) => {
        // An answer without a word: another vendor may have one. The last one's is passed on as it is.
        if (this.#winner === null && this.#othersLeft(attempt)) return this.#lost(attempt, null);
        this.#win(attempt);
        if (attempt === this.#winner) this.#end((handlers) => handlers.onDone(result));
      },
      onError: (error) => {
        if (attempt !== this.#winner) return this.#lost(attempt, error);
        // Whoever says the rest of the reply should be somebody else.
        this.#ranking.failed(attempt.vendor, this.#now());
        this.#end((handlers) => handlers.onError(error));
      },
    });
    if (this.#handlers === null) attempt.run?.cancel();
  }

  #othersLeft(attempt: Attempt): boolean {
    return this.#waiting.length > 0 || this.#attempts.some((each) => each !== attempt && !each.isOver);
  }

  #win(attempt: Attempt): void {
    if (this.#winner !== null || attempt.isOver || this.#handlers === null) return;
    this.#winner = attempt;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#ranking.succeeded(attempt.vendor);
    const [first] = this.#attempts;
    if (first !== attempt) {
      this.#ranking.failed(first.vendor, this.#now());
      this.#options.onFailover(first.vendor.name, attempt.vendor.name);
    }
    for (const each of this.#attempts) if (each !== attempt) this.#drop(each);
  }

  /** This one will say nothing. */
  #lost(attempt: Attempt, error: EngineError | null): void {
    if (attempt.isOver || this.#winner !== null || this.#handlers === null) return;
    const isLast = !this.#othersLeft(attempt);
    attempt.isOver = true;
    attempt.run = null;
    this.#ranking.failed(attempt.vendor, this.#now());
    if (!isLast) return this.#askNext();
    if (error !== null) this.#end((handlers) => handlers.onError(error));
  }

  #drop(attempt: Attempt): void {
    attempt.isOver = true;
    attempt.run?.cancel();
    attempt.run = null;
  }

  #end(tell: (handlers: LlmHandlers) => void): void {
    const handlers = this.#handlers;
    this.#finish();
    if (handlers !== null) tell(handlers);
  }

  /** Safe twice. */
  #finish(): void {
    this.#handlers = null;
    this.#options.sweeper.delete(this);
    for (const each of this.#attempts) this.#drop(each);
  }
}
