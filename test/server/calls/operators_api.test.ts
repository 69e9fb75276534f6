import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { EngineError } from '../../../src/errors.js';
import type { Store } from '../../../src/store/store.js';
import {
  handshake,
  type JsonBody,
  newCallSid,
  sharedMemory,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from '../harness.js';

const KEYS = {
  ann: 'the-key-of-ann-long-enough',
  bob: 'the-key-of-bob-long-enough',
  eve: 'the-key-of-eve-long-enough',
};
const API_KEYS = `ann:operator:${KEYS.ann},bob:operator:${KEYS.bob},eve:read:${KEYS.eve}`;
const running: TestServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(stopTestServer));
});
async function start(env: Record<string, string> = {}, store?: Store): Promise<TestServer> {
  const server = await startTestServer({ API_KEYS, ...env }, undefined, store);
  running.push(server);
  return server;
}
/** A call whose media socket is open. */
async function streaming(t: TestServer): Promise<string> {
  const callSid = newCallSid();
  expect(await handshake(t.connect(await t.ring(callSid)))).toBe('open');
  expect(await t.runner.last.read()).toMatchObject({ type: 'SOCKET_OPEN' });
  return callSid;
}
async function post(t: TestServer, path: string, who: keyof typeof KEYS, body?: unknown) {
  const response = await fetch(t.base + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS[who]}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as JsonBody };
}
async function act(t: TestServer): Promise<JsonBody> {
  const { type, text } = await t.runner.last.read();
  expect(type).toBe('ACT');
  return JSON.parse(text) as JsonBody;
}

test('what operators ask reaches the worker of the call, in their name', async () => {
  const t = await start();
  const sid = await streaming(t);
  const path = `/calls/${sid}`;
  expect(await post(t, `${path}/say`, 'ann', { text: 'One moment.' })).toEqual({
    status: 202,
    body: { call_sid: sid, held_by: null },
  });
  expect(await act(t)).toEqual({ act: 'say', operator: 'ann', text: 'One moment.', now: false });
  await post(t, `${path}/say`, 'ann', { text: 'Stop.', interrupt: true });
  expect(await act(t)).toMatchObject({ now: true });
  await post(t, `${path}/whisper`, 'bob', { text: 'Offer a refund.' });
  expect(await act(t)).toEqual({ act: 'whisper', operator: 'bob', text: 'Offer a refund.' });
  expect((await post(t, `${path}/pause`, 'ann')).body.held_by).toBe('ann');
  expect(await act(t)).toEqual({ act: 'pause', operator: 'ann' });
  expect(await post(t, `${path}/resume`, 'bob')).toMatchObject({
    status: 409,
    body: { detail: `Call ${sid} is held by ann` },
  });
  const shown = await fetch(`${t.base}${path}`, { headers: { authorization: `Bearer ${KEYS.eve}` } });
  expect(await shown.json()).toMatchObject({ held_by: 'ann' });
  expect(await post(t, `${path}/handback`, 'ann', { note: 'He gets a refund.' })).toMatchObject({
    status: 202,
    body: { held_by: null },
  });
  expect(await act(t)).toMatchObject({ act: 'whisper', text: 'He gets a refund.' });
  expect(await act(t)).toEqual({ act: 'resume', operator: 'ann' });
  expect(await post(t, `${path}/end`, 'bob')).toMatchObject({ status: 202, body: { status: 'ending' } });
  expect(await t.runner.last.read()).toEqual({ type: 'HANGUP', text: 'operator' });
});

