import { expect, test } from 'vitest';
import { ByteQueue } from '../../src/worker/byte_queue.js';
import { seededRandom } from '../threads/random_records.js';

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
  expect(queue.keptBytes).toBe(8192);
  expect(queue.unread(1600)).toBe(1600);
  expect(queue.keptBytes).toBe(8192 - 1600);
  expect(queue.take(out, 0, 3)).toBe(3);
  expect([...out.subarray(0, 3)]).toEqual([...bytes(7400, 3)]);
  // 8192 bytes before the furthest point taken are kept; 1597 of them were put back already.
  expect(queue.unread(1_000_000)).toBe(8192 - 1597);
});

test('after clear nothing of the old reply is left', () => {
  const queue = new ByteQueue();
  queue.append(bytes(1, 500));
  queue.take(new Uint8Array(500), 0, 100);
  queue.clear();
  expect(queue.length).toBe(0);
  expect(queue.unread(10)).toBe(0);
});

test.each([1, 2, 3, 4, 5, 6])('as a plain list would have it, whatever is done (seed %i)', (seed) => {
  const random = seededRandom(seed);
  const queue = new ByteQueue(60_000);
  const list: number[] = [];
  let taken: number[] = []; // what could be put back: at least the last 8192 bytes taken
  const out = new Uint8Array(9000);
  for (let round = 0; round < 2000; round++) {
    const dice = random();
    if (dice < 0.45) {
      const chunk = bytes(Math.floor(random() * 256), Math.floor(random() * 5000));
      const fits = list.length + chunk.length <= 60_000;
      expect(queue.append(chunk)).toBe(fits);
      if (fits) list.push(...chunk);
    } else if (dice < 0.9) {
      const count = Math.floor(random() * 6000);
      const n = queue.take(out, 5, count);
      const expected = list.splice(0, count);
      expect(n).toBe(expected.length);
      expect(Buffer.from(out.subarray(5, 5 + n)).equals(Buffer.from(expected))).toBe(true);
      taken = [...taken, ...expected].slice(-8192);
    } else if (dice < 0.97) {
      const wanted = Math.floor(random() * 2000);
      const n = queue.unread(wanted);
      expect(n).toBe(Math.min(wanted, taken.length));
      if (n > 0) list.unshift(...taken.splice(-n));
    } else if (dice < 0.98) {
      queue.clear();
      list.length = taken.length = 0;
    }
    expect(queue.length).toBe(list.length);
  }
});

test('the last bytes can be dropped, but none that were taken', () => {
  const queue = new ByteQueue();
  const target = new Uint8Array(8);
  queue.append(Uint8Array.of(1, 2, 3, 4, 5));
  queue.take(target, 0, 2);
  queue.dropLast(1);
  queue.append(Uint8Array.of(9));
  expect([queue.take(target, 0, 8), ...target.subarray(0, 3)]).toEqual([3, 3, 4, 9]);
  queue.append(Uint8Array.of(1));
  queue.dropLast(7);
  expect(queue.length).toBe(0);
});

test('whether what was taken last is silence; a click in it is', () => {
  const queue = new ByteQueue();
  const voice = Uint8Array.from({ length: 800 }, (_, i) => (i * 7) & 0x7f);
  const out = new Uint8Array(2000);
  queue.append(voice);
  queue.append(new Uint8Array(400).fill(0x7e));
  queue.append(new Uint8Array(1).fill(0x80));
  queue.append(new Uint8Array(99).fill(0xf0));
  queue.take(out, 0, 800);
  expect(queue.tookSilence(100)).toBe(false);
  queue.take(out, 0, 500);
  expect([queue.tookSilence(500), queue.tookSilence(800)]).toEqual([true, false]);
  expect(queue.tookSilence(100_000)).toBe(false);
});

test('silence in front is counted up to a bound, and what is passed over can be put back', () => {
  const queue = new ByteQueue();
  queue.append(new Uint8Array(300).fill(0xff));
  queue.append(Uint8Array.of(1, 2, 3));
  expect([queue.silentBytes(100), queue.silentBytes(1000)]).toEqual([100, 300]);
  queue.skip(300);
  expect([queue.length, queue.silentBytes(1000), queue.keptBytes]).toEqual([3, 0, 300]);
  expect(queue.unread(10)).toBe(10);
  queue.skip(1000);
  expect([queue.length, queue.silentBytes(10)]).toEqual([0, 0]);
});
