// Who may use the endpoints that are not Twilio's, over real HTTP: Host and forwarding headers as a proxy on this machine,
// a rebound name or a web page would send them.

import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
