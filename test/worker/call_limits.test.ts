import { expect, test } from 'vitest';
import { CallLimits } from '../../src/worker/call_limits.js';

const LIMITS = { startTimeoutMs: 10_000, mediaSilenceMs: 30_000, maxDurationMs: 600_000 };

test.each([
  ['nobody connects', null, null, 10_000, null],
  ['nobody connects', null, null, 10_001, 'start_timeout'],
  ['media flows', 5_000, 600_000, 605_000, null],
  ['the longest call', 5_000, 605_000, 605_001, 'max_duration'],
  ['the line is dead', 5_000, 20_000, 50_000, null],
  ['the line is dead', 5_000, 20_000, 50_001, 'socket_lost'],
  ['both', 5_000, 20_000, 900_000, 'socket_lost'],
])('%s: started at %s, last heard at %s, at %i: %s', (_, startedMs, heardMs, nowMs, reason) => {
  const limits = new CallLimits(LIMITS, 0);
  if (startedMs !== null) limits.started(startedMs);
  if (heardMs !== null) limits.heard(heardMs);
  expect(limits.exceeded(nowMs)).toBe(reason);
});

test('once the socket is open, the start message has the whole time again', () => {
  const limits = new CallLimits(LIMITS, 0);
  limits.opened(9_000);
  expect([limits.exceeded(19_000), limits.exceeded(19_001)]).toEqual([null, 'start_timeout']);
});

test('the length of a call is that of its media stream', () => {
  const limits = new CallLimits(LIMITS, 0);
  expect(limits.durationMs(9_000)).toBe(0);
  limits.started(4_000);
  expect([limits.startedMs, limits.durationMs(9_000)]).toEqual([4_000, 5_000]);
});
