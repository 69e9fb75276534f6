// Picks the store: Redis when there is an address of one, this process's memory otherwise. The client is loaded only then.

import type { Logger } from '../log.js';
import { MemoryStore } from './memory_store.js';
import type { Store } from './store.js';

export interface StoreSettings {
  /** null = memory. */
  redisUrl: string | null;
  /** Begins every key and channel, so that several deployments can share one Redis. */
  keyPrefix: string;
}

/** Waits for no connection: one that comes later is used from then on. */
export async function openStore({ redisUrl, keyPrefix }: StoreSettings, log: Logger): Promise<Store> {
  if (redisUrl === null) return new MemoryStore();
  const { RedisStore } = await import('./redis_store.js');
  return new RedisStore({ url: redisUrl, prefix: keyPrefix, log });
}
