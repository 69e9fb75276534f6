import { expect, test } from 'vitest';
import { readRange } from '../../../src/server/http/byte_range.js';

test.each<[string, number, { start: number; length: number } | 'unsatisfiable' | null]>([
  ['', 100, null],
  ['bytes=0-0', 100, { start: 0, length: 1 }],
  ['bytes=0-99', 100, { start: 0, length: 100 }],
  ['bytes=0-1000', 100, { start: 0, length: 100 }],
  ['bytes=99-', 100, { start: 99, length: 1 }],
  ['bytes=-1', 100, { start: 99, length: 1 }],
  ['bytes=-1000', 100, { start: 0, length: 100 }],
  ['Bytes= 5-6 ', 100, { start: 5, length: 2 }],
  ['bytes=100-', 100, 'unsatisfiable'],
  ['bytes=100-200', 100, 'unsatisfiable'],
  ['bytes=-0', 100, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-5', 0, 'unsatisfiable'],
  // Not understood, or contradictory: as if there were none.
  ['bytes=5-4', 100, null],
  ['bytes=-', 100, null],
  ['bytes=', 100, null],
  ['bytes=a-b', 100, null],
  ['bytes=0-1,5-6', 100, null],
  ['items=0-1', 100, null],
  ['bytes=99999999999999999999-', 100, null],
])('%j of %i bytes', (header, size, expected) => {
  expect(readRange(header, size)).toEqual(expected);
});
