// Two servers that share a store, and Twilio's requests going to one or the other. On a real Redis, with real workers and
// processes that die, it is integration/instances.test.ts.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.js';
import {
  closeCode,
  handshake,
  type JsonBody,
  metric,
  newCallSid,
  restCall,
  sharedMemory,
  sign,
  startTestServer,
  stopTestServer,
  type TestServer,
  until,
} from '../harness.js';

let store: Store;
let a: TestServer;
let b: TestServer;
const ENV = { PUBLIC_URL: 'http://voice.example.com', CALLS_MAX: '3', CALLS_INBOUND_PERCENT: '0' };
beforeEach(async () => {
  store = sharedMemory();
  const start = (name: string) => startTestServer({ ...ENV, INSTANCE_NAME: name }, undefined, store);
  [a, b] = [await start('a'), await start('b')];
});
afterEach(async () => {
  await Promise.all([stopTestServer(a), stopTestServer(b)]);
});

/** A webhook at the address that both have in public. */
async function webhook(at: TestServer, path: string, fields: Record<string, string>): Promise<string> {
  const signature = sign(`http://voice.example.com${path}`, Object.entries(fields));
  return (await at.webhook(path, fields, signature)).text();
}
async function ring(at: TestServer, callSid: string): Promise<string> {
  const fields = { CallSid: callSid, From: '+14155552671', To: '+14155550100', Direction: 'inbound' };
  return tokenIn(await webhook(at, '/', fields));
}
function tokenIn(twiml: string): string {
  return /<Stream url="ws:\/\/voice\.example\.com(\/ws\/[\w-]+)"/.exec(twiml)?.[1] ?? twiml;
}
/** The balancer sends the media socket to `at`. */
function connect(at: TestServer, path: string) {
  return at.connect(at.base.replace('http', 'ws') + path, sign(`wss://voice.example.com${path}`));
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the media socket that one instance announced may come to another: the call is held there, once', async () => {
  const callSid = newCallSid();
  const path = await ring(a, callSid);
  await settled();
  const warm = a.runner.last;
  const ws = connect(b, path);
  expect(await handshake(ws)).toBe('open');
  const { order } = b.runner.last;
  expect(order).toMatchObject({
    callSid,
    direction: 'inbound',
    theirNumber: '+14155552671',
    ourNumber: '+14155550100',
  });
  expect(await b.runner.last.read()).toEqual({ type: 'SOCKET_OPEN', text: '' });
  // What was made ready on the first instance ends, and nobody is apologised to for it.
  expect(await warm.read()).toEqual({ type: 'HANGUP', text: 'moved' });
  warm.end('moved');
  await until(async () => metric(await a.metrics(), 'ringline_calls_total{direction="inbound",reason="moved"}') === 1);
  expect(metric(await a.metrics(), 'ringline_slots_in_use')).toBe(0);
  expect(metric(await b.metrics(), 'ringline_slots_in_use')).toBe(1);
  // The ticket is used up everywhere.
  expect([await handshake(connect(a, path)), await handshake(connect(b, path))]).toEqual([403, 403]);
  b.runner.last.end('agent_goodbye');
  expect(await closeCode(ws)).toBe(1000);
});

test('who cannot sign gets in nowhere, and takes nothing away', async () => {
  const path = await ring(a, newCallSid());
  await settled();
  expect(await handshake(b.connect(b.base.replace('http', 'ws') + path, sign('wss://elsewhere')))).toBe(403);
  expect(b.runner.calls).toHaveLength(0);
  const ws = connect(a, path);
  expect(await handshake(ws)).toBe('open');
  a.runner.last.end('agent_goodbye');
});

test('of two sockets with one ticket, each on its own instance at the same moment, one stays', async () => {
  const callSid = newCallSid();
  const path = await ring(a, callSid);
  await settled();
  // The other one was a moment faster, and its news are still on the way.
  await store.put(`ticket:${path.slice('/ws/'.length)}`, 'c', 60_000);
  const ws = connect(b, path);
  expect(await handshake(ws)).toBe('open');
  const { last } = b.runner;
  let next = await last.read();
  while (next.type !== 'HANGUP') next = await last.read();
  expect(next.text).toBe('moved');
  last.end('moved');
  await closeCode(ws);
  expect(metric(await b.metrics(), 'ringline_slots_in_use')).toBe(0);
});

test('an instance that is full does not take what another announced; it stays where it is', async () => {
  for (let i = 0; i < 3; i++) await ring(b, newCallSid());
  const path = await ring(a, newCallSid());
  await settled();
  expect(await handshake(connect(b, path))).toBe(503);
  const ws = connect(a, path);
  expect(await handshake(ws)).toBe('open');
});

test('a dialled call that is answered on another instance has its variables, and the dialling one its slot back', async () => {
  const sid = newCallSid();
  a.vendors.answer = () => ({ status: 201, body: restCall({ sid }) });
  const dialled = await fetch(`${a.base}/outbound`, {
    method: 'POST',
    body: JSON.stringify({ to_number: '+14155552671', variables: { dish: 'soup' } }),
  });
  expect(dialled.status).toBe(200);
  expect(metric(await a.metrics(), 'ringline_slots_in_use')).toBe(1);
  const fields = { CallSid: sid, From: '+14155550100', To: '+14155552671', Direction: 'outbound-api' };
  const path = tokenIn(await webhook(b, '/outbound-twiml', fields));
  expect(b.runner.last.order.variables).toEqual({ dish: 'soup' });
  expect(await handshake(connect(b, path))).toBe('open');
  await until(async () => metric(await a.metrics(), 'ringline_slots_in_use') === 0);
  b.runner.last.end('agent_goodbye');
});

