// One slow timer per provider object that looks at everything with a deadline. Hundreds of calls re-arm watchdogs on
// every token and chunk; a field assignment per re-arm and one timer per provider is cheaper than a timer each. The
// deadlines themselves, and what happens when one passes, belong to the swept objects.

import { nowMs } from '../../clock.js';

export interface Swept {
  /** Looks at its own deadlines. Must not throw; may remove itself from the sweep. */
  sweep(nowMs: number): void;
}

/** Resolution of all watchdogs and back-offs of the provider clients. */
export const SWEEP_PERIOD_MS = 50;

export class Sweep {
  readonly #items = new Set<Swept>();
  readonly #periodMs: number;
  #timer: NodeJS.Timeout | null = null;
  #lastMs = 0;

  /** `onFault` gets what a swept object threw: a defect of ours, which must not stop the others. */
  constructor(
    readonly onFault: (thrown: unknown) => void,
    periodMs: number = SWEEP_PERIOD_MS,
  ) {
    this.#periodMs = periodMs;
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: Swept): void {
    this.#items.add(item);
    if (this.#timer) return;
    this.#lastMs = nowMs();
    this.#timer = setInterval(() => this.#run(), this.#periodMs);
    // The sockets keep a thread alive, not its watchdogs.
    this.#timer.unref();
  }

  /** Safe during a sweep and for an item that isn't there. */
  delete(item: Swept): void {
    if (!this.#items.delete(item) || this.#items.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #run(): void {
    const now = nowMs();
    const stalled = now - this.#lastMs > 4 * this.#periodMs + 100;
    this.#lastMs = now;
    // After a stall of this thread timers run before sockets are read: the answers are there, unread. Judging now
    // would blame the provider for our own delay, so let one beat pass.
    if (stalled) return;
    for (const item of this.#items) {
      try {
        item.sweep(now);
      } catch (thrown) {
        this.onFault(thrown);
      }
    }
  }
}
