import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { DeepgramTransport } from '../../../src/providers/deepgram/deepgram_transport.js';

let server: http.Server;
let sockets: WebSocketServer;
let url: string;
let connections: Socket[];
let transport: DeepgramTransport;
/** What the transport told, in order. */
let told: string[];

beforeEach(async () => {
  server = http.createServer().listen(0, '127.0.0.1');
  sockets = new WebSocketServer({ server });
  connections = [];
  server.on('connection', (connection) => connections.push(connection));
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  told = [];
});
afterEach(async () => {
  transport.terminate();
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  for (const connection of connections) connection.destroy();
  server.close();
  await once(server, 'close');
});

function connect(address = url, handshakeTimeoutMs = 2000): void {
  transport = new DeepgramTransport(address, { authorization: 'Token k' }, { handshakeTimeoutMs, agent: undefined });
  // What an earlier test's transport says late is none of this one's.
  const words = told;
  transport.onOpen(() => words.push('open'));
  transport.onMessage((message) => words.push(typeof message === 'string' ? message : 'binary'));
  transport.onError(() => words.push('error'));
  transport.onClose(({ code, reason }) => words.push(`close ${code} ${reason}`));
}
async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('opens without compression, with our key; text comes as text, binary as binary', async () => {
  connect();
  const [socket, request] = (await once(sockets, 'connection')) as [WebSocket, http.IncomingMessage];
  expect(request.headers.authorization).toBe('Token k');
  expect(request.headers['sec-websocket-extensions']).toBeUndefined();
  socket.send('{"type":"Metadata"}');
  socket.send(Buffer.from([1]));
  await until(() => told.length === 3);
  expect([told, transport.isOpen()]).toEqual([['open', '{"type":"Metadata"}', 'binary'], true]);
  transport.send(new Uint8Array([1, 2]));
  expect((await once(socket, 'message'))[1]).toBe(true);
});

test('a refused handshake tells its status and the vendor’s reason, once', async () => {
  server.removeAllListeners('upgrade');
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 402 Payment Required\r\ndg-error: ASR_PAYMENT_REQUIRED\r\ncontent-length: 0\r\n\r\n');
  });
  connect();
  await until(() => told.length > 0);
  expect([told, transport.refusal]).toEqual([['error'], { status: 402, reason: 'ASR_PAYMENT_REQUIRED' }]);
});

test.each([
  ['nobody listens', () => 'ws://127.0.0.1:9', /ECONNREFUSED/],
  ['a handshake without an answer', () => url, /timed out/],
])('%s: one error, with its cause', async (_name, address, cause) => {
  if (address() === url) {
    server.removeAllListeners('upgrade');
    server.on('upgrade', () => {});
  }
  connect(address(), 100);
  await until(() => told.length > 0);
  expect(told).toEqual(['error']);
  expect(String(transport.failure)).toMatch(cause);
  expect(transport.refusal).toBeNull();
});

test('the close of the vendor comes with its code and reason', async () => {
  connect();
  const [socket] = (await once(sockets, 'connection')) as [WebSocket];
  socket.close(1011, 'NET-0001 no audio');
  await until(() => told.length === 2);
  expect(told).toEqual(['open', 'close 1011 NET-0001 no audio']);
});

test('closing is safe at any time, twice, and with a reason of any length', async () => {
  connect();
  transport.close();
  transport.close(1000, 'x'.repeat(500));
  connect();
  await until(() => transport.isOpen());
  transport.close(1000, 'x'.repeat(500));
  transport.close();
  expect(transport.isOpen()).toBe(false);
});
