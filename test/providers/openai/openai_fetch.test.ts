import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PoolResponse, poolFetch } from '../../../src/providers/openai/openai_fetch.js';
import { watchStrayErrors } from '../provider_probe.js';
import { delta, refuse, ScriptedChatServer, stream } from './scripted_chat_server.js';

let server: ScriptedChatServer;
let pool: Pool;
let stray: ReturnType<typeof watchStrayErrors>;

beforeEach(async () => {
  server = await ScriptedChatServer.start();
  pool = new Pool(new URL(server.url).origin, { connections: 4 });
  stray = watchStrayErrors();
});

afterEach(async () => {
  await pool.destroy();
  await server.close();
  stray.stop();
  expect(stray.seen).toEqual([]);
});

function post(signal?: AbortSignal): Promise<PoolResponse> {
  const init = { method: 'POST', body: '{}', headers: { 'x-test': '1' }, signal };
  return poolFetch(pool)(`${server.url}/chat/completions`, init) as unknown as Promise<PoolResponse>;
}

/** Not `once()`: that listens for errors itself. */
function closed(body: Readable): Promise<void> {
  return new Promise((resolve) => body.on('close', () => resolve()));
}

test('a body that breaks while nobody listens is no stray error', async () => {
  server.answers = [stream([delta('a')], 'cut')];
  const { body } = await post();
  await closed(body);
});

test('a refusal keeps its status, headers and body', async () => {
  server.answers = [refuse(429, { 'retry-after': '3' })];
  const response = await post();
  expect(response.ok).toBe(false);
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('3');
  expect(JSON.parse(await response.text())).toHaveProperty('error');
  expect(server.headers[0]['x-test']).toBe('1');
});

test('an abort takes the request back, before the headers and after', async () => {
  server.answers = [() => {}, stream([delta('a')], 'open')];
  const first = new AbortController();
  const pending = post(first.signal);
  await server.until(() => server.bodies.length === 1, 'the request');
  first.abort();
  await expect(pending).rejects.toThrow();
  const second = new AbortController();
  const { body } = await post(second.signal);
  second.abort();
  await closed(body);
  await server.until(() => server.aborted === 2, 'both taken back');
});
