import { expect, test } from 'vitest';
import { SAID_WORDS, SaidSoFar } from '../../src/threads/said_so_far.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';

test('what one thread noted the other reads, until it is cleared', () => {
  const words = new Int32Array(new SharedArrayBuffer(SAID_WORDS * 4));
  const worker = new SaidSoFar(words);
  const main = new SaidSoFar(words);
  main.clear();
  expect(main.read()).toBeNull();
  worker.note(0, 12, false);
  expect(main.read()).toEqual({ turn: 0, characters: 12, isWritten: false });
  worker.note(3, 40, true);
  expect(main.read()).toEqual({ turn: 3, characters: 40, isWritten: true });
  main.clear();
  expect(worker.read()).toBeNull();
});

test('a slot has its own note, empty at first and for the next call, and it touches neither worker nor rings', () => {
  const slab = createSlab({ slots: 2, ingressBytes: 64, egressBytes: 64 });
  const [a, b] = [new SlotRings(slab, 0), new SlotRings(slab, 1)];
  expect([a.said.read(), b.said.read()]).toEqual([null, null]);
  a.workerIndex = 5;
  a.said.note(-5, -6, true);
  expect([a.workerIndex, a.ingress.isEmpty, a.egress.isEmpty, b.said.read()]).toEqual([5, true, true, null]);
  a.forgetWorker();
  expect([a.workerIndex, a.said.read()]).toEqual([-1, null]);
  a.said.note(1, 2, true);
  a.reset();
  expect(a.said.read()).toBeNull();
});
