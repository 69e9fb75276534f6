// How often somebody may ask: the holder of a key, an address without one, an address that sends Twilio's webhooks. Counting
// is rate-limiter-flexible's, in memory or in the Redis that instances share; what a request costs to check lies elsewhere
// (refusals.ts). Media sockets are no requests and are never counted.

import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { EngineConfig } from '../../config.js';
import type { Access, Who } from './access.js';
import { HttpError } from './errors.js';
import { networkOf } from './peers.js';

/** The settings are for a second; so long a burst may be made up for by silence. */
const WINDOW_S = 10;
/** Counters of addresses. Several may share one, which strangers can't aim at: the hash has a secret seed. */
const PEER_COUNTERS = 65_536;
/** A Redis that hangs keeps nobody waiting longer; the request passes. */
const STORE_MS_MAX = 200;

export const LIMITS = ['key', 'peer', 'webhook'] as const;
export type LimitName = (typeof LIMITS)[number];

export interface RateLimitsOptions {
  /** Requests a second; 0 = no limit. */
  perSecond: EngineConfig['limits'];
  /** Counters of keys are shared with other instances over it; undefined = there are none. */
  redis?: unknown;
  onLimited(limit: LimitName): void;
}

export class RateLimits {
  readonly #options: RateLimitsOptions;
  readonly #limiters: Record<LimitName, RateLimiterAbstract | null>;
  readonly #seed = Math.floor(Math.random() * 2 ** 32);

  constructor(options: RateLimitsOptions) {
    this.#options = options;
    const { key, peer, webhook } = options.perSecond;
    this.#limiters = {
      key: key === 0 ? null : limiter('key', key, options.redis),
      // An address comes to one instance at a time, or to each with its share.
      peer: peer === 0 ? null : limiter('peer', peer),
      webhook: webhook === 0 ? null : limiter('webhook', webhook),
    };
  }

  /**
   * Counts one request. Counting begins before this returns.
   * @param client address
   * @throws HttpError 429 with Retry-After
   */
  async count(access: Access, who: Who, client: string): Promise<void> {
    if (access === 'probe') return;
    const limit: LimitName = access === 'twilio' ? 'webhook' : who.role === null ? 'peer' : 'key';
    const limiter = this.#limiters[limit];
    if (limiter === null) return;
    try {
      const counted = limiter.consume(limit === 'key' ? who.name : this.#counterOf(client));
      await (limiter instanceof RateLimiterRedis ? within(STORE_MS_MAX, counted) : counted);
    } catch (thrown) {
      // Anything else is trouble with the store, for which nobody is refused.
      if (!(thrown instanceof RateLimiterRes)) return;
      this.#options.onLimited(limit);
      const seconds = Math.max(1, Math.ceil(thrown.msBeforeNext / 1000));
      throw new HttpError(429, 'too many requests', { 'retry-after': String(seconds) });
    }
  }

  #counterOf(client: string): string {
    const network = networkOf(client);
    let hash = this.#seed;
    for (let i = 0; i < network.length; i++) hash = Math.imul(hash ^ network.charCodeAt(i), 0x01000193);
    return String((hash ^ (hash >>> 16)) & (PEER_COUNTERS - 1));
  }
}

function limiter(keyPrefix: LimitName, perSecond: number, redis?: unknown): RateLimiterAbstract {
  const options = { keyPrefix: `limit:${keyPrefix}`, points: perSecond * WINDOW_S, duration: WINDOW_S };
  const own = new RateLimiterMemory(options);
  if (redis === undefined) return own;
  return new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: own, rejectIfRedisNotReady: true });
}

/** Resolves when `promise` does or after `ms`; rejects as it does. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
