import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askVendor, httpUrl, judgeAnswer } from '../../src/providers/probe.js';

let server: http.Server;
let url: string;
let answer: (res: http.ServerResponse) => void;

beforeAll(async () => {
  server = http.createServer((_req, res) => answer(res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test.each([
  [200, '{}', true, null, false],
  [404, 'no page', true, null, false],
  [403, '{"error":{"code":"missing_scope"}}', true, null, false],
  [401, '{"error":{"message":"You have insufficient permissions. Missing scopes: api.model.read"}}', true, null, false],
  [401, '{"err_code":"INSUFFICIENT_PERMISSIONS"}', true, null, false],
  [401, '{"err_code":"INVALID_AUTH"}', false, 'REFUSED', true],
  [401, '', false, 'REFUSED', true],
  [429, '{}', false, 'HTTP_429', false],
  [503, '<html>', false, 'HTTP_503', false],
])('%i %s', async (status, body, ok, code, refused) => {
  answer = (res) => res.writeHead(status).end(body);
  expect(judgeAnswer(await askVendor(url, {}))).toEqual({ ok, code, refused, notice: null });
});

test('nobody there', async () => {
  expect(judgeAnswer(await askVendor('http://127.0.0.1:9/', {}))).toMatchObject({
    ok: false,
    code: 'NETWORK',
    refused: false,
  });
});

test('a body without end is not read to its end', async () => {
  answer = (res) => {
    const timer = setInterval(() => res.write('x'.repeat(20_000)), 1);
    res.on('close', () => clearInterval(timer));
  };
  expect(await askVendor(url, {})).toEqual({ status: 200, body: undefined });
});

test.each([
  ['wss://api.example.com', 'https://api.example.com'],
  ['ws://127.0.0.1:1', 'http://127.0.0.1:1'],
  ['https://api.example.com', 'https://api.example.com'],
])('%s is asked at %s', (base, expected) => {
  expect(httpUrl(base)).toBe(expected);
});