test.each([
  ['say', {}, 422],
  ['say', { text: '' }, 422],
  ['say', { text: '?!' }, 422],
  ['say', { text: 'x'.repeat(1001) }, 422],
  ['say', { text: 7 }, 422],
  ['say', { text: 'Hi.', interrupt: 'yes' }, 422],
  ['say', '{', 400],
  ['say', '[]', 422],
  ['whisper', undefined, 422],
  ['whisper', { text: 'x'.repeat(2001) }, 422],
  ['pause', { seconds: 0 }, 422],
  ['pause', { seconds: 1e9 }, 422],
  ['resume', { note: '' }, 422],
] as const)('POST …/%s with %j: %i, and nothing reaches the call', async (what, body, status) => {
  const t = await start();
  const sid = await streaming(t);
  const answer = await post(t, `/calls/${sid}/${what}`, 'ann', body);
  expect(answer.status).toBe(status);
  if (status === 422) expect(answer.body.detail[0].loc[0]).toBe('body');
  await post(t, `/calls/${sid}/pause`, 'ann');
  expect(await act(t)).toMatchObject({ act: 'pause' });
});

test('no call, a malformed sid, a call without its stream, one that is over, and who may not', async () => {
  const t = await start();
  const sid = newCallSid();
  expect((await post(t, `/calls/${sid}/pause`, 'ann')).status).toBe(404);
  expect((await post(t, '/calls/nobody/pause', 'ann')).status).toBe(422);
  await t.ring(sid);
  expect((await post(t, `/calls/${sid}/pause`, 'ann')).status).toBe(409);
  expect((await post(t, `/calls/${sid}/pause`, 'eve')).status).toBe(403);
  t.runner.last.end('silence');
  await until(async () => (await post(t, `/calls/${sid}/say`, 'ann', { text: 'Hi.' })).body.detail.includes('ended'));
});

test('a call that another instance holds is reached there, and held there', async () => {
  const store = sharedMemory();
  const [a, b] = [await start({ INSTANCE_NAME: 'a' }, store), await start({ INSTANCE_NAME: 'b' }, store)];
  const sid = await streaming(a);
  expect(await post(b, `/calls/${sid}/pause`, 'ann')).toEqual({ status: 202, body: { call_sid: sid, held_by: 'ann' } });
  expect(await act(a)).toEqual({ act: 'pause', operator: 'ann' });
  expect((await post(a, `/calls/${sid}/resume`, 'bob')).status).toBe(409);
  expect((await post(b, `/calls/${sid}/resume`, 'bob')).status).toBe(409);
  expect((await post(b, `/calls/${sid}/resume`, 'ann')).status).toBe(202);
  expect(await act(a)).toMatchObject({ act: 'resume' });
});

test('an agent stays silent when its worker dies: the next one is told', async () => {
  const t = await start();
  const sid = await streaming(t);
  await post(t, `/calls/${sid}/pause`, 'ann');
  expect(await act(t)).toMatchObject({ act: 'pause' });
  t.runner.last.fail(new EngineError('WORKER_DIED'));
  await until(() => t.runner.calls.length === 2);
  expect(await act(t)).toEqual({ act: 'pause', operator: 'ann' });
});

test('every act has a line in the audit log, with the call and without a word of what was said', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ringline-audit-'));
  const t = await start({ AUDIT_LOG: dir });
  const sid = await streaming(t);
  await post(t, `/calls/${sid}/whisper`, 'ann', { text: 'Offer a refund.' });
  await post(t, `/calls/${sid}/pause`, 'bob');
  await post(t, `/calls/${sid}/pause`, 'ann');
  await post(t, `/calls/${sid}/say`, 'eve', { text: 'I may not.' });
  await t.audit.close();
  const [name] = await readdir(dir);
  const text = await readFile(join(dir, name), 'utf8');
  await rm(dir, { recursive: true });
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonBody);
  expect(lines.map(({ key, act: what, target, outcome }) => [key, what, target, outcome])).toEqual([
    ['ann', 'POST /calls/:call_sid/whisper', sid, 'done'],
    ['bob', 'POST /calls/:call_sid/pause', sid, 'done'],
    ['ann', 'POST /calls/:call_sid/pause', sid, 'failed'],
    ['eve', 'POST /calls/:call_sid/say', sid, 'refused'],
  ]);
  expect(text).not.toMatch(/refund|may not/);
});
