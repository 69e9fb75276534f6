// A late first word is asked for a second time: most slow answers are one slow request and no slow model. The first of the
// two to say something gives the whole answer, the other is cancelled. A model that fails is not asked again here: its
// client has its own attempts, and failover_llm.ts other vendors.

import { nowMs } from '../../clock.js';
import type { EngineError } from '../../errors.js';
import type { LlmHandlers, LlmProvider, LlmRequest, LlmRun } from '../llm.js';
import type { Swept } from '../shared/liveness.js';

export interface HedgeOptions {
  /** Without a word for so long a second request is made. */
  afterMs: number;
  /** A second request was made. */
  onHedge(): void;
  /** It was the one that answered. */
  onWon(): void;
  /** Looks at the deadlines (liveness.ts). */
  sweeper: { add(item: Swept): void; delete(item: Swept): void };
  /** Engine clock, for tests. */
  clock?: () => number;
}

/** A model that is slow for everybody must not get twice the requests: each answer pays for a tenth of a second request. */
const BUDGET_PER_ANSWER = 0.1;
const BUDGET_MAX = 5;

export class HedgedLlm implements LlmProvider {
  readonly #model: LlmProvider;
  readonly #options: HedgeOptions;
  #budget = BUDGET_MAX;

  constructor(model: LlmProvider, options: HedgeOptions) {
    this.#model = model;
    this.#options = options;
  }

  warm(): void {
    this.#model.warm();
  }

  start(request: LlmRequest, handlers: LlmHandlers): LlmRun {
    this.#budget = Math.min(BUDGET_MAX, this.#budget + BUDGET_PER_ANSWER);
    return new HedgedRun(this.#model, this.#options, request, handlers, () => this.#spend());
  }

  close(): void {
    this.#model.close();
  }

  #spend(): boolean {
    if (this.#budget < 1) return false;
    this.#budget--;
    return true;
  }
}

class HedgedRun implements LlmRun, Swept {
  readonly #model: LlmProvider;
  readonly #options: HedgeOptions;
  readonly #request: LlmRequest;
  readonly #spend: () => boolean;
  /** The first request and the second; null = over, or not begun. */
  readonly #runs: [LlmRun | null, LlmRun | null] = [null, null];
  readonly #failed = [false, false];
  #asked = 0;
  #handlers: LlmHandlers | null;
  #winner = -1;
  #deadlineMs: number;

  constructor(
    model: LlmProvider,
    options: HedgeOptions,
    request: LlmRequest,
    handlers: LlmHandlers,
    spend: () => boolean,
  ) {
    this.#model = model;
    this.#options = options;
    this.#request = request;
    this.#handlers = handlers;
    this.#spend = spend;
    this.#deadlineMs = this.#now() + options.afterMs;
    options.sweeper.add(this);
    this.#ask();
  }

  cancel(): void {
    this.#finish();
  }

  sweep(now: number): void {
    if (now < this.#deadlineMs) return;
    this.#unwatch();
    if (!this.#spend()) return;
    this.#options.onHedge();
    this.#ask();
  }

  #now(): number {
    return this.#options.clock?.() ?? nowMs();
  }

  #ask(): void {
    const at = this.#asked++;
    const run = this.#model.start(this.#request, {
      onText: (text) => {
        if (this.#wins(at)) this.#handlers?.onText(text);
      },
      onDone: (result) => {
        if (this.#wins(at)) this.#end((handlers) => handlers.onDone(result));
      },
      onError: (error) => this.#onError(at, error),
    });
    // It may have come to its end before `start` returned.
    if (this.#handlers === null || (this.#winner >= 0 && this.#winner !== at)) run.cancel();
    else if (!this.#failed[at]) this.#runs[at] = run;
  }

  #wins(at: number): boolean {
    if (this.#handlers === null || this.#failed[at]) return false;
    if (this.#winner >= 0) return this.#winner === at;
    this.#winner = at;
    this.#unwatch();
    const other = 1 - at;
    this.#runs[other]?.cancel();
    this.#runs[other] = null;
    if (at === 1) this.#options.onWon();
    return true;
  }

  #onError(at: number, error: EngineError): void {
    if (this.#handlers === null || this.#failed[at]) return;
    this.#failed[at] = true;
    this.#runs[at] = null;
    const other = 1 - at;
    const isOtherAlive = this.#winner < 0 && other < this.#asked && !this.#failed[other];
    if (this.#winner === other || isOtherAlive) return;
    this.#end((handlers) => handlers.onError(error));
  }

  #unwatch(): void {
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#options.sweeper.delete(this);
  }

  #end(tell: (handlers: LlmHandlers) => void): void {
    const handlers = this.#handlers;
    this.#finish();
    if (handlers !== null) tell(handlers);
  }

  /** Safe twice. */
  #finish(): void {
    this.#handlers = null;
    this.#unwatch();
    for (const at of [0, 1]) {
      this.#runs[at]?.cancel();
      this.#runs[at] = null;
    }
  }
}
