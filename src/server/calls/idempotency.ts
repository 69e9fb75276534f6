// Repeated requests with one Idempotency-Key get the first one's answer, whichever instance they come to: a client that
// lost our answer must not ring somebody twice. Remembers for a day; what this instance answered itself in a fixed number.

import { createHash } from 'node:crypto';
import type { Instances } from '../../store/instances.js';
import type { Store } from '../../store/store.js';
import { errorReply, HttpError } from '../http/errors.js';
import type { Reply } from '../http/reply.js';

const REMEMBER_MS = 24 * 3600 * 1000;
const KEYS_MAX = 10_000;
/** Nothing was done for these: the same key may try again. */
const NOT_DONE = new Set([403, 422, 429, 503]);
/** The first request is with another instance: asked for its answer this often, some 15 s. */
const LOOKS_MAX = 100;
const LOOK_PAUSE_MS = 150;
const RETRY_AFTER_S = '5';

interface Remembered {
  fingerprint: string;
  answer: Promise<Reply>;
  atMs: number;
}

/** What the instances share of a key. */
interface Shared {
  fingerprint: string;
  /** Who took the first request. */
  by: string;
  /** null = it is under way. */
  reply: Reply | null;
}

export class Idempotency {
  readonly #store: Store;
  readonly #instances: Pick<Instances, 'name' | 'others'>;
  /** In order of arrival. */
  readonly #remembered = new Map<string, Remembered>();

  constructor(store: Store, instances: Pick<Instances, 'name' | 'others'>) {
    this.#store = store;
    this.#instances = instances;
  }

  /**
   * Answers with `make()`, or with what it answered the first time. A repetition during the first waits for it.
   * @param body as it came: another body under the same key is a mistake of the client's, 422
   */
  async run(key: string, body: Buffer, nowMs: number, make: () => Promise<Reply>): Promise<Reply> {
    this.#forget(nowMs);
    const fingerprint = createHash('sha256').update(body).digest('base64');
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) throw otherRequest();
      return known.answer;
    }
    const answer = asReply(this.#store.isShared ? this.#runShared(key, fingerprint, make) : make());
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

  async #runShared(key: string, fingerprint: string, make: () => Promise<Reply>): Promise<Reply> {
    const { name } = this.#instances;
    // A key is a client's text, with its name in front.
    const storeKey = `idempotency:${createHash('sha256').update(key).digest('base64url')}`;
    const mine: Shared = { fingerprint, by: name, reply: null };
    const theirs = await this.#firstOf(storeKey, mine);
    if (theirs !== null) return theirs;
    try {
      const reply = await asReply(make());
      if (NOT_DONE.has(reply.status)) await this.#store.delete(storeKey);
      else await this.#store.put(storeKey, JSON.stringify({ ...mine, reply } satisfies Shared), REMEMBER_MS);
      return reply;
    } catch (thrown) {
      await this.#store.delete(storeKey);
      throw thrown;
    }
  }

  /** Claims the key: null = it is ours. Else what the first request was answered with, as soon as it is known. */
  async #firstOf(storeKey: string, mine: Shared): Promise<Reply | null> {
    for (let look = 0; look < LOOKS_MAX; look++) {
      const text = await this.#store.putFirst(storeKey, JSON.stringify(mine), REMEMBER_MS);
      if (text === null) return null;
      const known = JSON.parse(text) as Shared;
      if (known.fingerprint !== mine.fingerprint) throw otherRequest();
      if (known.reply !== null) return known.reply;
      if (known.by === mine.by) return null;
      if (!(await this.#instances.others()).includes(known.by)) {
        throw new HttpError(
          409,
          'the instance that took this Idempotency-Key is gone; whether it has dialled is not known',
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS));
    }
    throw new HttpError(503, 'the first request with this Idempotency-Key is still under way', {
      'retry-after': RETRY_AFTER_S,
    });
  }

  #forget(nowMs: number): void {
    for (const [key, { atMs }] of this.#remembered) {
      if (this.#remembered.size < KEYS_MAX && nowMs - atMs < REMEMBER_MS) return;
      this.#remembered.delete(key);
    }
  }
}

/** A refusal is an answer too; a defect is none. */
function asReply(answer: Promise<Reply>): Promise<Reply> {
  return answer.catch((thrown: unknown) => {
    const { reply, defect } = errorReply(thrown);
    if (defect !== null) throw thrown;
    return reply;
  });
}

function otherRequest(): HttpError {
  return new HttpError(422, 'this Idempotency-Key was used with another request');
}
