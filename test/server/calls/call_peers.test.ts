// Two servers that share a store, and Twilio's requests going to one or the other. On a real Redis, with real workers and
// processes that die, it is test/integration/instances.test.ts.

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
