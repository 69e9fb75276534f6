// What several instances of the server share, or one keeps for itself: small texts by key that forget themselves, counters,
// who is there, and messages between them. Two kinds stand behind it, memory_store.ts and redis_store.ts; open_store.ts
// picks one. Knows no call: what is kept, and under which keys, is said where it is used.
//
// No method here rejects or takes long: a store that is away answers from this process's own memory, counted, so that
// nobody on the phone waits for a database.

export interface Store {
  readonly kind: 'memory' | 'redis';
  /** Are there others who could see what is put here? */
  readonly isShared: boolean;
  /** The connection to Redis, for a library that counts there by itself; absent in memory. */
  readonly client?: unknown;
  state(): StoreState;

  /** Forgotten after `ttlMs`. */
  put(key: string, value: string, ttlMs: number): Promise<void>;
  get(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
  /** Gets and deletes in one step: of several who ask, one gets it. */
  take(key: string): Promise<string | null>;
  /** Puts only where nothing is. Resolves null when it did, else with what was there. */
  putFirst(key: string, value: string, ttlMs: number): Promise<string | null>;
  /** Adds to a counter, which is forgotten `ttlMs` after its first increase. Resolves with the sum. */
  increase(key: string, by: number, ttlMs: number): Promise<number>;

  /** A member is of the group until `ttlMs` from now, unless it joins again. */
  join(group: string, member: string, ttlMs: number): Promise<void>;
  leave(group: string, member: string): Promise<void>;
  members(group: string): Promise<string[]>;

  /** Resolves false when surely nobody listens, or nobody can be reached. */
  publish(channel: string, message: string): Promise<boolean>;
  /** @returns ends the subscription. Safe twice. */
  subscribe(channel: string, take: (message: string) => void): () => void;

  /** Called each time the shared part is there again: what it was told may be gone, so whoever put something that still
   *  holds puts it once more. */
  onBack(listener: () => void): void;

  /** Safe twice. */
  close(): Promise<void>;
}

export interface StoreState {
  kind: Store['kind'];
  /** False while only this process's memory answers although there should be more. */
  isUp: boolean;
  /** ISO time since when it is away; null = it is not. */
  awaySince: string | null;
  /** Uses that this process's memory had to answer, since the start. */
  fallbacks: number;
}
