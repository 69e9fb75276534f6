// What a caller notices when speech recognition fails. All modes at once, each in a call of its own.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { APOLOGY, type Ended, Stage } from './stage.js';

let stage: Stage;
const FATAL = ['status_401', 'status_402'] as const;
const ONCE = [
  'close_1011',
  'tcp_cut',
  'malformed_json',
  'ignore_finalize',
  'duplicate_final',
  'late_final',
  'status_429',
  'status_503',
] as const;
const calls = new Map<string, Promise<Ended>>();

beforeAll(async () => {
  stage = await Stage.start({ DEEPGRAM_STALL_TIMEOUT_MS: '1500' });
  for (const mode of FATAL) {
    const call = stage.ring([{ wait: 20_000, timeoutMs: 30_000 }]);
    stage.deepgram.fail(mode, { times: 'always', callSid: call.sid });
    calls.set(mode, stage.done(call));
  }
  for (const mode of ONCE) {
    const call = await stage.ringOnce('The soup was cold today.');
    stage.deepgram.fail(mode, { times: 1, after: 4000, callSid: call.sid });
    calls.set(mode, stage.done(call));
  }
});
afterAll(() => stage.close());

test.each(FATAL)('%s for good: the caller is told, and the call ends', { timeout: 60_000 }, async (mode) => {
  const { report, summary } = await calls.get(mode)!;
  expect(report.status).toBe('completed');
  expect(report.endedBy).not.toBe('caller');
  // By our voice when the stream was up by then, else by Twilio's.
  const byUs = summary.turns.some((turn) => turn.heard === APOLOGY);
  expect(byUs || report.spoken.length > 0).toBe(true);
});

test.each(ONCE)('%s once: the turn is answered all the same', { timeout: 60_000 }, async (mode) => {
  const { report, summary } = await calls.get(mode)!;
  expect(report.script.completed).toBe(true);
  const answered = summary.turns.filter((turn) => turn.caller !== '' && turn.heard !== '');
  expect(answered.length).toBeGreaterThan(0);
});
