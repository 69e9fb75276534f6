import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Exchange } from '../../../loadtest/conformance/exchange.js';
import { Tap } from '../../../loadtest/conformance/tap.js';

let peer: Server;
let sockets: WebSocketServer;
let tap: Tap;
let seen: Exchange[];

beforeEach(async () => {
  seen = [];
  peer = createServer((request, response) => {
    if (request.url === '/hang') response.write('begin');
    else
      response.writeHead(201, { 'x-own': 'yes', 'content-type': 'text/plain' }).end(`${request.method} ${request.url}`);
  });
  sockets = new WebSocketServer({
    server: peer,
    verifyClient: ({ req }: { req: { url?: string } }, done: (ok: boolean, code?: number, text?: string) => void) =>
      done(req.url !== '/refused', 429, 'too many'),
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`;
  tap = await Tap.start({ vendor: 'deepgram', opens: 'ours', target, record: (exchange) => seen.push(exchange) });
});
afterEach(() => {
  tap.close();
  sockets.close();
  peer.closeAllConnections();
  peer.close();
});

const open = (path: string): WebSocket =>
  new WebSocket(tap.url.replace('http', 'ws') + path, { headers: { 'x-a': 'b' } });
const closed = (ws: WebSocket): Promise<number> => new Promise((resolve) => ws.once('close', (code) => resolve(code)));
const briefly = () =>
  seen.map(
    (exchange) => `${exchange.direction} ${exchange.kind} ${'status' in exchange ? exchange.status : exchange.text}`,
  );

test('a request and its answer pass unchanged, and are recorded', async () => {
  const answer = await fetch(`${tap.url}/a?b=c`, { method: 'POST', body: 'words' });
  expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([201, 'yes', 'POST /a?b=c']);
  await expect.poll(() => seen.length).toBe(2);
  expect(seen).toMatchObject([
    { direction: 'sent', kind: 'request', method: 'POST', url: '/a?b=c', body: 'words' },
    { direction: 'received', kind: 'answer', status: 201, body: 'POST /a?b=c', complete: true },
  ]);
});

test('an answer that nobody waited for is recorded as far as it came', async () => {
  const abort = new AbortController();
  const answer = await fetch(`${tap.url}/hang`, { signal: abort.signal });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  abort.abort();
  await expect.poll(() => seen.length).toBe(2);
  expect(seen[1]).toMatchObject({ kind: 'answer', body: 'begin', complete: false });
});

test('a socket passes messages, headers and its close code in both directions', async () => {
  sockets.once('headers', (headers) => headers.push('dg-request-id: r'));
  sockets.once('connection', (socket, request) => {
    expect(request.headers['x-a']).toBe('b');
    socket.on('message', (data, binary) => {
      socket.send(binary ? 'heard' : data.toString());
      if (!binary) socket.close(4001, 'enough');
    });
  });
  const ws = open('/listen?key=secret');
  await new Promise((resolve) => ws.once('open', resolve));
  ws.send(new Uint8Array(3));
  ws.send('words');
  expect(await closed(ws)).toBe(4001);
  expect(briefly()).toEqual([
    'sent upgrade 0',
    'received upgrade_answer 101',
    'sent binary ',
    'sent text words',
    'received text heard',
    'received text words',
  ]);
  expect(seen[1]).toMatchObject({ headers: { 'dg-request-id': 'r' } });
  expect(seen[2]).toMatchObject({ url: '/listen', bytes: 3 });
});

test('a cut on one side is a cut on the other', async () => {
  sockets.once('connection', (socket) => socket.terminate());
  expect(await closed(open('/listen'))).toBe(1006);
});

test('a refused handshake comes through with its status and words', async () => {
  const ws = open('/refused');
  const answer = await new Promise<{ statusCode?: number }>((resolve) =>
    ws.once('unexpected-response', (_request, response) => resolve(response)),
  );
  ws.on('error', () => {});
  ws.terminate();
  expect(answer.statusCode).toBe(429);
  expect(seen[1]).toMatchObject({ kind: 'upgrade_answer', status: 429, body: 'too many' });
});
