// The store of one process: maps with times. Bounded; nothing here waits, so each promise is settled when it is returned.

import { nowMs } from '../clock.js';
import type { Store, StoreState } from './store.js';

/** Some 20 MB at a kilobyte each. */
const ENTRIES_MAX = 20_000;

interface Entry {
  value: string;
  endsMs: number;
}

export class MemoryStore implements Store {
  readonly kind = 'memory';
  readonly isShared = false;
  readonly #now: () => number;
  readonly #entriesMax: number;
  /** In the order in which they were last put. */
  readonly #entries = new Map<string, Entry>();
  readonly #groups = new Map<string, Map<string, number>>();
  readonly #subscribers = new Map<string, Set<(message: string) => void>>();

  /** @param now clock.ts, or a test's own; @param entriesMax keys kept; beyond, those that were put first go */
  constructor(now: () => number = nowMs, entriesMax = ENTRIES_MAX) {
    this.#now = now;
    this.#entriesMax = entriesMax;
  }

  state(): StoreState {
    return { kind: 'memory', isUp: true, awaySince: null, fallbacks: 0 };
  }

  /** Keys it holds now, those included whose time is over and that nobody has asked for since. */
  get size(): number {
    return this.#entries.size;
  }

  async put(key: string, value: string, ttlMs: number): Promise<void> {
    this.#set(key, value, ttlMs);
  }

  async get(key: string): Promise<string | null> {
    return this.#find(key)?.value ?? null;
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async take(key: string): Promise<string | null> {
    const entry = this.#find(key);
    this.#entries.delete(key);
    return entry?.value ?? null;
  }

  async putFirst(key: string, value: string, ttlMs: number): Promise<string | null> {
    const entry = this.#find(key);
    if (entry !== undefined) return entry.value;
    this.#set(key, value, ttlMs);
    return null;
  }

  async increase(key: string, by: number, ttlMs: number): Promise<number> {
    const entry = this.#find(key);
    const sum = Number(entry?.value ?? 0) + by;
    if (entry === undefined) this.#set(key, String(sum), ttlMs);
    else entry.value = String(sum);
    return sum;
  }

  async join(group: string, member: string, ttlMs: number): Promise<void> {
    const members = this.#groups.get(group) ?? new Map<string, number>();
    members.set(member, this.#now() + ttlMs);
    this.#groups.set(group, members);
  }

  async leave(group: string, member: string): Promise<void> {
    this.#groups.get(group)?.delete(member);
  }

  async members(group: string): Promise<string[]> {
    const members = this.#groups.get(group) ?? new Map<string, number>();
    for (const [member, endsMs] of members) if (endsMs <= this.#now()) members.delete(member);
    return [...members.keys()];
  }

  async publish(channel: string, message: string): Promise<boolean> {
    const takers = [...(this.#subscribers.get(channel) ?? [])];
    // Not within the publisher's own turn: between processes it is not either.
    for (const take of takers) queueMicrotask(() => take(message));
    return takers.length > 0;
  }

  subscribe(channel: string, take: (message: string) => void): () => void {
    const takers = this.#subscribers.get(channel) ?? new Set();
    // One function may subscribe twice.
    const own = (message: string) => take(message);
    this.#subscribers.set(channel, takers.add(own));
    return () => void takers.delete(own);
  }

  /** It is never away. */
  onBack(): void {}

  async close(): Promise<void> {
    this.#entries.clear();
    this.#groups.clear();
    this.#subscribers.clear();
  }

  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.endsMs > this.#now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  #set(key: string, value: string, ttlMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, endsMs: this.#now() + ttlMs });
    if (this.#entries.size > this.#entriesMax) this.#makeRoom();
  }

  /** Looks at a few of the oldest, so that a full store costs no more than one with room. */
  #makeRoom(): void {
    const [oldest] = this.#entries.keys();
    let looked = 0;
    for (const [key, { endsMs }] of this.#entries) {
      if (endsMs <= this.#now()) this.#entries.delete(key);
      if (++looked === 8) break;
    }
    if (this.#entries.size > this.#entriesMax) this.#entries.delete(oldest);
  }
}
