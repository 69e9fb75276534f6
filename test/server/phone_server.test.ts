// That the parts of the main thread are connected, and that start and stop do what they say. What each part does is tested
// under its own name.

import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentBook, readAgents } from '../../src/agents/agent_book.js';
import type { CallOrder } from '../../src/call/call.js';
import { createLogger } from '../../src/log.js';
import { AuditLog } from '../../src/server/audit_log.js';
import { startPhoneServer } from '../../src/server/phone_server.js';
import { MemoryStore } from '../../src/store/memory_store.js';
import { SmallS3 } from './archive/small_s3.js';
import {
  type JsonBody,
  newCallSid,
  startTestServer,
  stopTestServer,
  summaryOf,
  type TestServer,
  until,
} from './harness.js';

let t: TestServer;
beforeEach(async () => {
  t = await startTestServer({ DRAIN_TIMEOUT_MS: '60000' });
});
afterEach(() => stopTestServer(t));

test('a port that is taken is an error, not a second server beside the first', async () => {
  const config = { ...t.config, port: t.server.port };
  const log = createLogger({ level: 'silent', sink: () => {} });
  await expect(
    startPhoneServer({
      config,
      agents: new AgentBook(readAgents(null)),
      memory: t.memory,
      runner: t.runner,
      store: t.store,
      audit: new AuditLog({ config, log }),
      log,
      version: '0',
    }),
  ).rejects.toThrow('cannot listen');
});

test('stopping with no calls takes no time, and is safe twice', async () => {
  await Promise.all([t.server.stop(), t.server.stop()]);
});

test('what workers tell reaches the log, the health of providers and the calls', async () => {
  const callSid = newCallSid();
  await t.ring(callSid);
  const { slot } = t.runner.last.order;
  t.runner.tell({ topic: 'log', payload: '{"level":"info","msg":"a line of a worker"}' });
  t.runner.tell({
    topic: 'provider',
    payload: { provider: 'openai', ok: false, code: 'REFUSED', refused: true, at: Date.now() },
  });
  t.runner.tell({
    topic: 'call',
    payload: { callSid, slot, seq: 1, atMs: Date.now(), kind: 'state', state: 'thinking', streamSid: 'MZ1' },
  });
  const get = async (path: string) => (await (await fetch(t.base + path)).json()) as JsonBody;
  await until(async () => (await get(`/calls/${callSid}`)).activity === 'thinking');
  expect((await get('/health')).observed.openai.last_error).toBe('REFUSED');
  expect(t.lines.map(({ msg }) => msg)).toContain('a line of a worker');
  t.runner.last.end('silence');
});

test('when a call is over, its files are sealed, sent, listed as they were, and deleted everywhere on request', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringline-kept-'));
  const s3 = await new SmallS3().start();
  const { bucket, region, endpoint, prefix, accessKeyId, secretAccessKey } = s3.settings;
  const server = await startTestServer({
    ...{
      RECORDING_DIR: dir,
      RECORDING_KEY: 'ab'.repeat(32),
      S3_BUCKET: bucket,
      S3_REGION: region,
      S3_ENDPOINT: endpoint,
    },
    ...{ S3_PREFIX: prefix, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey },
  });
  try {
    const callSid = newCallSid();
    const recording = `server_8765_inbound_recording_20260102_120000_${callSid}.wav`;
    const record = recording.replace('.wav', '.json');
    for (const name of [recording, record]) writeFileSync(join(dir, name), `plain ${name}`);
    const summary = { ...summaryOf({ callSid, direction: 'inbound' } as CallOrder, 'caller_hangup'), recording };
    server.runner.tell({
      topic: 'call',
      payload: { callSid, slot: 0, seq: 1, atMs: Date.now(), kind: 'ended', reason: 'caller_hangup', summary },
    });
    await until(() => s3.objects.size === 2);
    const sealed = s3.objects.get(`${prefix}${callSid}/${recording}`);
    expect([sealed?.toString('latin1', 0, 7), sealed?.includes('plain')]).toEqual(['RLSEAL1', false]);
    expect(await (await fetch(`${server.base}/recordings/${recording}`)).text()).toBe(`plain ${recording}`);
    await until(async () => (await server.metrics()).includes('ringline_recordings_waiting 0'));
    expect(await server.metrics()).toContain('ringline_recordings_kept_total{act="sent",result="done"} 2');
    const deleted = await fetch(`${server.base}/calls/${callSid}/data`, { method: 'DELETE' });
    expect(((await deleted.json()) as JsonBody).files.sort()).toEqual([record, recording]);
    expect([s3.objects.size, readdirSync(dir)]).toEqual([0, []]);
  } finally {
    await stopTestServer(server);
    s3.close();
  }
});

test('a stopped server has let go of its port', async () => {
  await t.server.stop();
  await expect(fetch(`${t.base}/ready`)).rejects.toThrow();
  const { config, memory, runner } = t;
  const log = createLogger({ level: 'silent', sink: () => {} });
  const agents = new AgentBook(readAgents(null));
  const again = await startPhoneServer({
    ...{ config: { ...config, port: t.server.port }, agents, memory, runner, log, version: '0' },
    store: new MemoryStore(),
    audit: new AuditLog({ config, log }),
  });
  expect(again.port).toBe(t.server.port);
  await again.stop();
});
