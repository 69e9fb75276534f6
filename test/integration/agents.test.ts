// Agents by configuration, over whole calls: a folder of them that changes while calls come.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage, speech } from './stage.js';

const ADA = {
  ...{ name: 'Ada', company: 'Test Kitchen', systemPrompt: 'You help.', greeting: 'Hello, how was lunch?' },
  ...{ apology: 'Sorry, say that again please?', idlePrompt: 'Are you there?', goodbye: 'Goodbye.', default: true },
};
const BEAS_VOICE = 'f786b574-daa5-4673-aa0c-cbe3e8534c02';
let dir: string;
let stage: Stage;
const write = (file: string, agent: unknown) => writeFileSync(path.join(dir, file), JSON.stringify(agent));
const health = async () => (await fetch(`${stage.server.url}/health`)).json() as Promise<Record<string, unknown>>;

beforeAll(async () => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'ringline-agents-'));
  write('ada.json', ADA);
  stage = await Stage.start({ AGENTS_DIR: dir, AGENT_FILE: '' });
}, 60_000);
afterAll(async () => {
  await stage?.close();
  rmSync(dir, { recursive: true, force: true });
});

test('a changed file is the agent of the next call; a broken one leaves it as it was and is said', {
  timeout: 120_000,
}, async () => {
  const before = await stage.oneTurn('The soup was cold.');
  write('ada.json', { ...ADA, greeting: 'Hello, how was dinner?' });
  await stage.logged('agents read anew');
  const after = await stage.oneTurn('The soup was cold.');
  expect(before.summary.turns[0].heard).toBe('Hello, how was lunch?');
  expect(after.summary.turns[0].heard).toBe('Hello, how was dinner?');
  expect(after.summary.agent_hash).not.toBe(before.summary.agent_hash);

  write('ada.json', { ...ADA, greeting: 7 });
  const { problem } = await stage.logged('an agent is not read anew, it stays as it was');
  expect(problem).toMatch(/^ada\.json:1: greeting: expected a text/);
  const { status, warnings, agents } = await health();
  expect([status, warnings]).toEqual(['healthy', [`AGENTS_DIR: ${problem}`]]);
  expect(agents).toMatchObject({ count: 1 });
  expect((await stage.oneTurn('The soup was cold.')).summary.agent_hash).toBe(after.summary.agent_hash);
  write('ada.json', ADA);
  process.kill(stage.server.pid, 'SIGHUP');
  await expect.poll(async () => (await health())['warnings'], { timeout: 15_000 }).toEqual([]);
  const labels = (hash: unknown) => `{agent="ada",variant="ada",version="${hash}",reason="caller_hangup"}`;
  expect(await stage.metric(`ringline_agent_calls_total${labels(before.summary.agent_hash)}`)).toBe(1);
  expect(await stage.metric(`ringline_agent_calls_total${labels(after.summary.agent_hash)}`)).toBe(2);
});

test('the model hands the call to another agent, which goes on in its own voice', { timeout: 120_000 }, async () => {
  const bea = { ...ADA, name: 'Bea', default: false, systemPrompt: 'You know bills.', voiceId: BEAS_VOICE };
  write('bea.json', bea);
  const tools = [{ handOff: { bea: 'Bills.' } }];
  write('ada.json', { ...ADA, tools });
  await expect.poll(async () => (await health())['agents'], { timeout: 15_000 }).toMatchObject({ count: 2 });
  const clip = await speech();
  const isAnswered = (turn: number) => () =>
    stage.logs.some((line) => line.msg === 'turn answered' && line['call_sid'] === call.sid && line['turn'] === turn);
  const call = stage.ring(
    [
      { wait: 'greeting_end' },
      { say: clip },
      { wait: isAnswered(1), timeoutMs: 20_000 },
      { wait: isAnswered(2), timeoutMs: 20_000 },
      { hangup: true },
    ],
    ['My bill is wrong.'],
  );
  stage.openai.setReplies('', [
    { text: 'I put you through.', toolCalls: [{ name: 'hand_off', arguments: { agent: 'bea' } }] },
    { text: 'Which bill is it?', toolCalls: [] },
  ]);
  const { summary } = await stage.done(call);
  stage.openai.setReplies('', []);
  expect(summary.hand_offs).toMatchObject([{ from: 'ada', to: 'bea', with_history: true }]);
  expect(summary.turns.map(({ caller, heard }) => [caller, heard])).toEqual([
    ['', 'Hello, how was lunch?'],
    ['My bill is wrong.', 'I put you through.'],
    ['', 'Which bill is it?'],
  ]);
  write('ada.json', ADA);
  rmSync(path.join(dir, 'bea.json'));
  await expect.poll(async () => (await health())['agents'], { timeout: 15_000 }).toMatchObject({ count: 1 });
});
