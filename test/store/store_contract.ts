// What every store does, whichever stands behind it: the same tests for all of them.

import { expect, test } from 'vitest';
import type { Store } from '../../src/store/store.js';

/** @param makeStore a fresh store, up and empty; @param wait lets time pass for that store */
export function storeContract(makeStore: () => Promise<Store>, wait: (ms: number) => Promise<void>): void {
  const withStore = (name: string, run: (store: Store) => Promise<void>) =>
    test(name, async () => {
      const store = await makeStore();
      try {
        await run(store);
      } finally {
        await store.close();
      }
    });

  withStore('what is put is there until its time is over or it is deleted', async (store) => {
    expect(await store.get('k')).toBeNull();
    await store.put('k', 'a', 60_000);
    await store.put('k', 'b', 60_000);
    expect(await store.get('k')).toBe('b');
    await store.delete('k');
    expect(await store.get('k')).toBeNull();
    await store.put('short', 'x', 60);
    await wait(90);
    expect(await store.get('short')).toBeNull();
  });

  withStore('of several who take one gets it', async (store) => {
    await store.put('k', 'a', 60_000);
    const taken = await Promise.all([store.take('k'), store.take('k'), store.take('k')]);
    expect(taken.filter((value) => value === 'a')).toHaveLength(1);
    expect(await store.take('k')).toBeNull();
  });

  withStore('of several who put first one does, and the others see what it put', async (store) => {
    const there = await Promise.all(['a', 'b', 'c'].map((value) => store.putFirst('k', value, 60)));
    const kept = await store.get('k');
    expect(there.filter((value) => value === null)).toHaveLength(1);
    expect(there.filter((value) => value === kept)).toHaveLength(2);
    await wait(90);
    expect(await store.putFirst('k', 'd', 60_000)).toBeNull();
    expect(await store.get('k')).toBe('d');
  });

  withStore('a counter counts, also down, and is forgotten some time after it began', async (store) => {
    expect(await store.increase('n', 2, 150)).toBe(2);
    expect(await store.increase('n', 3, 60_000)).toBe(5);
    expect(await store.increase('n', -1, 60_000)).toBe(4);
    await wait(200);
    expect(await store.increase('n', 1, 60_000)).toBe(1);
  });

  withStore('a member of a group is one until it leaves or does not join again', async (store) => {
    expect(await store.members('g')).toEqual([]);
    await store.join('g', 'a', 60_000);
    await store.join('g', 'b', 60_000);
    await store.join('g', 'late', 60);
    await store.leave('g', 'a');
    await wait(90);
    expect(await store.members('g')).toEqual(['b']);
    await store.join('g', 'b', 60_000);
    expect(await store.members('g')).toEqual(['b']);
  });

  withStore(
    'a message reaches all who listen to its channel, and its sender knows whether there was one',
    async (store) => {
      const heard: string[] = [];
      const stop = store.subscribe('c', (message) => heard.push(`1 ${message}`));
      const stopToo = store.subscribe('c', (message) => heard.push(`2 ${message}`));
      store.subscribe('other', (message) => heard.push(`other ${message}`));
      while (!(await store.publish('c', 'first'))) await wait(5);
      while (heard.length < 2) await wait(5);
      expect(heard).toEqual(['1 first', '2 first']);
      stop();
      stop();
      expect(await store.publish('c', 'second')).toBe(true);
      while (heard.length < 3) await wait(5);
      expect(heard[2]).toBe('2 second');
      stopToo();
      while (await store.publish('c', 'third')) await wait(5);
      expect(heard).toHaveLength(3);
    },
  );

  withStore('closing twice is closing once', async (store) => {
    await store.close();
    await store.close();
  });
}
