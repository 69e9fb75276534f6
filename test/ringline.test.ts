// The package as another program uses it: from the compiled files, by its name. `npm test` builds first.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Runs a module that may import the package by its name, as Node lets a package import itself. */
async function run(code: string, env: Record<string, string> = {}) {
  const args = ['--input-type=module', '-e', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env, timeout: 30_000 });
  return stdout;
}

const CONFIG = `{ TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k',
  OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', DEEPGRAM_BASE_URL: 'http://127.0.0.1:9', CARTESIA_BASE_URL: 'http://127.0.0.1:9',
  HOST: '127.0.0.1', PORT: '0', WORKERS: '1', CALLS_MAX: '2', RECORDING: 'off', LOG_LEVEL: 'silent' }`;

test('importing it starts nothing and ends nothing', async () => {
  const out = await run("const r = await import('ringline'); console.log(Object.keys(r).sort().join())");
  expect(out.trim()).toBe('ConfigError,createServer,loadConfig,readConfig,readEnvironment,version');
});

test('a server starts, answers, and closes so that the process ends by itself', async () => {
  const out = await run(`
    import { createServer, loadConfig } from 'ringline';
    const server = await createServer(loadConfig(${CONFIG}, []));
    const answer = await fetch('http://127.0.0.1:' + server.port + '/health');
    console.log(typeof (await answer.json()).status, server.port > 0);
    await Promise.all([server.close(), server.close()]);
  `);
  expect(out).toContain('string true');
});

test('what can not be used is an error and not the end of the process', async () => {
  const out = await run(`
    import { ConfigError, createServer, loadConfig } from 'ringline';
    try { loadConfig({}, []); } catch (e) { console.log(e instanceof ConfigError, e.problems.length > 3); }
    const first = await createServer(loadConfig(${CONFIG}, []));
    const taken = loadConfig({ ...${CONFIG}, PORT: String(first.port) }, []);
    await createServer(taken).catch((e) => console.log(e.message));
    await first.close();
    console.log('still here');
  `);
  expect(out).toMatch(/^true true\ncannot listen on 127\.0\.0\.1 port \d+: taken, or not ours\nstill here\n$/);
});

test('the program, the types and everything that runs are among its files', () => {
  expect(manifest.bin).toEqual({ ringline: 'dist/src/main.js' });
  expect(readFileSync(`${root}dist/src/main.js`, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
  expect(manifest.exports['.']).toEqual({ types: './dist/src/ringline.d.ts', default: './dist/src/ringline.js' });
  expect(readFileSync(`${root}dist/src/ringline.d.ts`, 'utf8')).toContain('createServer(config: EngineConfig');
  expect(manifest.files).toEqual(expect.arrayContaining(['dist/src', 'models', 'native']));
});
