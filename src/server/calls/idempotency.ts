// Repeated requests with one Idempotency-Key get the first one's answer: a client that lost our answer must not ring
// somebody twice. Remembers for a day, and not more than a fixed number.

import { createHash } from 'node:crypto';
import { errorReply, HttpError } from '../http/errors.js';
import type { Reply } from '../http/reply.js';

const REMEMBER_MS = 24 * 3600 * 1000;
const KEYS_MAX = 10_000;
/** Nothing was done for these: the same key may try again. */
const NOT_DONE = new Set([403, 422, 429, 503]);

interface Remembered {
  fingerprint: string;
  answer: Promise<Reply>;
  atMs: number;
}

export class Idempotency {
  /** In order of arrival. */
  readonly #remembered = new Map<string, Remembered>();

  /**
   * Answers with `make()`, or with what it answered the first time. A repetition during the first waits for it.
   * @param body as it came: another body under the same key is a mistake of the client's, 422
   */
  async run(key: string, body: Buffer, nowMs: number, make: () => Promise<Reply>): Promise<Reply> {
    this.#forget(nowMs);
    const fingerprint = createHash('sha256').update(body).digest('base64');
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) {
        throw new HttpError(422, 'this Idempotency-Key was used with another request');
      }
      return known.answer;
    }
    const answer = make().catch((thrown: unknown) => {
      const { reply, defect } = errorReply(thrown);
      if (defect !== null) throw thrown;
      return reply;
    });
    this.#remembered.set(key, { fingerprint, answer, atMs: nowMs });
    try {
      const reply = await answer;
      if (NOT_DONE.has(reply.status)) this.#remembered.delete(key);
      return reply;
    } catch (thrown) {
      this.#remembered.delete(key);
      throw thrown;
    }
  }

  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#remembered) {
      if (this.#remembered.size < KEYS_MAX && nowMs - atMs < REMEMBER_MS) return;
      this.#remembered.delete(key);
    }
  }
}
