import { expect, test } from 'vitest';
import { EngineError } from '../../src/errors.js';
import { CallReport, tenths } from '../../src/worker/call_report.js';
import { ORDER, snapshotWith } from './call_parts.js';

const MEDIA = { framesIn: 1, lost: 0, late: 0, concealed: 0, framesOut: 2, underruns: 0 };

test('the summary says who, when, why and what was used', () => {
  const report = new CallReport({ ...ORDER, direction: 'outbound' });
  report.streamSid = 'MZ1';
  report.openTurn(0, '');
  report.error(new EngineError('TTS_CLOSED', { provider: 'cartesia', status: 500 }));
  expect(report.summary('agent_goodbye', 12_345.6, MEDIA, 12.3456)).toMatchObject({
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
  expect(report.summary('error', 0, MEDIA, 0).errors).toHaveLength(100);
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

test('a call that was held elsewhere goes on with its report', () => {
  const first = new CallReport(ORDER);
  first.openTurn(1, 'hello').heard = 'Hello.';
  first.usage.promptTokens = 100;
  first.bargeIns.push({ turn: 1, atMs: 5000, onsetToClearMs: 2 });
  first.error(new EngineError('TTS_CLOSED'));
  // The rows of turns go their own way.
  const past = { ...structuredClone(first.parts(MEDIA, 5.5)), turns: first.turns };
  expect(first.parts(MEDIA, 5.5).turns).toEqual([]);
  const second = new CallReport({ ...ORDER, resume: snapshotWith({ past }) });
  second.openTurn(2, 'again');
  second.usage.promptTokens += 50;
  second.error(new EngineError('WORKER_DIED'));
  expect(second.summary('agent_goodbye', 9000, MEDIA, 2)).toMatchObject({
    turns: [
      { turn: 1, caller: 'hello', heard: 'Hello.' },
      { turn: 2, caller: 'again' },
    ],
    bargeIns: [{ turn: 1 }],
    errors: [{ code: 'TTS_CLOSED' }, { code: 'WORKER_DIED' }],
    usage: { promptTokens: 150, sttSeconds: 7.5 },
    media: { framesIn: 2, framesOut: 4 },
  });
});
