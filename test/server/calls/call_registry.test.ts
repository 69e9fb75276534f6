import { expect, test } from 'vitest';
import { applyTwilioStatus, CallRegistry, type TwilioReport } from '../../../src/server/calls/call_registry.js';

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

test('what a worker tells of its call is kept while the call lives, and only for its own stream', () => {
  const registry = new CallRegistry();
  const call = { callSid: 'CA1', direction: 'inbound', from: 'a', to: 'b', slot: 2, phase: 'accepted' } as const;
  const entry = registry.add({ ...call, variables: {} });
  const head = { callSid: 'CA1', slot: 2, seq: 1, atMs: 0 };
  registry.onCallEvent({ ...head, kind: 'state', state: 'thinking', streamSid: 'MZ1' });
  registry.onCallEvent({ ...head, kind: 'state', state: 'speaking', streamSid: null });
  registry.onCallEvent({ ...head, slot: 3, kind: 'state', state: 'listening', streamSid: 'MZ2' });
  expect([entry.workerState, entry.streamSid]).toEqual(['speaking', 'MZ1']);
  registry.end(entry, 'silence', null);
  registry.onCallEvent({ ...head, kind: 'state', state: 'listening', streamSid: 'MZ1' });
  expect(entry.workerState).toBe('ended');
});
