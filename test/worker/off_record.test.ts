import { expect, test } from 'vitest';
import { OffRecord } from '../../src/worker/off_record.js';

test('off the record as long as anybody asks for it, and told once each way', () => {
  const told: boolean[] = [];
  const offRecord = new OffRecord((isOff) => told.push(isOff));
  expect(offRecord.isOff).toBe(false);
  offRecord.set('operator', true);
  offRecord.set('operator', true);
  offRecord.set('field', true);
  offRecord.set('operator', false);
  expect([offRecord.isOff, offRecord.has('operator'), offRecord.has('field')]).toEqual([true, false, true]);
  expect(told).toEqual([true]);
  offRecord.set('field', false);
  offRecord.set('field', false);
  expect([offRecord.isOff, told]).toEqual([false, [true, false]]);
});
