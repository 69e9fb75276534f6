import { expect, test } from 'vitest';
import { CALL_STATUSES, CallState, type CallStatus } from '../../loadtest/simulators/twilio/call_state.js';
import { Dialler } from '../../loadtest/simulators/twilio/dialler.js';
import { callResource } from '../../loadtest/simulators/twilio/rest_resources.js';

const identity = {
  sid: `CA${'1'.repeat(32)}`,
  accountSid: `AC${'2'.repeat(32)}`,
  direction: 'outbound-api' as const,
  from: '+15551230001',
  to: '+442071838750',
};
function after(...statuses: CallStatus[]): CallState {
  const state = new CallState(identity, statuses[0], 1000);
  statuses.slice(1).forEach((status, i) => {
    expect(state.move(status, 1000 + (i + 1) * 1000)).toBe(true);
  });
  return state;
}

test.each<[CallStatus[], CallStatus[]]>([
  [['queued'], ['initiated', 'failed', 'canceled']],
  [
    ['queued', 'initiated'],
    ['ringing', 'busy', 'failed', 'canceled'],
  ],
  [
    ['queued', 'initiated', 'ringing'],
    ['in-progress', 'busy', 'no-answer', 'failed', 'canceled'],
  ],
  [
    ['ringing', 'in-progress'],
    ['completed', 'failed'],
  ],
  [['ringing', 'in-progress', 'completed'], []],
  [['ringing', 'busy'], []],
])('after %j may come %j and nothing else', (path, next) => {
  const possible = CALL_STATUSES.filter((status) => after(...path).move(status, 9000));
  expect(possible).toEqual(next);
});

test('a refused move changes nothing', () => {
  const state = after('queued', 'canceled');
  expect(state.move('ringing', 9000)).toBe(false);
  expect(state).toMatchObject({ status: 'canceled', updatedAt: 2000, endedAt: 2000 });
  expect(state.history.map((change) => change.status)).toEqual(['queued', 'canceled']);
});

test('only the answered time counts', () => {
  const talked = after('queued', 'initiated', 'ringing', 'in-progress', 'completed');
  expect(talked).toMatchObject({ startedAt: 4000, endedAt: 5000, durationS: 1 });
  expect(after('queued', 'initiated', 'ringing', 'no-answer').durationS).toBe(0);
});

test('the price comes after the call, negative and as text; none for a call nobody took', () => {
  const state = after('queued', 'initiated', 'ringing', 'in-progress', 'completed');
  expect(callResource(state, 5500)).toMatchObject({
    price: null,
    duration: '1',
    start_time: 'Thu, 01 Jan 1970 00:00:04 +0000',
  });
  expect(callResource(state, 7000)).toMatchObject({ price: '-0.00850', price_unit: 'USD' });
  expect(callResource(after('ringing', 'busy'), 99_000)).toMatchObject({ price: null, duration: null });
});

test('the resource of a call being dialled says queued, as the API knows no other word', () => {
  expect(callResource(after('queued', 'initiated'), 3000)).toMatchObject({ status: 'queued', start_time: null });
});

test('the queue estimates the wait from its length and its pace', () => {
  const dialler = new Dialler(2);
  expect(dialler.estimateMs(Date.now())).toBe(0);
  dialler.enqueue(() => {});
  dialler.enqueue(() => {});
  expect(dialler.depth).toBe(2);
  expect(dialler.estimateMs(Date.now())).toBe(1000);
  dialler.close();
  expect(dialler.depth).toBe(0);
});
