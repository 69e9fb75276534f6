import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallSnapshot } from '../../../src/call/call_snapshot.js';
import { SharedSnapshots } from '../../../src/server/calls/shared_snapshots.js';
import { MemoryStore } from '../../../src/store/memory_store.js';
import type { Store } from '../../../src/store/store.js';
import { sharedMemory } from '../harness.js';

const SID = 'CA1';
const snapshot = (turnCount: number) => ({ callSid: SID, turnCount, stream: { streamSid: 'MZ1' } }) as CallSnapshot;
let store: Store;
let puts: string[];
let back: () => void;
let snapshots: SharedSnapshots;
beforeEach(() => {
  vi.useFakeTimers();
  store = sharedMemory();
  puts = [];
  const put = store.put.bind(store);
  store.put = (key, value, ttlMs) => {
    puts.push(`${key} ${(JSON.parse(value) as CallSnapshot).turnCount}`);
    return put(key, value, ttlMs);
  };
  store.onBack = (listener) => {
    back = listener;
  };
  snapshots = new SharedSnapshots(store, 60_000);
});
afterEach(() => vi.useRealTimers());

test('the first is put at once, then the newest of each quarter of a second', async () => {
  for (let turn = 1; turn <= 5; turn++) snapshots.put(snapshot(turn));
  expect(puts).toEqual([`snapshot:${SID} 1`]);
  vi.advanceTimersByTime(249);
  expect(puts).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(puts).toEqual([`snapshot:${SID} 1`, `snapshot:${SID} 5`]);
  vi.advanceTimersByTime(10_000);
  expect(puts).toHaveLength(2);
  snapshots.put(snapshot(6));
  expect(puts).toHaveLength(3);
  // The stream it was taken in is gone with its process.
  expect(await snapshots.find(SID)).toMatchObject({ turnCount: 6, stream: null });
});

test('of a call that is over nothing stays, and nothing is put after it', async () => {
  snapshots.put(snapshot(1));
  snapshots.put(snapshot(2));
  snapshots.drop(SID);
  vi.advanceTimersByTime(1_000);
  expect([puts.length, await snapshots.find(SID)]).toEqual([1, null]);
});

test('what another instance has put is not dropped by who has put nothing', async () => {
  snapshots.put(snapshot(1));
  new SharedSnapshots(store, 60_000).drop(SID);
  expect(await snapshots.find(SID)).not.toBeNull();
});

test('a store that comes back without its memory is told again', () => {
  snapshots.put(snapshot(3));
  back();
  expect(puts).toEqual([`snapshot:${SID} 3`, `snapshot:${SID} 3`]);
});

test('alone there is nobody to put it for', async () => {
  const alone = new SharedSnapshots(new MemoryStore(), 60_000);
  alone.put(snapshot(1));
  expect(await alone.find(SID)).toBeNull();
});
