import { expect, test } from 'vitest';
import { MarkBook } from '../../../src/conversation/playout/mark_book.js';

test('an echo proves what was sent before its mark, once', () => {
  const book = new MarkBook();
  const first = book.send(800, 100);
  const second = book.send(1600, 200);
  expect(first).not.toBe(second);
  expect(book.outstanding).toBe(2);
  expect(book.echoed(first)).toBe('played');
  expect([book.position, book.reachMs]).toEqual([800, 100]);
  expect(book.echoed(first)).toBe('stale');
  expect(book.echoed(second)).toBe('played');
  expect([book.position, book.reachMs, book.outstanding]).toEqual([1600, 200, 0]);
});

test('marks come back in order: a later one answers the ones before it', () => {
  const book = new MarkBook();
  const first = book.send(800, 100);
  const second = book.send(1600, 200);
  expect(book.echoed(second)).toBe('played');
  expect(book.outstanding).toBe(0);
  expect(book.echoed(first)).toBe('stale');
  expect(book.position).toBe(1600);
});

test('after a clear the echoes of before prove nothing, those of after do', () => {
  const book = new MarkBook();
  const before = book.send(800, 100);
  book.cleared();
  const after = book.send(0, 300);
  expect(book.echoed(before)).toBe('stale');
  expect(book.echoed(after)).toBe('played');
  expect(book.position).toBe(0);
});

test('who waits for a mark waits only while one is under way that reaches so far', () => {
  const book = new MarkBook();
  expect(book.awaits(0)).toBe(false);
  const mark = book.send(800, 100);
  expect([book.awaits(800), book.awaits(801)]).toEqual([true, false]);
  book.echoed(mark);
  expect(book.awaits(800)).toBe(false);
  book.send(1600, 200);
  book.cleared();
  expect(book.awaits(0)).toBe(false);
});

test.each(['', 'g0', 'g0.1', 'g1.0', 'g-1.0', 'g0.-1', 'g0.99999999999', 'G0.0', ' g0.0', 'g0.0\n', 'mark'])(
  'a name that was never sent is unknown: %j',
  (name) => {
    const book = new MarkBook();
    book.send(800, 100);
    expect(book.echoed(name)).toBe('unknown');
    expect([book.outstanding, book.position]).toEqual([1, 0]);
  },
);

test('marks that are never echoed are forgotten, the newest still count', () => {
  const book = new MarkBook();
  const names = Array.from({ length: 1000 }, (_, i) => book.send(i * 10, i));
  expect(book.outstanding).toBeLessThanOrEqual(64);
  expect(book.echoed(names[0])).toBe('stale');
  expect(book.echoed(names[999])).toBe('played');
  expect(book.position).toBe(9990);
});

test('echoes of marks that others sent before on the same stream prove nothing', () => {
  const before = new MarkBook();
  const names = [before.send(100, 0), before.send(200, 0)];
  before.cleared();
  names.push(before.send(300, 0));
  const book = new MarkBook();
  book.goOn(1);
  const own = [book.send(100, 0), book.send(200, 0), book.send(300, 0)];
  for (const name of names) expect(book.echoed(name)).not.toBe('played');
  expect(own.map((name) => book.echoed(name))).toEqual(['played', 'played', 'played']);
  const third = new MarkBook();
  third.goOn(2);
  expect(own).not.toContain(third.send(100, 0));
});
