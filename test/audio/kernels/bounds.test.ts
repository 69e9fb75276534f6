import { expect, test } from 'vitest';
import { checkBounds } from '../../../src/audio/kernels/bounds.js';

test.each([
  [10, 0, 10],
  [10, 10, 0],
  [0, 0, 0],
])('of %i elements, from %i on, %i are there', (length, offset, count) => {
  expect(() => checkBounds(length, offset, count)).not.toThrow();
});

test.each([
  [10, 0, 11],
  [10, 11, 0],
  [10, 5, 6],
  [10, -1, 1],
  [10, 1, -1],
  [10, 0.5, 1],
  [10, 0, Number.NaN],
  [10, Number.POSITIVE_INFINITY, 1],
  [10, 2 ** 32, 1],
])('of %d elements, from %d on, %d are not', (length, offset, count) => {
  expect(() => checkBounds(length, offset, count)).toThrow(RangeError);
});
