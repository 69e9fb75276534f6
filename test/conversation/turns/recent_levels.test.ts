import { expect, test } from 'vitest';
import { RecentLevels } from '../../../src/conversation/turns/recent_levels.js';

/** One window each 32 ms from 0 on. */
function levels(...db: number[]): RecentLevels {
  const recent = new RecentLevels();
  db.forEach((level, i) => {
    recent.add(level, (i + 1) * 32);
  });
  return recent;
}

test('the mean is one of power, of the windows that the span touches', () => {
  const recent = levels(-70, -30, -30, -20, -70);
  expect(recent.meanDb(32, 96)).toBeCloseTo(-30, 5);
  expect(recent.meanDb(32, 128)).toBeCloseTo(10 * Math.log10((0.001 + 0.001 + 0.01) / 3), 3);
  expect(recent.meanDb(40, 41)).toBeCloseTo(-30, 5);
});

test('the gaps between words do not count', () => {
  expect(levels(-30, -80, -80, -80, -30).meanDb(0, 160)).toBeCloseTo(-30, 5);
});

test('unknown outside of what is remembered, and where no level was computed', () => {
  expect(levels(-30).meanDb(64, 96)).toBeNaN();
  expect(levels(Number.NaN, Number.NaN).meanDb(0, 64)).toBeNaN();
  const long = levels(...Array.from({ length: 100 }, () => -30));
  expect(long.meanDb(0, 500)).toBeNaN();
  expect(long.meanDb(2900, 3200)).toBeCloseTo(-30, 5);
});
