import { expect, test } from 'vitest';
import { Lateness } from '../../../src/server/calls/lateness.js';

const BOUNDS = [10, 100, 200, 500];

/** One second each: frames in time, and frames later than 200 ms. */
function after(seconds: [inTime: number, late: number][], lateMs = 200): Lateness {
  const lateness = new Lateness(lateMs);
  const counts = [0, 0, 0, 0, 0];
  lateness.look({ bounds: BOUNDS, counts: [...counts] });
  for (const [inTime, late] of seconds) {
    counts[0] += inTime;
    counts[3] += late;
    lateness.look({ bounds: BOUNDS, counts: [...counts] });
  }
  return lateness;
}

test.each<[string, [number, number][], boolean, boolean]>([
  ['nothing is late', [[5000, 0]], false, false],
  ['few are', Array(5).fill([960, 40]), false, false],
  [
    'many are, for one second: an incident',
    [
      [1000, 0],
      [0, 1000],
    ],
    true,
    false,
  ],
  [
    'for two',
    [
      [900, 100],
      [900, 100],
    ],
    true,
    false,
  ],
  ['for three: too much', Array(3).fill([900, 100]), true, true],
  ['and it is over', [...Array(9).fill([900, 100]), [1000, 0]], false, false],
  ['a single call that stumbles says nothing', Array(5).fill([20, 19]), false, false],
  ['nobody speaks any more', [...Array(3).fill([900, 100]), [0, 0]], false, false],
])('%s', (_name, seconds, isStrained, isOver) => {
  const lateness = after(seconds);
  expect([lateness.isStrained, lateness.isOver]).toEqual([isStrained, isOver]);
});

test('the share is that of the last second; without a limit nothing is late', () => {
  expect(
    after([
      [900, 100],
      [700, 300],
    ]).share,
  ).toBeCloseTo(0.3);
  expect(after(Array(9).fill([0, 1000]), 0).isOver).toBe(false);
});

test.each([
  [50, true],
  [200, true],
  [300, false],
  [1000, false],
])('with a limit of %i ms, frames of 200 to 500 ms are late: %s', (lateMs, isOver) => {
  expect(after(Array(3).fill([500, 500]), lateMs).isOver).toBe(isOver);
});
