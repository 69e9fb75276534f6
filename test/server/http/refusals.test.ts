import { expect, test } from 'vitest';
import { Refusals } from '../../../src/server/http/refusals.js';

test('the first refusals of an address each have their line; then it is suspect, and lines are counted instead', () => {
  const refusals = new Refusals();
  for (let n = 1; n <= 20; n++) {
    expect(refusals.isOver('a', 0)).toBe(false);
    expect(refusals.note('a', 0)).toBe(0);
  }
  expect(refusals.isOver('a', 9_999)).toBe(true);
  for (let n = 0; n < 500; n++) expect(refusals.note('a', 9_999)).toBeNull();
  expect(refusals.isOver('b', 9_999)).toBe(false);
  // A new window: one line tells how many had none.
  expect(refusals.isOver('a', 10_000)).toBe(false);
  expect(refusals.note('a', 10_000)).toBe(500);
  expect(refusals.note('a', 10_001)).toBe(0);
});

test('addresses by the thousand do not fill the memory, and the one that goes on is not forgotten for them', () => {
  const refusals = new Refusals();
  for (let n = 0; n < 20; n++) refusals.note('early', 0);
  for (let n = 0; n < 999; n++) refusals.note(`peer${n}`, 0);
  expect(refusals.isOver('early', 0)).toBe(true);
  for (let n = 0; n < 5_000; n++) refusals.note(`more${n}`, 1);
  expect(refusals.isOver('early', 1)).toBe(false);
});
