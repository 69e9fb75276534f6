import { expect, test } from 'vitest';
import { Admission } from '../../../src/server/calls/admission.js';

test('every slot is given once, the longest unused first, and none while draining', () => {
  const admission = new Admission(2);
  expect([admission.reserve(), admission.reserve(), admission.reserve()]).toEqual([0, 1, 'full']);
  expect([admission.inUse, admission.isFull]).toEqual([2, true]);
  admission.release(1);
  admission.release(0);
  expect(admission.reserve()).toBe(1);
  expect(() => admission.release(0)).toThrow('released once');
  admission.drain();
  expect(admission.reserve()).toBe('draining');
});
