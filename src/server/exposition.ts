// `GET /metrics`: the text exposition for Prometheus, to those who may look inside. Writing it takes a few milliseconds of
// the thread that pumps media, so however many ask, it is written at most every now and then, and all who wait share it.

import type { BlockList } from 'node:net';
import type { Registry } from 'prom-client';
import { nowMs } from '../clock.js';
import { mayLookInside } from './http/auth.js';
import { HttpError } from './http/errors.js';
import type { ServerRequest } from './http/exchange.js';
import type { Reply } from './http/reply.js';

/** Between two expositions. Who comes in between waits for the next one, so that nobody gets old values. */
const PAUSE_MS = 50;

export class Exposition {
  readonly #registry: Pick<Registry, 'metrics' | 'contentType'>;
  readonly #allowed: BlockList;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  /** The exposition that has not begun to be written yet. */
  #next: Promise<Reply> | null = null;

  /** @param allowed addresses that may read it beside this machine */
  constructor(registry: Pick<Registry, 'metrics' | 'contentType'>, allowed: BlockList) {
    this.#registry = registry;
    this.#allowed = allowed;
  }

  /** Throws HttpError 403. The values are never older than the request. */
  readonly answer = (request: Pick<ServerRequest, 'peer' | 'header'>): Promise<Reply> => {
    if (!mayLookInside(request, this.#allowed)) {
      throw new HttpError(403, 'metrics are for this machine and the addresses in METRICS_ALLOW');
    }
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
