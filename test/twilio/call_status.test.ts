import { expect, test } from 'vitest';
import { isTerminal, laterStatus, noStatus, type TwilioStatus, takeStatus } from '../../src/twilio/call_status.js';

function historyOf(steps: [string, number | null, number | null][]): [string | null, number | null] {
  const history = noStatus();
  for (const [status, sequence, duration] of steps) {
    takeStatus(history, status as TwilioStatus, sequence, duration);
  }
  return [history.status, history.durationS];
}
test.each<[string, [string, number | null, number | null][], [string | null, number | null]]>([
  [
    'in order',
    [
      ['initiated', 0, null],
      ['ringing', 1, null],
      ['completed', 3, 49],
    ],
    ['completed', 49],
  ],
  [
    'out of order',
    [
      ['ringing', 1, null],
      ['initiated', 0, null],
    ],
    ['ringing', null],
  ],
  [
    'the end first',
    [
      ['completed', 3, 49],
      ['in-progress', 2, null],
      ['ringing', 1, null],
    ],
    ['completed', 49],
  ],
  [
    'twice',
    [
      ['ringing', 1, null],
      ['ringing', 1, null],
    ],
    ['ringing', null],
  ],
  [
    'a second end',
    [
      ['busy', 2, 0],
      ['completed', 3, 7],
    ],
    ['busy', 7],
  ],
  [
    'without numbers',
    [
      ['ringing', null, null],
      ['initiated', null, null],
      ['in-progress', null, null],
    ],
    ['in-progress', null],
  ],
])('status callbacks %s', (_, steps, expected) => {
  expect(historyOf(steps)).toEqual(expected);
});

test.each([
  [null, null, 'unknown'],
  ['ringing', null, 'ringing'],
  [null, 'in-progress', 'in-progress'],
  ['ringing', 'in-progress', 'in-progress'],
  ['in-progress', 'ringing', 'in-progress'],
  ['in-progress', 'completed', 'completed'],
  ['busy', 'in-progress', 'busy'],
  // A word that Twilio invents later is Twilio's to use.
  ['parked', 'in-progress', 'parked'],
])('of %s by REST and %s as we have seen it, %s is later', (theirs, ours, expected) => {
  expect(laterStatus(theirs, ours)).toBe(expected);
});

test('what can be followed by nothing', () => {
  expect(['queued', 'ringing', 'in-progress', null, 'busy', 'canceled'].map(isTerminal)).toEqual([
    ...[false, false, false, false, true, true],
  ]);
});
