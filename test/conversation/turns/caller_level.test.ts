import { expect, test } from 'vitest';
import { CallerLevel } from '../../../src/conversation/turns/caller_level.js';

test('the median of what was learned, once there is enough of it', () => {
  const level = new CallerLevel();
  expect(level.medianDb).toBeNaN();
  level.learn(-30, 4);
  expect(level.medianDb).toBeNaN();
  level.learn(-24.4, 20);
  level.learn(-50, 6);
  expect(level.medianDb).toBe(-24);
});

test('a caller who moves away from the phone is followed', () => {
  const level = new CallerLevel();
  for (let i = 0; i < 400; i++) level.learn(-20, 20);
  expect(level.medianDb).toBe(-20);
  for (let i = 0; i < 150; i++) level.learn(-35, 20);
  expect(level.medianDb).toBe(-35);
});

test.each([Number.NaN, Number.NEGATIVE_INFINITY, 0, 200, -500])('a level of %d breaks nothing', (db) => {
  const level = new CallerLevel();
  level.learn(db, 100_000);
  level.learn(-20, 0);
  const { medianDb } = level;
  expect(Number.isNaN(medianDb) || (medianDb >= -90 && medianDb <= 0)).toBe(true);
});
