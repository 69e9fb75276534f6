import { expect, test } from 'vitest';
import { type Limited, type VendorUse, VendorUses } from '../../../src/server/calls/vendor_use.js';
import { MemoryStore } from '../../../src/store/memory_store.js';
import { until } from '../harness.js';

const NONE: VendorUse = { streams: 0, contexts: 0, requests: 0, tokens: 0 };
const ALONE = { name: 'a', isShared: false, others: async () => [] };

function start(limits: Partial<VendorUse>) {
  const counts = { ...NONE };
  const uses = new VendorUses({
    limits: { ...NONE, ...limits },
    counts: () => ({ ...counts }),
    instances: ALONE,
    store: new MemoryStore(),
  });
  return { uses, counts };
}

test.each<[Limited, number, number, boolean, boolean]>([
  ['streams', 50, 44, false, false],
  ['streams', 50, 45, false, true],
  ['streams', 50, 50, true, true],
  ['contexts', 20, 15, false, false],
  ['contexts', 20, 16, false, true],
  ['contexts', 20, 18, true, true],
  ['requests', 100, 79, false, false],
  ['requests', 100, 85, false, true],
  ['requests', 100, 90, true, true],
  ['tokens', 1000, 900, true, true],
  ['tokens', 0, 1_000_000, false, false],
])('of %s %i are allowed and %i in use: callers kept out %s, dialling %s', (what, max, used, inbound, outbound) => {
  const { uses, counts } = start({ [what]: max });
  uses.tick();
  counts[what] = used;
  for (let second = 0; second < 10; second++) uses.tick();
  expect([uses.exhausted('inbound'), uses.exhausted('outbound')]).toEqual([
    inbound ? what : null,
    outbound ? what : null,
  ]);
});

test('requests and tokens are those of the last minute, however long it runs', () => {
  const { uses, counts } = start({ requests: 100 });
  counts.requests = 5_000;
  for (let second = 0; second < 300; second++) {
    uses.tick();
    counts.requests += 1;
  }
  expect(uses.used.requests).toBe(61);
  expect(uses.exhausted('inbound')).toBeNull();
  for (let second = 0; second < 70; second++) uses.tick();
  expect(uses.used.requests).toBe(0);
});

test('a burst of contexts that is over in a second keeps nobody out', () => {
  const { uses, counts } = start({ contexts: 10 });
  for (let second = 0; second < 9; second++) uses.tick();
  counts.contexts = 40;
  uses.tick();
  expect(uses.exhausted('inbound')).toBeNull();
  for (let second = 0; second < 9; second++) uses.tick();
  expect(uses.exhausted('inbound')).toBe('contexts');
});

test('what other instances use counts too, and no longer when they are gone', async () => {
  const store = new MemoryStore();
  let there = ['a', 'b'];
  const instance = (name: string, streams: number) =>
    new VendorUses({
      ...{ limits: { ...NONE, streams: 50 }, counts: () => ({ ...NONE, streams }), store },
      instances: { name, isShared: true, others: async () => there.filter((each) => each !== name) },
    });
  const [a, b] = [instance('a', 20), instance('b', 30)];
  await until(() => {
    a.tick();
    b.tick();
    return a.used.streams === 50 && b.used.streams === 50;
  });
  expect(a.exhausted('inbound')).toBe('streams');
  there = ['a'];
  await until(() => {
    a.tick();
    return a.used.streams === 20;
  });
  expect(a.exhausted('inbound')).toBeNull();
});
