import { expect, test } from 'vitest';
import { EngineError } from '../../src/errors.js';
import { CallReport, tenths } from '../../src/worker/call_report.js';
import { ORDER } from './call_parts.js';

const MEDIA = { framesIn: 1, lost: 0, late: 0, concealed: 0, framesOut: 2, underruns: 0 };

test('the summary says who, when, why and what was used', () => {
  const report = new CallReport({ ...ORDER, direction: 'outbound' });
  report.streamSid = 'MZ1';
  report.openTurn(0, '');
  report.usage.sttSeconds = 12.3456;
  report.error(new EngineError('TTS_CLOSED', { provider: 'cartesia', status: 500 }));
  expect(report.summary('agent_goodbye', 12_345.6, MEDIA)).toMatchObject({
    ...{
      callSid: ORDER.callSid,
      streamSid: 'MZ1',
      direction: 'outbound',
      from: ORDER.ourNumber,
      to: ORDER.theirNumber,
    },
    ...{ startedAt: ORDER.acceptedAt, durationS: 12.346, endReason: 'agent_goodbye', apologyOwed: false },
    turns: [{ turn: 0, caller: '', heard: '', callerStartMs: null }],
    errors: [{ code: 'TTS_CLOSED', provider: 'cartesia', status: 500 }],
    usage: { sttSeconds: 12.35 },
    media: MEDIA,
  });
});

test('a provider that fails all the time fills no memory', () => {
  const report = new CallReport(ORDER);
  for (let i = 0; i < 1000; i++) report.error(new EngineError('TTS_CLOSED'));
  expect(report.summary('error', 0, MEDIA).errors).toHaveLength(100);
});

test('a withdrawn turn leaves no row, and one that was never there changes nothing', () => {
  const report = new CallReport(ORDER);
  const row = report.openTurn(1, 'hello');
  report.openTurn(2, 'again');
  report.dropTurn(row);
  report.dropTurn(row);
  report.dropTurn(null);
  expect(report.turns.map(({ turn }) => turn)).toEqual([2]);
});

test.each([
  [null, null],
  [12.345, 12.3],
  [0.04, 0],
])('%s ms is shown as %s', (ms, shown) => {
  expect(tenths(ms)).toBe(shown);
});
