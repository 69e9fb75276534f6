// What is said while a call is off the record is found nowhere: no file, no log line, no metric, no request to the model,
// no sound in the recording.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage, speech } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  const file = path.join(os.tmpdir(), `ringline-off-record-${process.pid}.json`);
  const agent = {
    ...{ name: 'Ada', company: 'Test Kitchen', systemPrompt: 'You take payments.', greeting: 'Hello, how was lunch?' },
    ...{
      apology: 'Sorry, say that again please?',
      idlePrompt: 'Are you there?',
      goodbye: 'Goodbye.',
      tools: ['collect'],
    },
  };
  writeFileSync(file, JSON.stringify(agent));
  stage = await Stage.start({
    ...{ API_KEYS: 'boss:operator:rl_0123456789abcdef0123456789abcdef', LOG_LEVEL: 'debug', AGENT_FILE: file },
  });
});
afterAll(() => stage?.close());

const post = async (callSid: string, what: string) => {
  const url = `${stage.server.url}/calls/${callSid}/recording/${what}`;
  const headers = { authorization: 'Bearer rl_0123456789abcdef0123456789abcdef' };
  return (await fetch(url, { method: 'POST', headers })).status;
};

test('a card number said and typed while recording is paused is found nowhere', { timeout: 60_000 }, async () => {
  const clip = await speech();
  const asked: number[] = [];
  let isPaused = false;
  let isResumed = false;
  const once = (what: string, done: () => void): (() => boolean) => {
    let answer: boolean | null = null;
    return () => {
      if (answer === null) {
        answer = false;
        void post(call.sid, what).then((status) => {
          asked.push(status);
          answer = true;
          done();
        });
      }
      return answer;
    };
  };
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      { wait: once('pause', () => (isPaused = true)) },
      { wait: 300 },
      { say: clip },
      { dtmf: '4111111111111111' },
      { wait: 800 },
      { wait: once('resume', () => (isResumed = true)) },
      { wait: 500 },
      { say: clip },
      { wait: 'agent_silence' },
      { hangup: true },
    ],
    ['The soup was cold.'],
  );
  const { report, summary } = await stage.done(call);
  expect([isPaused, isResumed, asked]).toEqual([true, true, [200, 200]]);
  // The simulated recogniser speaks its line at the first sound it hears: that was the sentence after the pause.
  expect(summary.turns.filter(({ caller }) => caller !== '').map(({ caller }) => caller)).toEqual([
    'The soup was cold.',
  ]);
  expect(report.endedBy).toBe('caller');
  const [{ from_ms, to_ms }] = summary.pauses;
  const wav = readFileSync(stage.recordingOf(summary)).subarray(44);
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset, wav.byteOffset + (wav.length & ~3)));
  const loudest = (fromMs: number, toMs: number) =>
    samples.subarray(Math.round(fromMs) * 16, Math.round(toMs) * 16).reduce((max, s) => Math.max(max, Math.abs(s)), 0);
  expect(loudest(from_ms + 40, (to_ms ?? 0) - 40)).toBe(0);
  expect(loudest((to_ms ?? 0) + 40, samples.length / 16)).toBeGreaterThan(1000);
  await expectNoCard();
});

/** Neither in figures nor in words. */
async function expectNoCard(): Promise<void> {
  const files = readdirSync(stage.dir).map((name) => readFileSync(path.join(stage.dir, name), 'latin1'));
  const metrics = await (await fetch(`${stage.server.url}/metrics`)).text();
  const everything = [...files, JSON.stringify(stage.logs), metrics].join('\n');
  expect(everything).not.toMatch(/4\D{0,4}(1\D{0,4}){7}|(one\W+){4}/i);
}

const COLLECT = { name: 'collect', arguments: { kind: 'card_number', question: 'What is your card number?' } };

test('a card number that is collected by voice: confirmed, and found nowhere', { timeout: 60_000 }, async () => {
  const clip = await speech();
  const call = stage.ring(
    [
      ...([{ wait: 'greeting_end' }, { say: clip }] as const),
      ...([{ wait: 'agent_silence' }, { say: clip }, { wait: 'agent_silence' }, { say: clip }] as const),
      ...([{ wait: 'agent_silence' }, { hangup: true }] as const),
    ],
    ['I want to pay.', 'It is four one one one, one one one one, one one one one, one one one one.', 'Yes.'],
  );
  stage.openai.setReplies('', [
    { text: '', toolCalls: [COLLECT] },
    { text: 'Thank you, that is paid.', toolCalls: [] },
  ]);
  const { summary } = await stage.done(call);
  expect(summary.turns.map(({ caller, heard }) => [caller, heard])).toEqual([
    ['', 'Hello, how was lunch?'],
    ['I want to pay.', 'What is your card number?'],
    ['[protected]', 'I have the card ending in 1 1 1 1. Is that right?'],
    ['Yes.', 'Thank you, that is paid.'],
  ]);
  expect(summary.pauses).toHaveLength(1);
  await expectNoCard();
});

test('and one that is typed', { timeout: 60_000 }, async () => {
  const clip = await speech();
  const call = stage.ring(
    [
      ...([{ wait: 'greeting_end' }, { say: clip }, { wait: 'agent_silence' }, { dtmf: '4111111111111111' }] as const),
      ...([{ wait: 'agent_silence' }, { dtmf: '1' }, { wait: 'agent_silence' }, { hangup: true }] as const),
    ],
    ['I want to pay.'],
  );
  stage.openai.setReplies('', [
    { text: '', toolCalls: [COLLECT] },
    { text: 'Thank you, that is paid.', toolCalls: [] },
  ]);
  const { summary } = await stage.done(call);
  expect(summary.turns.at(-1)?.heard).toBe('Thank you, that is paid.');
  await expectNoCard();
});
