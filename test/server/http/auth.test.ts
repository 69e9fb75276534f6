// Who may use the endpoints that are not Twilio's, over real HTTP: Host and forwarding headers as a proxy on this machine,
// a rebound name or a web page would send them.

import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newCallSid, restCall, startTestServer, stopTestServer, type TestServer } from '../harness.js';

let t: TestServer;
beforeAll(async () => {
  t = await startTestServer({}, () => ({ status: 201, body: restCall({}) }));
});
afterAll(() => stopTestServer(t));

/** Status of a request whose Host header is ours to choose, which fetch does not allow. */
function ask(method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(t.base + path, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end(method === 'POST' ? '{"to_number":"+14155552671"}' : undefined);
  });
}

const COMPANY: [string, string][] = [
  ...[['POST', '/outbound'] as [string, string], ['GET', `/call-status/${newCallSid()}`] as [string, string]],
  ...[['GET', '/calls'] as [string, string], ['GET', `/calls/${newCallSid()}`] as [string, string]],
  ...[['DELETE', `/calls/${newCallSid()}`] as [string, string], ['GET', '/recordings'] as [string, string]],
  ['GET', '/recordings/x.wav'],
];
const STRANGERS: [string, Record<string, string>][] = [
  ['a local proxy that passes the outside name on', { host: 'voice.example.com' }],
  ['a local proxy with a header of its own', { host: 'localhost', 'x-forwarded-proto': 'https' }],
  ['a tunnel', { host: 'localhost:8765', 'x-forwarded-for': '203.0.113.9' }],
  ['a name that was made to resolve to us', { host: 'evil.example:8765' }],
  ['a web page', { origin: 'https://evil.example' }],
];
test.each(STRANGERS)('without API keys nothing of the company is open to %s', async (_, headers) => {
  for (const [method, path] of COMPANY) expect([path, await ask(method, path, headers)]).toEqual([path, 403]);
  expect(t.vendors.dials()).toHaveLength(0);
});

test('a client of this machine may ask', async () => {
  for (const host of ['localhost', 'localhost:8765', '127.0.0.1:9', '[::1]:8765', 'LOCALHOST']) {
    expect([host, await ask('GET', '/calls', { host })]).toEqual([host, 200]);
  }
});

describe('with API keys', () => {
  const KEY = 'a-dialler-key-of-the-crm';
  let k: TestServer;
  beforeAll(async () => {
    k = await startTestServer({ API_KEYS: `crm:dialler:${KEY},prom:read:the-key-of-prometheus` }, () => ({
      status: 201,
      body: restCall({}),
    }));
  });
  afterAll(() => stopTestServer(k));

  test('being on this machine opens nothing any more', async () => {
    for (const path of ['/calls', '/metrics', '/recordings']) {
      expect([path, (await fetch(k.base + path)).status]).toEqual([path, 401]);
    }
    expect(Object.keys((await (await fetch(`${k.base}/health`)).json()) as object).sort()).toEqual([
      'services',
      'status',
      'timestamp',
    ]);
    expect((await fetch(`${k.base}/ready`)).status).toBe(200);
  });

  test.each([
    [`Bearer ${KEY}`, 200],
    [`bearer  ${KEY}`, 200],
    [`Basic ${KEY}`, 401],
    [KEY, 401],
    ['Bearer', 401],
    [`Bearer ${KEY} more`, 401],
    [`Bearer ${KEY}, Bearer x`, 401],
  ])('Authorization "%s" is answered with %i', async (authorization, status) => {
    const response = await fetch(`${k.base}/calls`, { headers: { authorization } });
    expect(response.status).toBe(status);
    const challenge = response.headers.get('www-authenticate');
    if (status === 200) expect(challenge).toBeNull();
    else expect(challenge).toBe('Bearer realm="ringline", error="invalid_token"');
  });

  test('where it comes from and what page asks does not matter', async () => {
    const headers = { authorization: `Bearer ${KEY}`, 'x-forwarded-for': '203.0.113.9', origin: 'https://x.example' };
    expect((await fetch(`${k.base}/calls`, { headers })).status).toBe(200);
  });

  test('whoever has a key may be called back at the name it used', async () => {
    const dial = await fetch(`${k.base}/outbound`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEY}`,
        'x-forwarded-host': 'voice.example.com',
        'x-forwarded-proto': 'https',
      },
      body: '{"to_number":"+14155552671"}',
    });
    expect([dial.status, await dial.json()]).toEqual([
      200,
      expect.objectContaining({ webhook_url: 'https://voice.example.com/outbound-twiml' }),
    ]);
  });

  test('a read key shows the inside of /health and /metrics', async () => {
    const headers = { authorization: 'Bearer the-key-of-prometheus' };
    expect((await fetch(`${k.base}/metrics`, { headers })).status).toBe(200);
    expect(await (await fetch(`${k.base}/health`, { headers })).json()).toHaveProperty('problems');
  });

  test('one client’s Idempotency-Key is not the other’s', async () => {
    const post = (key: string) =>
      fetch(`${k.base}/outbound`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': 'order-1' },
        body: '{"to_number":"+14155552672"}',
      });
    const before = k.vendors.dials().length;
    expect((await post(KEY)).status).toBe(200);
    expect((await post('the-key-of-prometheus')).status).toBe(403);
    expect((await post(KEY)).status).toBe(200);
    expect(k.vendors.dials().length - before).toBe(1);
  });

  test('no key is in a log line, an answer or a metric', async () => {
    await fetch(`${k.base}/calls`, { headers: { authorization: 'Bearer a-wrong-key-of-somebody' } });
    expect(k.text()).not.toMatch(/a-dialler-key|a-wrong-key|key-of-prometheus/);
  });
});

test.each([
  ['127.0.0.1', '127.0.0.1', {}, 200],
  ['10.0.0.0/8', '127.0.0.1', {}, 401],
  ['127.0.0.1', '127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, 401],
])('METRICS_ALLOW=%s opens /metrics to %s with %j: %i', async (allow, _, headers, status) => {
  const m = await startTestServer({ API_KEYS: 'x:read:some-key-of-somebody', METRICS_ALLOW: allow });
  expect((await fetch(`${m.base}/metrics`, { headers: headers as Record<string, string> })).status).toBe(status);
  expect((await fetch(`${m.base}/calls`, { headers: headers as Record<string, string> })).status).toBe(401);
  await stopTestServer(m);
});
