import { afterEach, expect, test } from 'vitest';
import {
  closeCode,
  handshake,
  newCallSid,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from '../harness.js';

let t: TestServer;
afterEach(() => stopTestServer(t));

const FORM = { From: '+14155552671', To: '+14155550100' };

test('a stopping server refuses new calls, lets the running one finish, and then closes', async () => {
  t = await startTestServer({ DRAIN_TIMEOUT_MS: '60000' });
  const ws = t.connect(await t.ring(newCallSid()));
  await handshake(ws);
  // Accepted, but its socket comes only now.
  const late = await t.ring(newCallSid());
  const stopped = t.server.stop();
  await until(async () => (await fetch(`${t.base}/ready`)).status === 503);
  expect(await (await t.webhook('/', { CallSid: newCallSid(), ...FORM })).text()).toContain('<Hangup/>');
  const lateWs = t.connect(late);
  expect(await handshake(lateWs)).toBe('open');

  t.runner.calls[0].end('caller_hangup');
  expect(await closeCode(ws)).toBe(1000);
  expect((await fetch(`${t.base}/ready`)).status).toBe(503);
  t.runner.calls[1].end('agent_goodbye');
  await stopped;
  await expect(fetch(`${t.base}/ready`)).rejects.toThrow();
});

test('what runs on after the time for it is hung up', async () => {
  t = await startTestServer({ DRAIN_TIMEOUT_MS: '50' });
  const ws = t.connect(await t.ring(newCallSid()));
  await handshake(ws);
  const call = t.runner.last;
  expect((await call.read()).type).toBe('SOCKET_OPEN');
  const stopped = t.server.stop();
  expect(await call.read()).toEqual({ type: 'HANGUP', text: 'drain' });
  call.end('drain');
  await stopped;
});

test('stopping with no calls takes no time', async () => {
  t = await startTestServer({ DRAIN_TIMEOUT_MS: '60000' });
  await Promise.all([t.server.stop(), t.server.stop()]);
});
