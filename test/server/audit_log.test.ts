import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { AuditLog, auditDir } from '../../src/server/audit_log.js';
import {
  type JsonBody,
  newCallSid,
  restCall,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from './harness.js';

const ADMIN = 'admin-key-long-enough-to-be-good';
const READER = 'reader-key-long-enough-to-be-good';
const TO = '+14155552671';

let dir: string;
let t: TestServer | null = null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ringline-audit-'));
});
afterEach(async () => {
  if (t !== null) await stopTestServer(t);
  t = null;
  await rm(dir, { recursive: true, force: true });
});

async function start(env: Record<string, string>): Promise<TestServer> {
  const keys = { API_KEYS: `boss:admin:${ADMIN},watcher:read:${READER}` };
  t = await startTestServer({ ...keys, ...env }, ({ method }) =>
    method === 'POST' ? { status: 201, body: restCall({ sid: SID, to: TO }) } : { status: 200, body: {} },
  );
  return t;
}
const SID = newCallSid();
const ask = (method: string, path: string, key: string, body?: string) =>
  fetch(`${t?.base}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'x-request-id': `${method}-1` },
    ...(body === undefined ? {} : { body }),
  });
async function written(): Promise<JsonBody[]> {
  await t?.audit.close();
  const names = (await readdir(dir)).filter((name) => name.startsWith('audit.'));
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line) as JsonBody);
}

test('acts and refused attempts have a line each, reading has none', async () => {
  await start({ AUDIT_LOG: dir });
  const dial = JSON.stringify({ to_number: TO, variables: { name: 'Ada' } });
  await ask('POST', '/outbound', ADMIN, dial);
  await ask('GET', '/calls', READER);
  await ask('DELETE', `/calls/${SID}`, READER);
  await ask('DELETE', `/calls/${SID}`, ADMIN);
  await ask('DELETE', `/calls/${newCallSid()}`, ADMIN);
  await ask('POST', '/outbound', 'wrong', dial);
  await ask('GET', '/recordings', 'wrong');
  const common = { peer: '127.0.0.1', at: expect.stringMatching(/^\d{4}-.*Z$/) };
  expect(await written()).toEqual([
    {
      ...{ ...common, request_id: 'POST-1', key: 'boss', role: 'admin', act: 'POST /outbound' },
      ...{ target: SID, outcome: 'done', status: 200 },
    },
    {
      ...{ ...common, request_id: 'DELETE-1', key: 'watcher', role: 'read', act: 'DELETE /calls/:call_sid' },
      ...{ target: SID, outcome: 'refused', status: 403 },
    },
    expect.objectContaining({ key: 'boss', target: SID, outcome: 'done', status: 202 }),
    expect.objectContaining({ key: 'boss', outcome: 'failed', status: 404 }),
    expect.objectContaining({ key: 'anybody', role: null, act: 'POST /outbound', target: null, status: 401 }),
    expect.objectContaining({ key: 'anybody', act: 'GET /recordings', outcome: 'refused', request_id: 'GET-1' }),
  ]);
});

test.each([
  ['off', '[redacted]'],
  ['on', '+14155552671'],
])('no number and no secret gets in with LOG_PII=%s, whatever a client puts where', async (pii, shown) => {
  await start({ AUDIT_LOG: dir, LOG_PII: pii });
  await ask('DELETE', `/calls/${TO}`, ADMIN);
  await ask('DELETE', `/calls/${ADMIN}`, 'wrong');
  await ask('POST', '/outbound', ADMIN, JSON.stringify({ to_number: TO }));
  const lines = await written();
  expect(lines[0]?.target).toBe(shown);
  expect(lines.at(-1)).toMatchObject({ target: SID, outcome: 'done' });
  expect(JSON.stringify(lines).includes(TO)).toBe(pii === 'on');
});

test('a flood of strangers leaves few lines, and how many there were', async () => {
  await start({ AUDIT_LOG: dir });
  for (let i = 0; i < 60; i++) await ask('GET', '/calls', `guess-${i}`);
  const lines = await written();
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(40);
});

test('keys that come and go are an act of the system', async () => {
  const file = join(dir, 'keys');
  await writeFile(file, `boss:admin:${ADMIN}\n`);
  await start({ AUDIT_LOG: dir, API_KEYS: '', API_KEYS_FILE: file });
  await writeFile(file, `boss:admin:${ADMIN}\nwatcher:read:${READER}\n`);
  t?.server.reloadKeys();
  await writeFile(file, 'nonsense:\n');
  t?.server.reloadKeys();
  expect(await written()).toEqual([
    expect.objectContaining({ key: 'system', act: 'keys read anew', target: '+watcher:read', outcome: 'done' }),
    expect.objectContaining({ act: 'keys read anew', target: null, outcome: 'failed', request_id: null }),
  ]);
});

test('without a folder the lines are among the log', async () => {
  const { lines } = await start({});
  await ask('POST', '/outbound', ADMIN, JSON.stringify({ to_number: TO }));
  expect(lines).toContainEqual(expect.objectContaining({ msg: 'audit', key: 'boss', target: SID }));
});

test('off is off', async () => {
  const { lines } = await start({ AUDIT_LOG: 'off', LOG_DIR: dir });
  await ask('DELETE', `/calls/${SID}`, READER);
  expect(await written()).toEqual([]);
  expect(lines.filter(({ msg }) => msg === 'audit')).toEqual([]);
});

test.each([
  ['auto', null, null],
  ['auto', 'logs', 'logs'],
  ['elsewhere', 'logs', 'elsewhere'],
  ['off', 'logs', null],
])('AUDIT_LOG=%s with LOG_DIR=%s writes to %s', (audit, log, expected) => {
  expect(auditDir({ audit: { dir: audit, dirMb: 1 }, log: { dir: log } as never })).toBe(expected);
});

test('the files have a bound, and the log beside them is left alone', async () => {
  const others = { TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'a', DEEPGRAM_API_KEY: 'b', CARTESIA_API_KEY: 'c' };
  const config = loadConfig({ ...others, LOG_DIR: dir, AUDIT_LOG_MB: '1' }, []);
  await writeFile(join(dir, 'ringline.2026-01-01.1.log'), 'x'.repeat(2_000_000));
  let now = Date.UTC(2026, 10, 1, 12);
  const audit = new AuditLog({ config, log: createLogger({ level: 'silent', sink: () => {} }), now: () => now });
  /** Sizes of our files, by name; one that is deleted meanwhile has none. */
  const sizes = async () => {
    const names = (await readdir(dir)).filter((name) => name.startsWith('audit.')).sort();
    const texts = names.map((name) => readFile(join(dir, name)).catch(() => Buffer.alloc(0)));
    return (await Promise.all(texts)).map(({ length }) => length);
  };
  for (let day = 0; day < 15; day++) {
    for (let i = 0; i < 10; i++) audit.bySystem('test', 'x'.repeat(10_000));
    await until(async () => ((await sizes()).at(-1) ?? 0) > 100_000);
    now += 24 * 3600 * 1000;
  }
  const sum = async () => (await sizes()).reduce((all, size) => all + size, 0);
  await until(async () => (await sum()) < 1_200_000);
  await audit.close();
  expect(await readdir(dir)).toContain('ringline.2026-01-01.1.log');
});
