import { expect, test } from 'vitest';
import { type Example, fitLogistic } from '../../../loadtest/turns/logistic.js';

const example = (yes: boolean, features: Record<string, number>): Example => ({
  features: new Map(Object.entries({ always: 1, ...features })),
  yes,
  weight: 1,
});
const many = (count: number, yes: boolean, features: Record<string, number>) =>
  Array.from({ length: count }, () => example(yes, features));

test('finds the log odds of each class', () => {
  const weights = fitLogistic(
    [...many(90, true, { open: 1 }), ...many(10, false, { open: 1 }), ...many(20, true, {}), ...many(80, false, {})],
    1e-6,
    'always',
  );
  expect(weights.get('always')).toBeCloseTo(Math.log(0.25), 3);
  expect(weights.get('open')).toBeCloseTo(Math.log(9) - Math.log(0.25), 3);
});

test('a rare class is drawn to what one would have guessed', () => {
  const examples = [...many(50, true, {}), ...many(50, false, {}), example(true, { rare: 1 })];
  const weights = fitLogistic(examples, 1, 'always', { rare: -2, unseen: 1.5 });
  expect(weights.get('rare')).toBeGreaterThan(-2);
  expect(weights.get('rare')).toBeLessThan(-0.5);
  expect(weights.get('unseen')).toBe(1.5);
});

test('a class that is always so does not run away', () => {
  const weights = fitLogistic([...many(30, true, { open: 1 }), ...many(30, false, {})], 1, 'always');
  expect(weights.get('open')).toBeGreaterThan(1);
  expect(weights.get('open')).toBeLessThan(6);
});
