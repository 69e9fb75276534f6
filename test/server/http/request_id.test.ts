import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRequestId, requestIdOf, withRequestId } from '../../../src/server/http/request_id.js';
import { newCallSid, startTestServer, stopTestServer, type TestServer } from '../harness.js';

let t: TestServer;
beforeAll(async () => {
  t = await startTestServer();
});
afterAll(() => stopTestServer(t));

test.each([
  ['9c1b2f4e-6c8b-4b1e-9a44-1d3f5a7b9c0d', true],
  ['Root=1-67891233-abcdef012345678912345678', true],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  ['x'.repeat(128), true],
  ['', false],
  ['x'.repeat(129), false],
  ['two words', false],
  ['a, b', false],
  ['"quoted"', false],
  ['-dash first', false],
  ['caf\u00e9', false],
])('the id "%s" of a client is taken: %s', (given, isTaken) => {
  const id = requestIdOf(() => given);
  if (isTaken) expect(id).toBe(given);
  else expect(id).toMatch(/^[0-9a-f]{30}$/);
});

test('an id of ours is never made twice', () => {
  expect(new Set(Array.from({ length: 1000 }, newRequestId)).size).toBe(1000);
});

test('only refusals get a field', () => {
  const refusal = { status: 404, headers: {}, body: '{"detail":"no \\"such\\" call"}' };
  expect(JSON.parse(String(withRequestId(refusal, 'a').body))).toEqual({ detail: 'no "such" call', request_id: 'a' });
  for (const other of [
    { status: 200, headers: {}, body: '{"detail":"fine"}' },
    { status: 503, headers: {}, body: '{"status":"unhealthy"}' },
    { status: 404, headers: {}, body: Buffer.from('{"detail":1}') },
  ]) {
    expect(withRequestId(other, 'a')).toBe(other);
  }
});

test.each([
  ['GET', '/ready', 200],
  ['GET', '/metrics', 200],
  ['GET', '/', 405],
  ['GET', '/nowhere', 404],
  ['OPTIONS', '/outbound', 204],
  ['PUT', '/outbound', 405],
  ['POST', '/outbound', 400],
  ['POST', '/', 403],
  ['GET', '/ws/stale', 426],
])('%s %s carries the id of its request', async (method, path, status) => {
  const own = await fetch(t.base + path, { method, headers: { 'x-request-id': 'trace-7:a' } });
  expect([own.status, own.headers.get('x-request-id')]).toEqual([status, 'trace-7:a']);
  if (status >= 400) expect(await own.json()).toMatchObject({ request_id: 'trace-7:a' });
  const made = await fetch(t.base + path, { method });
  expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f]{30}$/);
});

test('what is written about a request carries its id, and two requests under one Idempotency-Key have one each', async () => {
  t.vendors.answer = () => ({ status: 400, body: { code: 21211, message: 'no', status: 400 } });
  const dial = async (id: string) => {
    const headers = { 'x-request-id': id, 'idempotency-key': 'k' };
    const response = await fetch(`${t.base}/outbound`, {
      method: 'POST',
      headers,
      body: '{"to_number":"+14155552671"}',
    });
    return ((await response.json()) as { request_id: string }).request_id;
  };
  expect([await dial('dial-1'), await dial('dial-2')]).toEqual(['dial-1', 'dial-2']);
  expect(t.lines).toContainEqual(expect.objectContaining({ msg: 'Outbound call refused', request_id: 'dial-1' }));
  await t.webhook('/twilio/status', { CallSid: newCallSid() }, 'A'.repeat(27).concat('='));
  expect(t.lines).toContainEqual(
    expect.objectContaining({ msg: 'webhook refused: signature', request_id: expect.stringMatching(/./) }),
  );
});

test('a refused media socket and a request that is no HTTP are answered with an id too', async () => {
  const say = async (text: string): Promise<string> => {
    const socket = net.connect(t.server.port, '127.0.0.1').end(text);
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    await once(socket, 'close');
    return answer;
  };
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const refused = await say(`GET /ws/stale HTTP/1.1\r\nHost: a\r\nX-Request-Id: socket-1\r\n${upgrade}${key}\r\n`);
  expect(refused).toMatch(/^HTTP\/1\.1 403 [\s\S]*x-request-id: socket-1\r\n[\s\S]*"request_id":"socket-1"/i);
  const malformed = await say('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n');
  expect(malformed).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-request-id: [0-9a-f]{30}\r\n/i);
});
