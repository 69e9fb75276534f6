// The process as an operator starts and stops it. Runs the compiled program: `npm test` builds first.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));
const KEYS = { OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k', TWILIO_VALIDATE: 'off' };
/** Nobody listens on the discard port: providers are away, which must not keep the server from starting. */
const AWAY = 'http://127.0.0.1:9';
const BASES = { OPENAI_BASE_URL: `${AWAY}/v1`, DEEPGRAM_BASE_URL: AWAY, CARTESIA_BASE_URL: AWAY };

function start(env: Record<string, string>, args: string[] = [], cwd = mkdtempSync(join(tmpdir(), 'ringline-main-'))) {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const lines = () =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { msg: string; port: number; setting: string });
  return { child, exit, lines, stderr: () => stderr };
}

async function listening(server: ReturnType<typeof start>): Promise<string> {
  for (;;) {
    const line = server.lines().find(({ msg }) => msg === 'listening');
    if (line !== undefined) return `http://127.0.0.1:${line.port}`;
    if (server.child.exitCode !== null) throw new Error(server.stderr());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a missing setting stops the process with one line for each, and exit code 78', async () => {
  const server = start({ TWILIO_VALIDATE: 'off', PORT: 'x', OPENAI_API_KEY: 'k' });
  expect(await server.exit).toBe(78);
  expect(server.stderr().trim().split('\n')).toEqual([
    'configuration: PORT: must be a whole number from 0 to 65535',
    'configuration: DEEPGRAM_API_KEY: is missing',
    'configuration: CARTESIA_API_KEY: is missing',
    'configuration: keys belong in .env (cp .env.example .env); npm run demo needs none',
  ]);
});

test.each([
  ['a file in its place', () => MAIN],
  ['below a file', () => join(MAIN, 'recordings')],
  ['where nothing can be made', () => '/proc/recordings/today'],
])('a folder that cannot be used (%s) stops it with one line, and exit code 78', async (_, dir) => {
  for (const variable of ['RECORDING_DIR', 'LOG_DIR']) {
    const server = start({ ...KEYS, ...BASES, PORT: '0', [variable]: dir() });
    expect(await server.exit).toBe(78);
    expect(server.stderr()).toMatch(new RegExp(`^configuration: ${variable}: .+\n$`));
  }
});

test('settings that may not work are warned of', async () => {
  const server = start({
    ...KEYS,
    ...BASES,
    PORT: '0',
    CARTESIA_VOICE_ID: 'bob',
    PROT: '99',
    DEEPGRAM_MODEL: 'nova-9',
  });
  await listening(server);
  const warned = server.lines().flatMap((line) => (line.msg === 'a setting that may not work' ? line.setting : []));
  expect(warned.map((warning) => warning.split(':')[0])).toEqual(['DEEPGRAM_MODEL', 'CARTESIA_VOICE_ID', 'PROT']);
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
});

test('a broken agent file stops it before it listens: one line for each problem, and exit code 78', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ringline-main-')), 'agent.json');
  writeFileSync(file, JSON.stringify({ name: 'Ada', company: '', greeting: 'Hi {{x}}.' }));
  const server = start({ ...KEYS, ...BASES, PORT: '0', AGENT_FILE: file });
  expect(await server.exit).toBe(78);
  const problems = server.stderr().trim().split('\n');
  expect(problems.length).toBeGreaterThan(3);
  for (const problem of problems) expect(problem.startsWith(`configuration: AGENT_FILE: ${file}: `)).toBe(true);
  expect(server.lines()).toEqual([]);
});

test('settings come from .env too, and the environment wins', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'ringline-main-'));
  writeFileSync(join(cwd, '.env'), 'PORT=nonsense\nCALLS_MAX=nothing\nOPENAI_API_KEY="k"\n');
  const server = start({ PORT: '0', TWILIO_VALIDATE: 'off' }, [], cwd);
  expect(await server.exit).toBe(78);
  expect(server.stderr()).toContain('CALLS_MAX');
  expect(server.stderr()).not.toContain('PORT');
  expect(server.stderr()).not.toContain('OPENAI_API_KEY');
});

test('it starts with every provider away, becomes ready, and SIGTERM ends it cleanly', async () => {
  const server = start({ ...KEYS, ...BASES, PORT: '0', HOST: '127.0.0.1', WORKERS: '1' }, ['--test']);
  const base = await listening(server);
  while ((await fetch(`${base}/ready`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
  expect(server.lines().at(-1)?.msg).toBe('stopped');
  expect(server.stderr()).toBe('');
});

test('a port that is taken ends the process with a clear line', async () => {
  const first = start({ ...KEYS, ...BASES, PORT: '0', HOST: '127.0.0.1', WORKERS: '1' });
  const port = new URL(await listening(first)).port;
  const second = start({ ...KEYS, ...BASES, PORT: port, HOST: '127.0.0.1', WORKERS: '1' });
  expect(await second.exit).toBe(1);
  expect(second.stderr()).toBe(`ringline: cannot listen on 127.0.0.1 port ${port}: taken, or not ours\n`);
  first.child.kill('SIGINT');
  expect(await first.exit).toBe(0);
});
