// The status our users see, out of two records that may contradict each other. What is in the rows is calls_api.test.ts.

import { expect, test } from 'vitest';
import { type CallEntry, CallRegistry } from '../../../src/server/calls/call_registry.js';
import { mergeStatus } from '../../../src/server/calls/call_views.js';
import type { TwilioCall } from '../../../src/twilio/rest_client.js';

const SID = `CA${'0'.repeat(32)}`;
function record(status: string, more: Partial<TwilioCall> = {}): TwilioCall {
  return {
    ...{ sid: SID, status, direction: 'outbound-api', to: '+2', from: '+1', durationS: null, startTime: null },
    ...{ endTime: null, answeredBy: null, queueMs: 0, ...more },
  };
}
function known(phase: CallEntry['phase'], more: Partial<CallEntry> = {}): CallEntry {
  const call = { callSid: SID, direction: 'outbound', from: '+1', to: '+2', slot: 0, phase, variables: {} } as const;
  return Object.assign(new CallRegistry().add(call), more);
}

test.each<[string, TwilioCall | null, CallEntry | undefined, object]>([
  ['only Twilio knows it', record('ringing'), undefined, { status: 'ringing', duration: null, end_time: null }],
  ['only we know it, still ringing', null, known('dialling'), { status: 'queued', from_: '+1', to: '+2' }],
  ['its TwiML was given, so it was answered', null, known('accepted'), { status: 'in-progress' }],
  ["Twilio's record lags behind our socket", record('ringing'), known('connected'), { status: 'in-progress' }],
  [
    'it never had a socket and has ended',
    null,
    known('ended', { endedAt: '2026-01-01T00:00:00.000Z' }),
    { status: 'canceled', end_time: '2026-01-01T00:00:00.000Z' },
  ],
  [
    'it has ended here before Twilio says so',
    record('in-progress'),
    known('ended', { connectedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:01:00.000Z' }),
    { status: 'completed', start_time: '2026-01-01T00:00:00.000Z', end_time: '2026-01-01T00:01:00.000Z' },
  ],
  [
    "Twilio's times and duration count when it has them",
    record('completed', { durationS: 49, startTime: 'S', endTime: 'E' }),
    known('ended', { connectedAt: 'ours', endedAt: 'ours' }),
    { status: 'completed', duration: 49, start_time: 'S', end_time: 'E' },
  ],
  ['a status that we have never heard of', record('parked'), known('connected'), { status: 'parked' }],
])('%s', (_, call, entry, expected) => {
  expect(mergeStatus(SID, call, entry)).toMatchObject({ call_sid: SID, ...expected });
});
