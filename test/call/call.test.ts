import { expect, test } from 'vitest';
import { END_REASONS, fromAndTo, numbersOf } from '../../src/call/call.js';

test.each([
  ['inbound', '+12025550199', '+12025550143', '+12025550143'],
  ['outbound', '+12025550143', '+12025550199', '+12025550143'],
  ['inbound', 'anonymous', '', ''],
] as const)('an %s call from %s to %s has our number %s, and back again', (direction, from, to, ourNumber) => {
  const numbers = numbersOf(direction, from, to);
  expect(numbers.ourNumber).toBe(ourNumber);
  expect(fromAndTo({ direction, ...numbers })).toEqual({ from, to });
});

test('end reasons are metric labels: each once, in snake_case', () => {
  expect(new Set(END_REASONS).size).toBe(END_REASONS.length);
  for (const reason of END_REASONS) expect(reason).toMatch(/^[a-z]+(_[a-z]+)*$/);
});
