import { expect, test } from 'vitest';
import { BACKOFF_DEFAULTS, backoffMs } from '../src/backoff.js';

const { baseMs, capMs } = BACKOFF_DEFAULTS;

test.each([
  [0, 200],
  [1, 400],
  [4, 3200],
  [5, 5000],
  [60, 5000],
  [5000, 5000],
])('before retry %i the wait is anywhere below %i ms', (attempt, boundMs) => {
  expect([baseMs, capMs]).toEqual([200, 5000]);
  expect(backoffMs(attempt, BACKOFF_DEFAULTS, () => 0)).toBe(0);
  expect(backoffMs(attempt, BACKOFF_DEFAULTS, () => 0.5)).toBe(boundMs / 2);
  for (let i = 0; i < 50; i++) expect(backoffMs(attempt)).toBeLessThan(boundMs);
});

test('calls that lost the same vendor do not come back in step', () => {
  expect(new Set(Array.from({ length: 100 }, () => backoffMs(3))).size).toBeGreaterThan(90);
});
