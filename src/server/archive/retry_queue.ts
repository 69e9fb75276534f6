// Work that must be done sometime: one thing after the other, and what fails is tried again, later and later. Bounded: who puts
// something in finds it again elsewhere when it did not fit.

import { backoffMs } from '../../backoff.js';

const RETRY = { baseMs: 1_000, capMs: 300_000 };

export interface RetryQueueOptions {
  /** Does one thing. Rejects when it must be tried again. */
  work(name: string, signal: AbortSignal): Promise<void>;
  /** @param failures in a row, of whatever was tried */
  onFailed(name: string, error: unknown, failures: number): void;
  /** Things that wait at most. */
  max: number;
  /** Between two tries after `failures` in a row; a test's own. */
  pauseMs?: (failures: number) => number;
}

export class RetryQueue {
  readonly #options: RetryQueueOptions;
  /** The oldest first. */
  readonly #waiting = new Set<string>();
  readonly #abort = new AbortController();
  #current: { name: string; done: Promise<void> } | null = null;
  #running: Promise<void> | null = null;
  #wake: () => void = () => {};

  constructor(options: RetryQueueOptions) {
    this.#options = options;
  }

  /** Things that wait or are being done. */
  get size(): number {
    return this.#waiting.size + (this.#current === null ? 0 : 1);
  }

  /** False = there is no room. The same thing is done once. */
  add(name: string): boolean {
    if (this.#abort.signal.aborted) return false;
    if (!this.#waiting.has(name) && this.#waiting.size >= this.#options.max) return false;
    this.#waiting.add(name);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return true;
  }

  /** Those that fit are not done any more; one that is being done ends first. */
  async drop(fits: (name: string) => boolean): Promise<void> {
    for (const name of [...this.#waiting]) if (fits(name)) this.#waiting.delete(name);
    if (this.#current !== null && fits(this.#current.name)) await this.#current.done;
    for (const name of [...this.#waiting]) if (fits(name)) this.#waiting.delete(name);
  }

  /** Nothing more is begun; what is under way is told to end and waited for. Safe twice. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let failures = 0;
    while (!signal.aborted) {
      const [name] = this.#waiting;
      if (name === undefined) return;
      this.#waiting.delete(name);
      const isDone = await this.#try(name, failures);
      failures = isDone ? 0 : failures + 1;
      if (!isDone) await this.#pause(failures);
    }
  }

  async #try(name: string, failures: number): Promise<boolean> {
    const { work, onFailed } = this.#options;
    const { signal } = this.#abort;
    let isDone = true;
    const done = work(name, signal).catch((error: unknown) => {
      isDone = false;
      if (signal.aborted) return;
      // At the end: one that can't be done keeps nothing else.
      this.#waiting.add(name);
      onFailed(name, error, failures + 1);
    });
    this.#current = { name, done };
    await done;
    this.#current = null;
    return isDone;
  }

  #pause(failures: number): Promise<void> {
    const ms = (this.#options.pauseMs ?? ((count) => backoffMs(count, RETRY)))(failures);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#abort.signal.aborted) this.#wake();
    });
  }
}