test('an idempotency key counts on every instance: nobody is rung twice', async () => {
  const sid = newCallSid();
  a.vendors.answer = () => ({ status: 201, body: restCall({ sid }) });
  const post = async (at: TestServer) => {
    const response = await fetch(`${at.base}/outbound`, {
      method: 'POST',
      headers: { 'idempotency-key': 'order-17' },
      body: JSON.stringify({ to_number: '+14155552671' }),
    });
    return (await response.json()) as JsonBody;
  };
  const first = await post(a);
  expect(first.call_sid).toBe(sid);
  expect(await post(b)).toEqual(first);
  expect([a.vendors.dials().length, b.vendors.dials().length]).toEqual([1, 0]);
});

test('an instance alone tells and remembers nothing for others', async () => {
  await stopTestServer(b);
  b = await startTestServer({ INSTANCE_NAME: 'alone' });
  await b.ring(newCallSid());
  expect(b.store.isShared).toBe(false);
  expect(await b.store.members('instances')).toEqual([]);
});

test('an operator sees and ends the calls of all instances from any of them', async () => {
  const [mine, theirs] = [newCallSid(), newCallSid()];
  await handshake(connect(a, await ring(a, mine)));
  await handshake(connect(b, await ring(b, theirs)));
  a.vendors.answer = () => ({ status: 404, body: {} });
  const get = async (path: string) => (await (await fetch(a.base + path)).json()) as JsonBody;
  const { calls, count } = await get('/calls');
  expect(count).toBe(2);
  const instanceOf = new Map(calls.map((row: JsonBody) => [row.call_sid, row.instance]));
  expect(instanceOf.get(mine)).toMatch(/^a-/);
  expect(instanceOf.get(theirs)).toMatch(/^b-/);
  expect(await get(`/calls/${theirs}`)).toMatchObject({ call_sid: theirs, state: 'connected' });
  expect(await get(`/call-status/${theirs}`)).toMatchObject({ call_sid: theirs, status: 'in-progress' });

  const remove = (sid: string) => fetch(`${a.base}/calls/${sid}`, { method: 'DELETE' });
  expect((await remove(theirs)).status).toBe(202);
  const { last } = b.runner;
  while ((await last.read()).type !== 'HANGUP');
  last.end('operator');
  await until(async () => (await remove(theirs)).status === 409);
  expect((await remove(newCallSid())).status).toBe(404);
});

test('of a call whose instance is gone it is said so', async () => {
  const callSid = newCallSid();
  await store.put(`call:${callSid}`, JSON.stringify({ callSid, instance: 'gone-1', isOver: false }), 60_000);
  const answer = await fetch(`${a.base}/calls/${callSid}`, { method: 'DELETE' });
  expect([answer.status, ((await answer.json()) as JsonBody).detail]).toEqual([
    504,
    `the instance gone-1, which holds call ${callSid}, is gone`,
  ]);
});

test("Twilio's news of a call reach the instance that holds it, and what it owes its caller is said by any", async () => {
  const callSid = newCallSid();
  await handshake(connect(a, await ring(a, callSid)));
  const fields = { CallSid: callSid, From: '+14155552671', To: '+14155550100', Direction: 'inbound' };
  await webhook(b, '/twilio/status', { ...fields, CallStatus: 'in-progress', SequenceNumber: '1' });
  await until(() => a.lines.some(({ msg, status }) => msg === 'call status' && status === 'in-progress'));
  a.runner.last.end('error', true);
  const twiml = await webhook(b, '/twilio/connect-action', { ...fields, CallStatus: 'in-progress' });
  expect(twiml).toContain('<Say');
  expect(twiml).toContain('<Hangup/>');
  expect(twiml).not.toContain('<Stream');
  expect(b.runner.calls).toHaveLength(0);
});

test('a call whose instance died goes on where Twilio asks, from its snapshot', async () => {
  const callSid = newCallSid();
  const numbers = { direction: 'inbound', ourNumber: '+14155550100', theirNumber: '+14155552671' };
  const left = { callSid, ...numbers, agentId: 'x', turnCount: 2, history: [{ role: 'user', content: 'Soup.' }] };
  await store.put(`snapshot:${callSid}`, JSON.stringify({ ...left, stream: { streamSid: 'MZ1' } }), 60_000);
  const record = { callSid, direction: 'inbound', instance: 'gone-1', isOver: false, variables: { dish: 'soup' } };
  await store.put(`call:${callSid}`, JSON.stringify(record), 60_000);
  const fields = { CallSid: callSid, From: '+14155552671', To: '+14155550100', Direction: 'inbound' };
  const twiml = await webhook(b, '/twilio/connect-action', { ...fields, CallStatus: 'in-progress' });
  expect(b.runner.last.order).toMatchObject({
    callSid,
    resume: { ...left, stream: null },
    variables: { dish: 'soup' },
  });
  // The media socket of this stream, too, may come anywhere.
  await settled();
  expect(await handshake(connect(a, tokenIn(twiml)))).toBe('open');
  expect(a.runner.last.order.resume).toMatchObject({ turnCount: 2 });
});
