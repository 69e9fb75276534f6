// The store that instances share: Redis 6.2 or newer, or what speaks like it. Everything put is kept here too, so that
// what this instance knows of itself it still knows while Redis is away.

import type { Redis } from 'ioredis';
import type { Logger } from '../log.js';
import { MemoryStore } from './memory_store.js';
import { RedisAway, RedisLink } from './redis_link.js';
import type { Store, StoreState } from './store.js';

export interface RedisStoreOptions {
  url: string;
  prefix: string;
  log: Logger;
}

/** Members of a group by the end of their time, which is Redis's own: the clocks of instances differ. */
const JOIN = `local t = redis.call('TIME')
redis.call('ZADD', KEYS[1], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])))`;
const MEMBERS = `local t = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', t[1] * 1000 + math.floor(t[2] / 1000))
return redis.call('ZRANGE', KEYS[1], 0, -1)`;

export class RedisStore implements Store {
  readonly kind = 'redis';
  readonly isShared = true;
  readonly #log: Logger;
  readonly #link: RedisLink;
  readonly #own = new MemoryStore();
  readonly #backListeners: (() => void)[] = [];
  readonly #takers = new Map<string, Set<(message: string) => void>>();
  readonly #prefix: string;
  #fallbacks = 0;
  #refusal = '';

  constructor({ url, prefix, log }: RedisStoreOptions) {
    this.#log = log;
    this.#prefix = prefix;
    this.#link = new RedisLink({
      url,
      prefix,
      log,
      onBack: () => {
        for (const tell of this.#backListeners) tell();
      },
      onMessage: (channel, message) => {
        for (const take of [...(this.#takers.get(channel) ?? [])]) take(message);
      },
    });
  }

  /** The connection itself, for a library that counts in Redis by itself. Rejects at once while Redis is away. */
  get client(): Redis {
    return this.#link.client;
  }

  state(): StoreState {
    const { isUp, awaySinceMs } = this.#link;
    const awaySince = awaySinceMs === null ? null : new Date(awaySinceMs).toISOString();
    return { kind: 'redis', isUp, awaySince, fallbacks: this.#fallbacks };
  }

  async put(key: string, value: string, ttlMs: number): Promise<void> {
    void this.#own.put(key, value, ttlMs);
    await this.#shared((redis) => redis.set(key, value, 'PX', whole(ttlMs)), null);
  }

  get(key: string): Promise<string | null> {
    return this.#sharedOr(
      (redis) => redis.get(key),
      () => this.#own.get(key),
    );
  }

  async delete(key: string): Promise<void> {
    void this.#own.delete(key);
    await this.#shared((redis) => redis.del(key), null);
  }

  async take(key: string): Promise<string | null> {
    const own = await this.#own.take(key);
    return this.#shared((redis) => redis.getdel(key), own);
  }

  async putFirst(key: string, value: string, ttlMs: number): Promise<string | null> {
    const own = await this.#own.putFirst(key, value, ttlMs);
    return this.#shared(async (redis) => {
      // In one step; SET with NX and GET together is of Redis 7.
      const answers = await redis.multi().set(key, value, 'PX', whole(ttlMs), 'NX').get(key).exec();
      const [[, wasPut], [, there]] = answers as [[unknown, string | null], [unknown, string | null]];
      return wasPut === 'OK' ? null : there;
    }, own);
  }

  async increase(key: string, by: number, ttlMs: number): Promise<number> {
    const own = await this.#own.increase(key, by, ttlMs);
    return this.#shared(async (redis) => {
      const answers = await redis.multi().set(key, '0', 'PX', whole(ttlMs), 'NX').incrby(key, by).exec();
      return Number(answers?.[1][1]);
    }, own);
  }

  async join(group: string, member: string, ttlMs: number): Promise<void> {
    void this.#own.join(group, member, ttlMs);
    await this.#shared((redis) => redis.eval(JOIN, 1, group, member, whole(ttlMs)), null);
  }

  async leave(group: string, member: string): Promise<void> {
    void this.#own.leave(group, member);
    await this.#shared((redis) => redis.zrem(group, member), null);
  }

  members(group: string): Promise<string[]> {
    return this.#sharedOr(
      (redis) => redis.eval(MEMBERS, 1, group) as Promise<string[]>,
      () => this.#own.members(group),
    );
  }

  /** The client puts its prefix before keys, not before channels. */
  publish(channel: string, message: string): Promise<boolean> {
    return this.#shared(async (redis) => (await redis.publish(this.#prefix + channel, message)) > 0, false);
  }

  subscribe(channel: string, take: (message: string) => void): () => void {
    const takers = this.#takers.get(channel) ?? new Set();
    const own = (message: string) => take(message);
    this.#takers.set(channel, takers.add(own));
    this.#link.subscribe(channel);
    return () => {
      takers.delete(own);
      if (takers.size === 0) this.#link.unsubscribe(channel);
    };
  }

  onBack(listener: () => void): void {
    this.#backListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#link.close();
    await this.#own.close();
  }

  #shared<T, F>(send: (redis: Redis) => Promise<T>, fallback: F): Promise<T | F> {
    return this.#sharedOr<T | F>(send, async () => fallback);
  }

  async #sharedOr<T>(send: (redis: Redis) => Promise<T>, fallback: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.#link.run(send);
      this.#refusal = '';
      return answer;
    } catch (thrown) {
      this.#fallbacks++;
      // That it is away the link has said. Here is what it says itself: out of memory, no right to a command.
      const text = thrown instanceof RedisAway ? '' : String((thrown as Error).message).split(' ')[0];
      if (text !== '' && text !== this.#refusal) this.#log.warn({ refusal: text }, 'Redis refuses a command');
      if (text !== '') this.#refusal = text;
      return fallback();
    }
  }
}

function whole(ttlMs: number): number {
  return Math.max(1, Math.round(ttlMs));
}
