import { expect, test } from 'vitest';
import { formatBar, formatResults, formatTime } from '../../bench/result_table.js';

test.each([
  [2.345, '2.35 ns'],
  [217.6, '218 ns'],
  [1043, '1.04 us'],
  [41_844, '41.8 us'],
  [2_248_419, '2.25 ms'],
  [512e6, '512 ms'],
])('%d ns is shown as %s', (ns, shown) => {
  expect(formatTime(ns)).toBe(shown);
});

test.each([
  [null, 0],
  [Number.NaN, 0],
  [0.5, 0],
  [1, 1],
  [2, 1],
  [10, 3],
  [1000, 10],
  [1e9, 10],
])('a ratio of %s is %i marks long', (ratio, marks) => {
  expect(formatBar(ratio)).toBe('#'.repeat(marks));
});

test('a row says ratio and minimum, and refers to its note', () => {
  const row = { name: 'decode', ns_per_op: 100, peer: 'other', peer_ns_per_op: 900, ratio: 9, hash: 'aa' };
  const minimums = [{ name: 'decode', peer: 'other', ratio: 10 }];
  const text = formatResults([{ ...row, note: 'on a Sunday', more: { 'delay ms': '6 / 8' } }], minimums);
  const [line, note, , heads, details] = text.split('\n').map((each) => each.trim().split(/ {2,}/));
  expect(line).toEqual(['decode [1]', '100 ns', 'other', '900 ns', '9.00 x ###', 'MISSED, min 10']);
  expect(note).toEqual(['[1] on a Sunday']);
  expect(heads).toEqual(['ours / theirs', 'delay ms']);
  expect(details).toEqual(['decode / other', '6 / 8']);
});

test('a row without a peer stays empty there', () => {
  const row = { name: 'ringing', ns_per_op: 9.5, peer: null, peer_ns_per_op: null, ratio: null, hash: 'aa' };
  expect(formatResults([row], []).trim().split(/ {2,}/)).toEqual(['ringing', '9.50 ns']);
});
