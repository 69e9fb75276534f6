import { expect, test } from 'vitest';
import { applyTwilioStatus, type TwilioReport } from '../../../src/server/calls/call_registry.js';

function reportOf(steps: [string, number | null, number | null][]): [string | null, number | null] {
  const report: TwilioReport = {
    ...{ status: null, seen: new Set<number>(), sequence: -1, durationS: null, answeredBy: null, streamError: null },
  };
  for (const [status, sequence, duration] of steps) {
    applyTwilioStatus(report, status as NonNullable<TwilioReport['status']>, sequence, duration);
  }
  return [report.status, report.durationS];
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
  expect(reportOf(steps)).toEqual(expected);
});
