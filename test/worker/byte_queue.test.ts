import { expect, test } from 'vitest';
import { ByteQueue } from '../../src/worker/byte_queue.js';

const bytes = (from: number, count: number) => Uint8Array.from({ length: count }, (_, i) => (from + i) & 0xff);

test('bytes come out in the order they went in, across growth and wrap-around', () => {
  const queue = new ByteQueue();
  const out = new Uint8Array(5000);
  let put = 0;
  let got = 0;
  let wrong = 0;
  for (let round = 0; round < 200; round++) {
    const count = 1 + ((round * 7919) % 4000);
    expect(queue.append(bytes(put, count))).toBe(true);
    put += count;
    const taken = queue.take(out, 0, 1 + ((round * 104729) % 4500));
    for (let i = 0; i < taken; i++) if (out[i] !== ((got + i) & 0xff)) wrong++;
    got += taken;
  }
  expect(wrong).toBe(0);
  expect(queue.length).toBe(put - got);
});

test('a chunk beyond the bound is refused whole', () => {
  const queue = new ByteQueue(1000);
  expect(queue.append(bytes(0, 900))).toBe(true);
  expect(queue.append(bytes(0, 101))).toBe(false);
  expect(queue.length).toBe(900);
  expect(queue.append(bytes(0, 100))).toBe(true);
});

test('what was just taken can be put back, but not more than is kept', () => {
  const queue = new ByteQueue();
  queue.append(bytes(0, 10_000));
  const out = new Uint8Array(9000);
  queue.take(out, 0, 9000);
  expect(queue.unread(1600)).toBe(1600);
  expect(queue.take(out, 0, 3)).toBe(3);
  expect([...out.subarray(0, 3)]).toEqual([...bytes(7400, 3)]);
  // 4096 bytes before the furthest point taken are kept; 1597 of them were put back already.
  expect(queue.unread(1_000_000)).toBe(4096 - 1597);
});

test('after clear nothing of the old reply is left', () => {
  const queue = new ByteQueue();
  queue.append(bytes(1, 500));
  queue.take(new Uint8Array(500), 0, 100);
  queue.clear();
  expect(queue.length).toBe(0);
  expect(queue.unread(10)).toBe(0);
});
