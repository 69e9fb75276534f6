// `GET /metrics`: the text exposition for Prometheus. Writing it takes a few milliseconds of
// the thread that pumps media, so however many ask, it is written at most every now and then, and all who wait share it.

import type { Registry } from 'prom-client';
import { nowMs } from '../clock.js';
import type { Reply } from './http/reply.js';

/** Between two expositions. Who comes in between waits for the next one, so that nobody gets old values. */
const PAUSE_MS = 50;

export class Exposition {
  readonly #registry: Pick<Registry, 'metrics' | 'contentType'>;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  /** The exposition that has not begun to be written yet. */
  #next: Promise<Reply> | null = null;

  constructor(registry: Pick<Registry, 'metrics' | 'contentType'>) {
    this.#registry = registry;
  }

  /** The values are never older than the request. */
  readonly answer = (): Promise<Reply> => {
    this.#next ??= this.#write();
    return this.#next;
  };

  async #write(): Promise<Reply> {
    const waitMs = this.#writtenAtMs + PAUSE_MS - nowMs();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else await null;
    // From here on values are read: a request that comes now gets the next exposition.
    this.#next = null;
    this.#writtenAtMs = nowMs();
    try {
      const body = Buffer.from(await this.#registry.metrics());
      return { status: 200, headers: { 'content-type': this.#registry.contentType }, body };
    } finally {
      this.#writtenAtMs = nowMs();
    }
  }
}
