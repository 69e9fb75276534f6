import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metric, startTestServer, stopTestServer, type TestServer } from '../harness.js';

let t: TestServer;
beforeAll(async () => {
  t = await startTestServer({ CORS_ORIGINS: 'https://app.example.com' });
});
afterAll(() => stopTestServer(t));

const get = (path: string, init?: RequestInit) => fetch(t.base + path, init);

test.each([
  ['GET', '/nowhere', 404],
  ['POST', '/calls/', 404],
  ['GET', '/', 405],
  ['PUT', '/outbound', 405],
  ['POST', '/health', 405],
  ['GET', '/call-status/%E0%A4%A', 400],
])('%s %s is %i, in JSON', async (method, path, status) => {
  const response = await get(path, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toHaveProperty('detail');
});

test('405 names what is allowed, and HEAD is a GET without a body', async () => {
  expect((await get('/calls/x', { method: 'POST' })).headers.get('allow')).toBe('GET, DELETE');
  const head = await get('/ready', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('requests are counted by route, never by what strangers type', async () => {
  await get('/calls/one');
  await get('/calls/two');
  await get('/who/knows/what');
  const text = await t.metrics();
  expect(
    metric(text, 'ringline_http_requests_total{route="/calls/:call_sid",method="GET",status="422"}'),
  ).toBeGreaterThanOrEqual(2);
  expect(text).not.toContain('knows');
});

test('/metrics speaks the Prometheus text format, with shared and own metrics', async () => {
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  for (const name of ['ringline_first_audio_seconds_bucket', 'ringline_calls_live 0', 'process_cpu_seconds_total']) {
    expect(text).toContain(name);
  }
});

test('which engine serves is said by /health and by a gauge', async () => {
  const { http_engine } = (await (await get('/health')).json()) as { http_engine: string };
  const wanted = process.env['RINGLINE_TEST_ENGINE'];
  expect(http_engine).toBe(wanted ?? expect.stringMatching(/^(uws|node)$/));
  expect(metric(await t.metrics(), `ringline_http_engine{engine="${http_engine}"}`)).toBe(1);
});

test('a browser at / gets a page, a program what it got before', async () => {
  const page = await get('/', { headers: { accept: 'text/html' } });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect((await get('/', { headers: { accept: '*/*' } })).status).toBe(405);
});

test('a malformed Host is refused before anything is built from it', async () => {
  const status = await new Promise((resolve, reject) => {
    const request = http.request(
      `${t.base}/outbound`,
      { method: 'POST', headers: { host: 'a"><Hangup/>' } },
      (response) => resolve(response.statusCode),
    );
    request.on('error', reject).end('{"to_number":"+14155552671"}');
  });
  expect(status).toBe(403);
  expect(t.vendors.dials()).toHaveLength(0);
});

test('a huge body is cut off, whether its length is announced or not', async () => {
  const answer = (head: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = net.connect(t.server.port, '127.0.0.1');
      socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`);
      const feed = setInterval(() => socket.write(`${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}\r\n`), 1);
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearInterval(feed);
        resolve(text);
      });
    });
  expect(await answer('Transfer-Encoding: chunked').catch(String)).toMatch(/413|ECONNRESET|EPIPE/);
  expect(await answer('Content-Length: 100000000').catch(String)).toMatch(/413|ECONNRESET|EPIPE/);
  expect((await get('/ready')).status).toBe(200);
});

test('CORS answers only the origins that are named', async () => {
  const named = await get('/health', { headers: { origin: 'https://app.example.com' } });
  expect(named.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  const other = await get('/health', { headers: { origin: 'https://evil.example' } });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
  const preflight = await get('/outbound', { method: 'OPTIONS', headers: { origin: 'https://app.example.com' } });
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
    204,
    expect.stringContaining('idempotency-key'),
  ]);
});
