import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/store/memory_store.js';
import { storeContract } from './store_contract.js';

let now = 0;
storeContract(
  async () => new MemoryStore(() => now),
  async (ms) => {
    now += ms;
    await new Promise((resolve) => setImmediate(resolve));
  },
);

test('it is bounded: what is over goes first, then what was put first', async () => {
  let time = 0;
  const store = new MemoryStore(() => time, 3);
  await store.put('short', 'x', 10);
  for (const key of ['a', 'b']) await store.put(key, 'x', 1_000);
  time = 20;
  await store.put('c', 'x', 1_000);
  expect(store.size).toBe(3);
  expect(await store.get('a')).toBe('x');
  // Put again, it is no longer the first.
  await store.put('a', 'y', 1_000);
  await store.put('d', 'x', 1_000);
  expect(store.size).toBe(3);
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => store.get(key)))).toEqual(['y', null, 'x', 'x']);
});

test('it is never away, and nobody else sees it', async () => {
  const store = new MemoryStore();
  expect(store.isShared).toBe(false);
  expect(store.state()).toEqual({ kind: 'memory', isUp: true, awaySince: null, fallbacks: 0 });
  await store.close();
});
