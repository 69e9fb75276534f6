import { expect, test } from 'vitest';
import { traceIdOf } from '../src/trace_id.js';

test('a call’s trace has the number of its sid', () => {
  expect(traceIdOf('CA0123456789abcdef0123456789ABCDEF')).toBe('0123456789abcdef0123456789abcdef');
});

test.each(['CA1', 'CA00000000000000000000000000000000', 'CAxyz', ''])('%s has another that is good', (callSid) => {
  expect(traceIdOf(callSid)).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  expect(traceIdOf(callSid)).toBe(traceIdOf(callSid));
  expect(traceIdOf(callSid)).not.toBe(traceIdOf(`${callSid}2`));
});
