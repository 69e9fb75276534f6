// Calls as they come and go: redirected while their stream is open, and drained when the server stops.

import { afterEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { CallNews } from '../../../src/call/call_events.js';
import { EngineError } from '../../../src/errors.js';
import { EGRESS } from '../../../src/threads/record_types.js';
import { snapshotWith } from '../../worker/call_parts.js';
import {
  closeCode,
  type FakeCall,
  handshake,
  metric,
  newCallSid,
  nextMessage,
  restCall,
  startTestServer,
  stopTestServer,
  streamUrlIn,
  summaryOf,
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

describe('a worker that dies', () => {
  const died = (call: FakeCall) => call.fail(new EngineError('WORKER_DIED', { cause: new Error('exit 1') }));
  /** Resolves with the call as its next worker has it. */
  async function moved(call: FakeCall): Promise<FakeCall> {
    const { length } = t.runner.calls;
    died(call);
    await until(() => t.runner.calls.length > length);
    return t.runner.last;
  }
  const tell = (call: FakeCall, seq: number, news: CallNews): void => {
    const { callSid, slot } = call.order;
    t.runner.tell({ topic: 'call', payload: { callSid, slot, seq, atMs: 0, ...news } });
  };

  test('costs its calls nothing: another one goes on with them, over the same socket', async () => {
    t = await startTestServer();
    const { ws, call, callSid } = await streaming();
    const other = await streaming();
    tell(call, 7, { kind: 'snapshot', snapshot: snapshotWith({ callSid, seq: 7, turnCount: 3 }) });
    // Written before it died, and not sent yet.
    const last = nextMessage(ws);
    call.rings.egress.tryWriteText(EGRESS.MESSAGE, 'last words');
    ws.send('{"event":"before"}');
    const next = await moved(call);
    expect(await last).toBe('last words');
    expect(next.order).toMatchObject({
      ...{ callSid, slot: call.order.slot, acceptedAt: call.order.acceptedAt, agentId: call.order.agentId },
      resume: { turnCount: 3 },
      takeOver: { count: 1, lastSeq: 7 },
    });
    ws.send('{"event":"after"}');
    expect(await next.read()).toEqual({ type: 'MESSAGE', text: '{"event":"before"}' });
    expect(await next.read()).toEqual({ type: 'MESSAGE', text: '{"event":"after"}' });
    expect([ws.readyState, other.ws.readyState]).toEqual([ws.OPEN, ws.OPEN]);
    const exposition = await t.metrics();
    expect(metric(exposition, 'ringline_calls_moved_total')).toBe(1);
    expect(metric(exposition, 'ringline_slots_in_use')).toBe(2);
    expect(t.lines.find(({ msg }) => msg.startsWith('worker died'))).toMatchObject({ reason: 'exit 1', count: 1 });
    const heard = nextMessage(ws);
    next.send('the next one');
    expect(await heard).toBe('the next one');
    next.end('agent_goodbye');
    expect(await closeCode(ws)).toBe(1000);
  });

  test('three times in a minute: the call is the reason, it ends, and Twilio’s voice apologises', async () => {
    t = await startTestServer();
    const { ws, call, callSid } = await streaming();
    const third = await moved(await moved(call));
    const gone = closeCode(ws);
    died(third);
    expect(await gone).toBe(1000);
    expect(metric(await t.metrics(), 'ringline_calls_total{direction="inbound",reason="worker_died"}')).toBe(1);
    expect(await slots()).toBe(0);
    expect(await (await t.webhook('/twilio/connect-action', { CallSid: callSid, ...FORM })).text()).toContain('<Say>');
  });

  test('before the stream has begun: the next one hears of the socket', async () => {
    t = await startTestServer();
    const callSid = newCallSid();
    const streamUrl = await t.ring(callSid);
    const next = await moved(t.runner.last);
    expect(next.order).toMatchObject({ resume: null, takeOver: { count: 1 } });
    const ws = t.connect(streamUrl);
    await handshake(ws);
    expect((await next.read()).type).toBe('SOCKET_OPEN');
  });

  test.each([
    ['an operator', (callSid: string) => fetch(`${t.base}/calls/${callSid}`, { method: 'DELETE' }), 'HANGUP'],
    ['its caller', (_: string, ws: WebSocket) => ws.close(), 'SOCKET_CLOSED'],
  ])('after %s had ended the call: the next one is told', async (_, end, type) => {
    t = await startTestServer();
    const { ws, call, callSid } = await streaming();
    await end(callSid, ws);
    expect((await call.read()).type).toBe(type);
    const next = await moved(call);
    expect((await next.read()).type).toBe(type);
    next.end('operator');
    await until(async () => (await slots()) === 0);
  });

  test('after the call’s end: what it told last counts', async () => {
    t = await startTestServer();
    const { call, callSid } = await streaming();
    const summary = summaryOf(call.order, 'agent_goodbye');
    tell(call, 9, { kind: 'ended', reason: 'agent_goodbye', summary });
    died(call);
    await until(async () => (await slots()) === 0);
    expect(t.runner.calls).toHaveLength(1);
    expect(await (await fetch(`${t.base}/calls/${callSid}`)).json()).toMatchObject({ end_reason: 'agent_goodbye' });
  });
});
