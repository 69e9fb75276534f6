import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeEnvFile } from '../../loadtest/simulators/env_file.js';
import { isOutbound, replyTo } from '../../loadtest/simulators/openai/replies.js';
import { SimulatorSet } from '../../loadtest/simulators/simulator_set.js';
import { DEFAULT_AGENT } from '../../src/agents/agent.js';
import { readsAsFarewell } from '../../src/conversation/turns/farewell.js';

let set: SimulatorSet | null = null;
afterEach(() => set?.close());

test('all four start at once and name everything that a server needs', async () => {
  set = await SimulatorSet.start({ voice: 'tone' });
  const { environment } = set;
  expect(Object.keys(environment).sort()).toEqual([
    'CARTESIA_API_KEY',
    'CARTESIA_BASE_URL',
    'CARTESIA_VOICE_ID',
    'DEEPGRAM_API_KEY',
    'DEEPGRAM_BASE_URL',
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'TWILIO_ACCOUNT_SID',
    'TWILIO_AUTH_TOKEN',
    'TWILIO_BASE_URL',
    'TWILIO_PHONE_NUMBER',
  ]);
  const health = await Promise.all([
    fetch(`${environment['DEEPGRAM_BASE_URL']}/v1/projects`, {
      headers: { authorization: `Token ${environment['DEEPGRAM_API_KEY']}` },
    }),
    fetch(`${environment['OPENAI_BASE_URL']}/models`, {
      headers: { authorization: `Bearer ${environment['OPENAI_API_KEY']}` },
    }),
    fetch(`${environment['CARTESIA_BASE_URL']}/`, {
      headers: { authorization: `Bearer ${environment['CARTESIA_API_KEY']}`, 'cartesia-version': '2026-08-14' },
    }),
  ]);
  expect(health.map((response) => response.status)).toEqual([200, 200, 200]);
});

test('a port that is taken stops all of them', async () => {
  set = await SimulatorSet.start({ only: ['deepgram'] });
  const port = Number(new URL(set.environment['DEEPGRAM_BASE_URL']).port);
  // The second set's Deepgram would be second in the row.
  await expect(SimulatorSet.start({ only: ['deepgram', 'openai'], portBase: port - 1 })).rejects.toThrow(/taken/);
});

test('the environment file appears whole', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ringline-'));
  writeEnvFile(path.join(folder, 'sim.env'), { A: '1', B: 'http://127.0.0.1:2/v1' });
  expect(readFileSync(path.join(folder, 'sim.env'), 'utf8')).toBe('A=1\nB=http://127.0.0.1:2/v1\n');
  expect(readdirSync(folder)).toEqual(['sim.env']);
});

test.each(['inbound', 'outbound'] as const)('the rules know an %s call by the prompt that ships', (direction) => {
  expect(isOutbound(DEFAULT_AGENT.systemPrompt(direction, {}))).toBe(direction === 'outbound');
});

test('the farewell of the rules ends a call of the persona that ships, its questions do not', () => {
  const reply = (caller: string): string => replyTo([{ role: 'user', content: caller }]);
  expect(readsAsFarewell(reply('That is all, goodbye.'), 'That is all, goodbye.', DEFAULT_AGENT.farewell)).toBe(true);
  expect(readsAsFarewell(reply('The soup was cold.'), 'The soup was cold.', DEFAULT_AGENT.farewell)).toBe(false);
});
