import { expect, test } from 'vitest';
import { Admission, keptForInbound } from '../../../src/server/calls/admission.js';

test('every slot is given once, the longest unused first, and none while draining', () => {
  const admission = new Admission(2);
  expect([admission.reserve('inbound'), admission.reserve('inbound'), admission.reserve('inbound')]).toEqual([
    0,
    1,
    'full',
  ]);
  expect([admission.inUse, admission.isFull]).toEqual([2, true]);
  admission.release(1);
  admission.release(0);
  expect(admission.reserve('inbound')).toBe(1);
  expect(() => admission.release(0)).toThrow('released once');
  admission.drain();
  expect(admission.reserve('inbound')).toBe('draining');
  // Whose stream broke meanwhile is no new caller.
  const again = admission.reserve('again');
  expect(again).toBeTypeOf('number');
  admission.release(again as number);
});

test('dialling leaves free what is kept for callers, and takes it back up when calls end', () => {
  const admission = new Admission(4, 2);
  expect([admission.reserve('outbound'), admission.reserve('outbound'), admission.reserve('outbound')]).toEqual([
    ...[0, 1, 'kept'],
  ]);
  expect([admission.reserve('inbound'), admission.reserve('inbound'), admission.reserve('inbound')]).toEqual([
    ...[2, 3, 'full'],
  ]);
  expect(admission.reserve('outbound')).toBe('full');
  for (const slot of [0, 1]) admission.release(slot);
  expect(admission.reserve('outbound')).toBe('kept');
  admission.release(2);
  expect(admission.reserve('outbound')).toBe(0);
});

test.each([
  [200, 10, 20],
  [3, 10, 1],
  [1, 10, 0],
  [2, 99, 1],
  [7, 0, 0],
  [7, 100, 7],
])('of %i slots, %i percent keep %i for callers', (slots, percent, kept) => {
  expect(keptForInbound(slots, percent)).toBe(kept);
});

test('while calls under way would suffer nobody new is taken, but who is being spoken with is', () => {
  let strain: 'late' | 'vendor' | null = 'late';
  const asked: string[] = [];
  const admission = new Admission(2, 0, (lane) => {
    asked.push(lane);
    return strain;
  });
  expect([admission.reserve('inbound'), admission.reserve('outbound'), admission.reserve('again')]).toEqual([
    'late',
    'late',
    0,
  ]);
  strain = 'vendor';
  expect(admission.reserve('inbound')).toBe('vendor');
  strain = null;
  expect([admission.reserve('inbound'), admission.reserve('inbound')]).toEqual([1, 'full']);
  expect(asked).toEqual(['inbound', 'outbound', 'inbound', 'inbound']);
});
