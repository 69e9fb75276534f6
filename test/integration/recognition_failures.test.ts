// What a caller notices when speech recognition fails. All modes at once, each in a call of its own.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, Stage, speech } from './stage.js';

let stage: Stage;
const FATAL = ['status_401', 'status_402', 'refuse'] as const;
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
  stage = await Stage.start({ DEEPGRAM_STALL_TIMEOUT_MS: '1500', DEAF_PATIENCE_MS: '4000' });
  for (const mode of FATAL) {
    const call = stage.ring([{ wait: 20_000, timeoutMs: 30_000 }]);
    stage.deepgram.fail(mode, { times: 'always', callSid: call.sid });
    calls.set(mode, stage.done(call));
  }
  const sentence = await speech();
  const blip = stage.ring(
    [{ wait: 'greeting_end' }, { wait: 6000 }, { say: sentence }, { wait: 'agent_silence' }, { hangup: true }],
    ['The soup was cold today.', 'The soup was cold today.'],
  );
  stage.deepgram.fail('status_403', { times: 'always', callSid: blip.sid });
  void stage
    .logged('speech recognition lost: the call cannot hear', blip.sid)
    .then(() => stage.deepgram.heal('status_403'));
  calls.set('blip', stage.done(blip));
  for (const mode of ONCE) {
    const call = await stage.ringOnce('The soup was cold today.');
    stage.deepgram.fail(mode, { times: 1, after: 4000, callSid: call.sid });
    calls.set(mode, stage.done(call));
  }
});
afterAll(() => stage.close());

test.each(FATAL)(
  '%s for good: the caller is told that they are not heard, and the call ends with an apology',
  {
    timeout: 60_000,
  },
  async (mode) => {
    const { report, summary } = await calls.get(mode)!;
    expect(report.status).toBe('completed');
    expect(report.endedBy).not.toBe('caller');
    expect(summary.end_reason).toBe('error');
    const heard = summary.turns.map((turn) => turn.heard);
    expect(heard.slice(-2)).toEqual([
      'I am sorry, I cannot hear you at the moment. Please stay on the line.',
      'I am sorry, I still cannot hear you. Please call again a little later. Goodbye.',
    ]);
  },
);

test('refused for some seconds: the caller is asked to stay, then heard', { timeout: 60_000 }, async () => {
  const { report, summary } = await calls.get('blip')!;
  expect(report.script.completed).toBe(true);
  expect(summary.turns.map((turn) => turn.heard).join(' ')).toContain('I cannot hear you at the moment.');
  const answered = summary.turns.filter((turn) => turn.caller !== '' && turn.heard !== '');
  expect(answered.length).toBeGreaterThan(0);
});

test.each(ONCE)('%s once: the turn is answered all the same', { timeout: 60_000 }, async (mode) => {
  const { report, summary } = await calls.get(mode)!;
  expect(report.script.completed).toBe(true);
  const answered = summary.turns.filter((turn) => turn.caller !== '' && turn.heard !== '');
  expect(answered.length).toBeGreaterThan(0);
});
