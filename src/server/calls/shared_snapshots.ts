// The snapshots of this instance's calls in the store that instances share, so that another one can go on with a call whose
// process died. Off the media path, and nobody waits: at most four of a call in a second, the newest counts, and one that
// the store can't take is lost.

import type { CallSnapshot } from '../../call/call_snapshot.js';
import type { Store } from '../../store/store.js';
import type { SnapshotSink } from './kept_calls.js';

const PAUSE_MS = 250;

interface Shared {
  /** Newest, and whether it was put. */
  snapshot: CallSnapshot;
  isPut: boolean;
  timer: NodeJS.Timeout | null;
}

export class SharedSnapshots implements SnapshotSink {
  readonly #store: Store;
  readonly #ttlMs: number;
  readonly #calls = new Map<string, Shared>();

  /** @param ttlMs as long as a call may last */
  constructor(store: Store, ttlMs: number) {
    this.#store = store;
    this.#ttlMs = ttlMs;
    // A Redis that was started anew has forgotten them.
    store.onBack(() => {
      for (const [callSid, shared] of this.#calls) this.#write(callSid, shared);
    });
  }

  put(snapshot: CallSnapshot): void {
    if (!this.#store.isShared) return;
    const shared = this.#calls.get(snapshot.callSid) ?? { snapshot, isPut: false, timer: null };
    shared.snapshot = snapshot;
    shared.isPut = false;
    this.#calls.set(snapshot.callSid, shared);
    if (shared.timer === null) this.#write(snapshot.callSid, shared);
  }

  /** Of a call that this instance has put nothing of, another one may be writing. */
  drop(callSid: string): void {
    const shared = this.#calls.get(callSid);
    if (shared === undefined) return;
    if (shared.timer !== null) clearTimeout(shared.timer);
    this.#calls.delete(callSid);
    void this.#store.delete(keyOf(callSid));
  }

  /** What another process left of a call. Its stream is gone with it. */
  async find(callSid: string): Promise<CallSnapshot | null> {
    if (!this.#store.isShared) return null;
    const text = await this.#store.get(keyOf(callSid));
    return text === null ? null : { saying: null, ...(JSON.parse(text) as Omit<CallSnapshot, 'saying'>), stream: null };
  }

  #write(callSid: string, shared: Shared): void {
    if (shared.timer !== null) clearTimeout(shared.timer);
    shared.isPut = true;
    shared.timer = setTimeout(() => {
      shared.timer = null;
      if (!shared.isPut) this.#write(callSid, shared);
    }, PAUSE_MS).unref();
    void this.#store.put(keyOf(callSid), JSON.stringify(shared.snapshot), this.#ttlMs);
  }
}

function keyOf(callSid: string): string {
  return `snapshot:${callSid}`;
}
