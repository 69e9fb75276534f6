import { expect, test } from 'vitest';
import { CallerPauses } from '../../../src/conversation/turns/caller_pauses.js';

function after(...pauses: number[]): number {
  const known = new CallerPauses();
  for (const ms of pauses) known.add(ms);
  return known.longMs;
}

test('a caller nobody knows yet pauses like most', () => expect(after()).toBe(600));

test('who pauses long is known for it after a few pauses, not after one', () => {
  expect(after(1500)).toBeLessThan(1000);
  expect(after(1500, 1400, 1600, 1500)).toBeGreaterThan(1150);
  expect(after(1500, 1400, 1600, 1500)).toBeGreaterThan(after(1500));
});

test('a brisk caller is known, too, and gaps between words are no pauses', () => {
  expect(after(220, 230, 210, 240)).toBeLessThan(400);
  expect(after(100, 150, 90)).toBe(600);
});

test('one very long silence does not outweigh everything', () => {
  expect(after(60_000)).toBe((4000 + 2 * 600) / 3);
});

test('only the newest pauses count', () => {
  const changed = [...Array.from({ length: 20 }, () => 2000), ...Array.from({ length: 16 }, () => 250)];
  expect(after(...changed)).toBeLessThan(350);
});
