// Which of several vendors of one kind is asked first: the best ranked, unless it failed a moment ago. Pure: time is an
// argument. What is asked of them is failover_stt.ts, failover_llm.ts and failover_tts.ts.

import { nowMs } from '../../clock.js';
import type { Swept } from '../shared/liveness.js';

/** A vendor in the order in which the operator prefers them. */
export interface Ranked<P> {
  name: string;
  provider: P;
}

export interface FailoverOptions {
  /** To the first token, the first audio, or an open ear; after it the next vendor is asked as well. */
  deadlineMs: number;
  /** A vendor that failed is asked last for this long: not every call should wait for the same dead one. */
  coolMs: number;
  /** Another vendor took over from `from`. For logs and counts. */
  onFailover(from: string, to: string): void;
  /** Looks at the deadlines; each provider object has one (liveness.ts). */
  sweeper: { add(item: Swept): void; delete(item: Swept): void };
  /** Engine clock, for tests. */
  clock?: () => number;
}

export class Ranking<P> {
  readonly #vendors: readonly Ranked<P>[];
  readonly #coolMs: number;
  readonly #failedMs: number[];

  constructor(vendors: readonly Ranked<P>[], coolMs: number) {
    this.#vendors = vendors;
    this.#coolMs = coolMs;
    this.#failedMs = vendors.map(() => Number.NEGATIVE_INFINITY);
  }

  get all(): readonly Ranked<P>[] {
    return this.#vendors;
  }

  /** What `vendor` is asked: an agent's model is the first vendor's, another one has its own. */
  own<T extends { model?: string | undefined }>(vendor: Ranked<P>, asked: T): T {
    return vendor === this.#vendors[0] || asked.model === undefined ? asked : { ...asked, model: undefined };
  }

  /** Everybody, those that failed lately behind the others, each part by rank. */
  order(now: number = nowMs()): Ranked<P>[] {
    const isCool = (i: number) => now - this.#failedMs[i] >= this.#coolMs;
    const well = this.#vendors.filter((_, i) => isCool(i));
    return [...well, ...this.#vendors.filter((_, i) => !isCool(i))];
  }

  failed(vendor: Ranked<P>, now: number = nowMs()): void {
    this.#failedMs[this.#vendors.indexOf(vendor)] = now;
  }

  succeeded(vendor: Ranked<P>): void {
    this.#failedMs[this.#vendors.indexOf(vendor)] = Number.NEGATIVE_INFINITY;
  }
}
