// Over real HTTP, and with two servers that share a store.

import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type JsonBody,
  newCallSid,
  sharedMemory,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from '../harness.js';

let servers: TestServer[];
let dirs: string[];
const stemOf = (callSid: string) => `server_8765_inbound_recording_20260102_120000_${callSid}`;
const FORM = { From: '+14155552671', To: '+14155552672' };

beforeEach(() => {
  dirs = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'ringline-data-')));
  for (const dir of dirs) mkdirSync(join(dir, 'logs'));
});
afterEach(async () => {
  for (const server of servers) await stopTestServer(server);
});

async function start(count: number, env: Record<string, string> = {}) {
  const store = count > 1 ? sharedMemory() : undefined;
  servers = [];
  for (let i = 0; i < count; i++) {
    const own = { RECORDING_DIR: dirs[i], LOG_DIR: join(dirs[i], 'logs'), ...env };
    servers.push(await startTestServer(own, undefined, store));
  }
}
const remove = async (callSid: string, init: RequestInit = {}) => {
  const response = await fetch(`${servers[0].base}/calls/${callSid}/data`, { method: 'DELETE', ...init });
  return { status: response.status, body: (await response.json()) as JsonBody };
};
function leave(dir: string, callSid: string) {
  for (const kind of ['wav', 'json']) writeFileSync(join(dir, `${stemOf(callSid)}.${kind}`), 'x');
  writeFileSync(join(dir, 'logs', 'ringline.2026-01-02.1.log'), `{"callSid":"${callSid}"}\n{"callSid":"other"}\n`);
}

test('recording, record, transcript and log lines of a call are gone, those of others are not; once more finds nothing', async () => {
  await start(1);
  const [sid, other] = [newCallSid(), newCallSid()];
  leave(dirs[0], other);
  leave(dirs[0], sid);
  await servers[0].webhook('/', { CallSid: sid, ...FORM });
  await until(() => servers[0].runner.calls.length === 1);
  servers[0].runner.last.end('caller_hangup');
  await until(async () => (await fetch(`${servers[0].base}/calls`).then((r) => r.json() as JsonBody)).count === 0);
  expect((await fetch(`${servers[0].base}/calls/${sid}`)).status).toBe(200);

  const { status, body } = await remove(sid);
  expect([status, body]).toEqual([
    200,
    {
      call_sid: sid,
      files: expect.arrayContaining([`${stemOf(sid)}.wav`, `${stemOf(sid)}.json`]),
      log_lines: expect.any(Number),
      instances_silent: [],
    },
  ]);
  expect(body.log_lines).toBeGreaterThan(0);
  expect((await fetch(`${servers[0].base}/calls/${sid}`)).status).toBe(404);
  expect(existsSync(join(dirs[0], `${stemOf(other)}.wav`))).toBe(true);
  expect((await remove(sid)).body).toMatchObject({ files: [] });
});

test('a live call is hung up first; what is no sid is refused; who may only read may not', async () => {
  await start(1, { API_KEYS: 'a:operator:0123456789abcdef0123456789abcdef,b:read:fedcba9876543210fedcba9876543210' });
  const key = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });
  const [may, mayNot] = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210'].map(key);
  const sid = newCallSid();
  await servers[0].webhook('/', { CallSid: sid, ...FORM });
  leave(dirs[0], sid);
  expect((await remove(sid, may)).status).toBe(409);
  expect(existsSync(join(dirs[0], `${stemOf(sid)}.wav`))).toBe(true);
  expect((await remove('CA..%2f', may)).status).toBe(422);
  expect((await remove(sid, mayNot)).status).toBe(403);
  expect((await remove(sid)).status).toBe(401);
});

test('whichever instance is asked, what another one has of the call goes too', async () => {
  await start(2);
  const sid = newCallSid();
  leave(dirs[1], sid);
  await until(async () => (await remove(sid)).body.files.length === 2);
  expect(existsSync(join(dirs[1], `${stemOf(sid)}.wav`))).toBe(false);
});
