// Requests of tools against real servers on this machine, which only an agent that says so may reach.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpRequest, ToolHttpClient } from '../../src/tools/http_client.js';

let client: ToolHttpClient;
const servers: Server[] = [];
const NEVER = new AbortController().signal;

beforeEach(() => {
  client = new ToolHttpClient();
});
afterEach(async () => {
  await client.close();
  await client.close();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  headers: {},
  body: null,
  mayBePrivate: true,
  ...more,
});

test('method, headers and body arrive, status and text come back', async () => {
  const seen: unknown[] = [];
  const url = await serve((req, res) => {
    let body = '';
    req.on('data', (part) => {
      body += String(part);
    });
    req.on('end', () => {
      seen.push([req.method, req.url, req.headers['x-key'], body]);
      res.writeHead(201, { 'content-type': 'application/json' }).end('{"ok":true}');
    });
  });
  const request = get(`${url}/a?b=1`, { method: 'POST', headers: { 'x-key': 'k' }, body: '{"n":1}' });
  expect(await client.send(request, NEVER)).toEqual({
    status: 201,
    contentType: 'application/json',
    text: '{"ok":true}',
  });
  expect(seen).toEqual([['POST', '/a?b=1', 'k', '{"n":1}']]);
});

describe('an agent that may not reach its own network', () => {
  test.each([
    'http://127.0.0.1:1/',
    'http://[::1]:1/',
    'http://[::ffff:127.0.0.1]:1/',
    'http://2130706433:1/', // 127.0.0.1 as one number
    'http://0x7f.1:1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost:1/', // by name
    'ftp://example.com/',
    'http://user:pass@example.com/',
    'file:///etc/passwd',
    'nonsense',
  ])('%s is refused, nothing is sent', async (url) => {
    await expect(client.send(get(url, { mayBePrivate: false }), NEVER)).rejects.toMatchObject({ problem: 'refused' });
  });
});

describe('redirects', () => {
  test('of GET are followed, secrets stay with the server they are for', async () => {
    const seen: unknown[] = [];
    const second = await serve((req, res) => {
      seen.push([req.headers.authorization, req.headers['x-api-key'], req.headers.accept]);
      res.end('there');
    });
    const first = await serve((_req, res) => void res.writeHead(302, { location: `${second}/next` }).end());
    const headers = { authorization: 'Bearer s', 'x-api-key': 'k', accept: 'text/plain' };
    expect((await client.send(get(first, { headers }), NEVER)).text).toBe('there');
    expect(seen).toEqual([[undefined, undefined, 'text/plain']]);
  });

  test('without end are given up', async () => {
    const url = await serve((_req, res) => void res.writeHead(302, { location: '/again' }).end());
    await expect(client.send(get(url), NEVER)).rejects.toThrow('too many redirects');
  });

  test('of POST are an answer', async () => {
    const url = await serve((_req, res) => void res.writeHead(303, { location: '/elsewhere' }).end());
    expect((await client.send(get(url, { method: 'POST', body: '{}' }), NEVER)).status).toBe(303);
  });

  test('to an address that is not http are refused', async () => {
    const url = await serve((_req, res) => void res.writeHead(302, { location: 'file:///etc/passwd' }).end());
    await expect(client.send(get(url), NEVER)).rejects.toMatchObject({ problem: 'refused' });
  });
});

test('an answer without end is read up to a limit', async () => {
  const url = await serve((_req, res) => {
    const write = (): void => {
      while (!res.destroyed && res.write('x'.repeat(65_536)));
    };
    res.on('drain', write);
    write();
  });
  expect((await client.send(get(url), NEVER)).text).toHaveLength(256 * 1024);
});

test('a server that does not answer is left when the signal says so', async () => {
  const url = await serve(() => {});
  await expect(client.send(get(url), AbortSignal.timeout(50))).rejects.toThrow();
});
