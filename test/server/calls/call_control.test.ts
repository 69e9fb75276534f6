// Calls as they come and go: redirected while their stream is open, and drained when the server stops.

import { afterEach, expect, test } from 'vitest';
import {
  closeCode,
  handshake,
  metric,
  newCallSid,
  restCall,
  startTestServer,
  stopTestServer,
  streamUrlIn,
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

const slots = async () => metric(await t.metrics(), 'ringline_slots_in_use');
/** A call with its stream open; its worker has seen it open. */
async function streaming(fields: Record<string, string> = {}) {
  const callSid = newCallSid();
  const ws = t.connect(await t.ring(callSid, fields));
  await handshake(ws);
  const call = t.runner.last;
  expect((await call.read()).type).toBe('SOCKET_OPEN');
  return { callSid, ws, call };
}

test.each(['before', 'after'])(
  'a call that Twilio redirects to us gets its new stream when the old one ends %s it comes',
  async (when) => {
    t = await startTestServer();
    const { callSid, ws, call } = await streaming();
    const streamUrl = await t.ring(callSid, { CallStatus: 'in-progress' });
    const next = t.runner.last;
    expect(next).not.toBe(call);
    expect(await slots()).toBe(2);
    const endOld = async () => {
      ws.close(1000);
      expect(await call.read()).toMatchObject({ type: 'SOCKET_CLOSED' });
      call.end('caller_hangup');
      await until(async () => (await slots()) === 1);
    };
    if (when === 'before') await endOld();
    const newWs = t.connect(streamUrl);
    expect(await handshake(newWs)).toBe('open');
    expect((await next.read()).type).toBe('SOCKET_OPEN');
    if (when === 'after') {
      // Twilio has one stream for a call: what is still talked into the old one reaches nobody.
      expect(await call.read()).toEqual({ type: 'HANGUP', text: 'redirected' });
      await endOld();
    }
    newWs.send('{"event":"connected"}');
    expect(await next.read()).toEqual({ type: 'MESSAGE', text: '{"event":"connected"}' });
    expect(await (await fetch(`${t.base}/calls/${callSid}`)).json()).toMatchObject({ state: 'connected' });
    next.end('agent_goodbye');
    await closeCode(newWs);
    await until(async () => (await slots()) === 0);
  },
);

test('a redirected outbound call keeps its direction and its variables', async () => {
  t = await startTestServer({}, ({ method }) =>
    method === 'POST' ? { status: 201, body: restCall({}) } : { status: 200 },
  );
  const body = JSON.stringify({ to_number: '+14155552671', variables: { name: 'Ada' } });
  const dialled = await fetch(`${t.base}/outbound`, { method: 'POST', body });
  const { call_sid } = (await dialled.json()) as { call_sid: string };
  const form = { CallSid: call_sid, From: '+14155550100', To: '+14155552671', Direction: 'outbound-api' };
  const ws = t.connect(streamUrlIn(await (await t.webhook('/outbound-twiml', form)).text()));
  await handshake(ws);
  await t.webhook('/', form);
  expect(t.runner.calls.map(({ order: task }) => task)).toEqual([
    expect.objectContaining({ direction: 'outbound', variables: { name: 'Ada' } }),
    expect.objectContaining({ direction: 'outbound', variables: { name: 'Ada' }, theirNumber: '+14155552671' }),
  ]);
  for (const { end } of t.runner.calls) end('caller_hangup');
  await closeCode(ws);
  // Ended, and brought back from hold.
  await until(async () => (await slots()) === 0);
  await t.webhook('/', form);
  expect(t.runner.last.order).toMatchObject({ direction: 'outbound', variables: { name: 'Ada' } });
});

test('a new stream that never comes costs only its own slot: the call goes on where it is', async () => {
  t = await startTestServer({ CALL_START_TIMEOUT_MS: '500' });
  const { callSid, ws, call } = await streaming();
  await t.ring(callSid, { CallStatus: 'in-progress' });
  const next = t.runner.last;
  expect(await next.read()).toEqual({ type: 'HANGUP', text: 'start_timeout' });
  next.end('start_timeout');
  await until(async () => (await slots()) === 1);
  ws.send('{"event":"connected"}');
  expect(await call.read()).toEqual({ type: 'MESSAGE', text: '{"event":"connected"}' });
  expect(await (await fetch(`${t.base}/calls/${callSid}`)).json()).toMatchObject({ state: 'connected' });
  await fetch(`${t.base}/calls/${callSid}`, { method: 'DELETE' });
  expect(await call.read()).toEqual({ type: 'HANGUP', text: 'operator' });
});

test('hanging up a redirected call ends both of its streams', async () => {
  t = await startTestServer();
  const { callSid, call } = await streaming();
  await t.ring(callSid, { CallStatus: 'in-progress' });
  await fetch(`${t.base}/calls/${callSid}`, { method: 'DELETE' });
  for (const each of [call, t.runner.last]) expect(await each.read()).toEqual({ type: 'HANGUP', text: 'operator' });
});

test('a redirected call in a full house gets its own slot back', async () => {
  t = await startTestServer({ CALLS_MAX: '1' });
  const { callSid, call } = await streaming();
  const again = t.ring(callSid, { CallStatus: 'in-progress' });
  expect(await call.read()).toEqual({ type: 'HANGUP', text: 'redirected' });
  call.end('redirected');
  const newWs = t.connect(await again);
  expect(await handshake(newWs)).toBe('open');
  expect(t.runner.calls).toHaveLength(2);
});
