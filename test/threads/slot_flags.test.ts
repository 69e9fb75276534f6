import { expect, test } from 'vitest';
import { createSlab } from '../../src/threads/slab.js';
import { SlotFlags } from '../../src/threads/slot_flags.js';

function makeFlags(slots = 70) {
  const slab = createSlab({ slots, ingressBytes: 64, egressBytes: 64 });
  const main = new SlotFlags(slab);
  const take = () => {
    const taken: number[] = [];
    main.take((slot) => taken.push(slot));
    return taken;
  };
  return { worker: new SlotFlags(slab), take };
}

test.each([
  [[]],
  [[0]],
  [[31]],
  [[32]],
  [[69]],
  [[0, 1, 30, 31, 32, 33, 63, 64, 69]],
  [Array.from({ length: 70 }, (_, slot) => slot)],
])('marked slots %j are each taken once', (slots) => {
  const { worker, take } = makeFlags();
  for (const slot of slots) worker.mark(slot);
  for (const slot of slots) worker.mark(slot);
  expect(take()).toEqual(slots);
  expect(take()).toEqual([]);
});

test('a slot written to while it is being read is taken again', () => {
  const slab = createSlab({ slots: 3, ingressBytes: 64, egressBytes: 64 });
  const flags = new SlotFlags(slab);
  flags.mark(1);
  const taken: number[] = [];
  flags.take((slot) => {
    taken.push(slot);
    if (taken.length === 1) flags.mark(slot);
  });
  expect(taken).toEqual([1]);
  flags.take((slot) => taken.push(slot));
  expect(taken).toEqual([1, 1]);
});
