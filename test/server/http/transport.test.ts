// One behaviour, two engines: vitest.config.ts runs this file once on each that loads here.

import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type HttpEngineChoice, openTransport } from '../../../src/server/http/open_transport.js';
import {
  framingProblem,
  type Handshake,
  type HttpExchange,
  type HttpTransport,
  type ServerSocket,
} from '../../../src/server/http/transport.js';
import { closeCode, handshake, until } from '../harness.js';

const engine = (process.env['RINGLINE_TEST_ENGINE'] ?? 'auto') as HttpEngineChoice;
const LIMITS = { messageBytesMax: 65_536, bufferedBytesMax: 200_000, idleTimeoutS: 0 };
const TEXT = { 'content-type': 'text/plain' };
let transport: HttpTransport;

afterEach(() => transport.close());

interface Serving {
  port: number;
  /** `METHOD target` of each request that was let through. */
  seen: string[];
  refused: number[];
}

async function serve(
  request: (exchange: HttpExchange) => void,
  onHandshake: (client: Handshake) => void = (client) => client.answer(403, TEXT, 'no'),
  limits = LIMITS,
): Promise<Serving> {
  const seen: string[] = [];
  const refused: number[] = [];
  ({ transport } = openTransport(
    engine,
    {
      request: (exchange) => {
        seen.push(`${exchange.method} ${exchange.path}`);
        request(exchange);
      },
      handshake: onHandshake,
      malformed: (status) => refused.push(status),
      lateHandshakes: true,
    },
    limits,
  ));
  return { port: await transport.listen('127.0.0.1', 0), seen, refused };
}

const echo = (exchange: HttpExchange) =>
  void exchange.readBody(65_536).then((body) => exchange.answer(200, TEXT, `${body.length} bytes`));

/** Sends the pieces, each in a segment of its own, and gives what came back when the server closed or `done` says so. */
function raw(port: number, pieces: string[], done: (text: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
      if (!done(text)) return;
      socket.destroy();
      resolve(text);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(`${text}<closed>`));
    const send = ([piece, ...more]: string[]) => {
      socket.write(piece, 'latin1');
      if (more.length > 0) setTimeout(send, 5, more);
    };
    send(pieces);
  });
}
const answered = (text: string) => /bytes$/.test(text);

describe('how a request says where its body ends', () => {
  const SECOND = 'GET /second HTTP/1.1\r\nHost: x\r\n\r\n';
  const FIRST = 'POST /first HTTP/1.1\r\nHost: x\r\n';
  test.each([
    ['two lengths, the first zero', `Content-Length: 0\r\nContent-Length: ${SECOND.length}`, ''],
    ['two lengths, the second zero', `Content-Length: ${SECOND.length}\r\nContent-Length: 0`, ''],
    ['a length twice', 'Content-Length: 0\r\nContent-Length: 0', ''],
    ['an empty length', 'Content-Length: ', ''],
    ['a list of lengths', `Content-Length: 0, ${SECOND.length}`, ''],
    ['a signed length', `Content-Length: +${SECOND.length}`, ''],
    ['a negative length', 'Content-Length: -1', ''],
    ['a hexadecimal length', 'Content-Length: 0x10', ''],
    ['a length of twenty digits', 'Content-Length: 99999999999999999999', ''],
    ['a blank before the colon', `Content-Length : ${SECOND.length}`, ''],
    ['an unknown coding', 'Transfer-Encoding: xchunked', '0\r\n\r\n'],
    ['a coding that nobody undoes', 'Transfer-Encoding: gzip, chunked', '0\r\n\r\n'],
    ['no coding', 'Transfer-Encoding: identity', '0\r\n\r\n'],
    ['an empty coding', 'Transfer-Encoding: ', '0\r\n\r\n'],
    ['two codings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', '0\r\n\r\n'],
    ['length and coding', 'Content-Length: 4\r\nTransfer-Encoding: chunked', '0\r\n\r\n'],
  ])('%s: refused, and what follows is no second request', async (_name, headers, body) => {
    const { port, seen } = await serve(echo);
    const alone = await raw(port, [`${FIRST}${headers}\r\n\r\n`]);
    expect(alone).toMatch(/^HTTP\/1\.1 400 [\s\S]*<closed>$/);
    const followed = await raw(port, [`${FIRST}${headers}\r\n\r\n${body}${SECOND}`]).catch(() => '<closed>');
    expect(followed).toMatch(/^(HTTP\/1\.1 400 [\s\S]*)?<closed>$/);
    expect(seen).toEqual([]);
  });

  test.each([
    ['a length', 'Content-Length: 2\r\n\r\nab', '2 bytes'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n', '2 bytes'],
    ['chunks in capitals', 'Transfer-Encoding: CHUNKED\r\n\r\n2\r\nab\r\n0\r\n\r\n', '2 bytes'],
    ['neither', '\r\n', '0 bytes'],
  ])('%s: read', async (_name, rest, expected) => {
    const { port } = await serve(echo);
    expect(await raw(port, [FIRST + rest], answered)).toContain(expected);
  });

  test.each([
    [[['content-length', '12']], null],
    [[['transfer-encoding', 'Chunked']], null],
    [[['content-length', '1_0']], 'Content-Length is not a number'],
    [[['transfer-encoding', 'chunked;q=1']], 'Transfer-Encoding is not chunked'],
    [[['content-length ', '1']], 'a header name is malformed'],
  ] as [[string, string][], string | null][])('%j: %s', (headers, problem) => {
    expect(framingProblem(headers)).toBe(problem);
  });
});

describe('requests', () => {
  test('a head that comes in many segments is one request', async () => {
    const request = 'POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab';
    const { port, seen } = await serve(echo);
    for (const at of [2, 8, 14, 19, 24, 26, 40, 55]) {
      expect(await raw(port, [request.slice(0, at), request.slice(at)], answered)).toContain('2 bytes');
    }
    expect(new Set(seen)).toEqual(new Set(['POST /first']));
  });

  test.runIf(engine === 'node')('HTTP/1.0, as nginx speaks it by default, is answered', async () => {
    const { port } = await serve(echo);
    const request = 'POST /first HTTP/1.0\r\nHost: x\r\nContent-Length: 2\r\n\r\nab';
    expect(await raw(port, [request])).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*2 bytes<closed>$/);
    expect(await raw(port, ['GET / HTTP/1.0\r\n\r\n'])).toMatch(/0 bytes<closed>$/);
    const kept = await raw(port, ['GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'], answered);
    expect(kept.toLowerCase()).toContain('connection: keep-alive');
  });

  test.runIf(engine === 'node')('an idle connection is kept longer than the 60 s of load balancers', async () => {
    const { port } = await serve(echo);
    const text = await raw(port, ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'], answered);
    expect(Number(/keep-alive: timeout=(\d+)/i.exec(text)?.[1])).toBeGreaterThanOrEqual(65);
  });

  test.each(['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n', 'GET /p\r\n\r\n', 'GET /p HTTP/9.9\r\n\r\n'])(
    '%j is refused and the connection closed',
    async (bytes) => {
      const { port, seen } = await serve(echo);
      expect(await raw(port, [bytes])).toMatch(/^HTTP\/1\.1 (400|505)[\s\S]*<closed>$/);
      expect(seen).toEqual([]);
    },
  );

  test('an offer to speak HTTP/2 is no reason to refuse a request', async () => {
    const { port } = await serve(echo);
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';
    const request = `POST /first HTTP/1.1\r\nHost: x\r\n${offer}\r\nContent-Length: 2\r\n\r\n`;
    expect(await raw(port, [`${request}ab`], answered)).toContain('2 bytes');
    expect(await raw(port, [request, 'ab'], answered)).toContain('2 bytes');
  });

  test('what a handler sees: method, path, query, headers, peer', async () => {
    const { port } = await serve((exchange) => {
      const { method, path, query, peer } = exchange;
      const header = [exchange.header('x-twice'), exchange.header('x-none')];
      exchange.answer(200, TEXT, JSON.stringify({ method, path, query, peer: peer.slice(-1), header }));
    });
    const head = 'GET /a%20b?c=%20d&e HTTP/1.1\r\nHost: x\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n';
    const text = await raw(port, [head], (got) => got.endsWith('}'));
    expect(JSON.parse(text.slice(text.indexOf('{')))).toEqual({
      ...{ method: 'GET', path: '/a%20b', query: 'c=%20d&e', peer: '1', header: ['1, 2', ''] },
    });
  });

  test('an answer in pieces of known and of unknown length, slowly read', async () => {
    const piece = Buffer.alloc(100_000, 'p');
    const { port } = await serve((exchange) => {
      const total = exchange.path === '/known' ? 20 * piece.length : null;
      exchange.begin(200, TEXT, total);
      void (async () => {
        for (let i = 0; i < 20; i++) if (!(await exchange.write(piece))) return;
        exchange.finish();
      })();
    });
    for (const path of ['/known', '/unknown']) {
      const response = await new Promise<http.IncomingMessage>((resolve) => {
        http.get({ port, path, agent: false }, resolve);
      });
      let bytes = 0;
      for await (const part of response) {
        bytes += (part as Buffer).length;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      expect([path, bytes, response.complete]).toEqual([path, 20 * piece.length, true]);
    }
  });

  test('a client that goes away in the middle ends the answer', async () => {
    const piece = Buffer.alloc(1_000_000);
    let gone = 0;
    let last: boolean | null = null;
    const { port } = await serve((exchange) => {
      exchange.onGone(() => gone++);
      exchange.begin(200, TEXT, 1000 * piece.length);
      void (async () => {
        while ((last = await exchange.write(piece)));
        exchange.finish();
        exchange.answer(500, TEXT, 'nobody hears this');
      })();
    });
    await raw(port, ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'], (text) => text.length > 100_000);
    await until(() => last === false);
    expect(gone).toBe(1);
  });
});

describe('WebSockets', () => {
  class Recorder {
    socket: ServerSocket | null = null;
    readonly messages: string[] = [];
    readonly ends: [number, boolean][] = [];
    opened(socket: ServerSocket) {
      this.socket = socket;
    }
    message(bytes: Uint8Array, isBinary: boolean) {
      this.messages.push(`${isBinary ? 'binary' : 'text'} ${Buffer.from(bytes).toString()}`);
    }
    closed(code: number, wasTooBig: boolean) {
      this.ends.push([code, wasTooBig]);
    }
  }
  async function connected(limits = LIMITS) {
    const events = new Recorder();
    const accept = (client: Handshake) => client.accept(events, { 'x-request-id': 'r1' });
    const { port } = await serve(echo, accept, limits);
    const ws = new WebSocket(`ws://127.0.0.1:${port}/any?where`, { perMessageDeflate: false });
    let requestId: unknown;
    ws.on('upgrade', (response) => {
      requestId = response.headers['x-request-id'];
    });
    expect(await handshake(ws)).toBe('open');
    expect(requestId).toBe('r1');
    return { ws, events, port, socket: events.socket as unknown as ServerSocket };
  }

  test('messages in both directions, text and binary, of every length of frame', async () => {
    const { ws, events, socket } = await connected();
    const received: string[] = [];
    ws.on('message', (data, isBinary) => received.push(`${isBinary ? 'binary' : 'text'} ${data}`));
    const texts = ['', 'a', 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(65_535), 'ü'.repeat(30_000)];
    socket.cork(() => {
      for (const text of texts) socket.send(text, false);
      socket.send(new TextEncoder().encode('e'.repeat(70_000)), true);
    });
    for (const text of texts) ws.send(text);
    ws.send(Buffer.from('f'));
    await until(() => received.length === texts.length + 1 && events.messages.length === texts.length + 1);
    expect(received).toEqual([...texts.map((text) => `text ${text}`), `binary ${'e'.repeat(70_000)}`]);
    expect(events.messages).toEqual([...texts.map((text) => `text ${text}`), 'binary f']);
    expect(socket.getBufferedAmount()).toBe(0);
  });

  test('what is sent may be overwritten at once, also in shared memory', async () => {
    const { ws, socket } = await connected();
    const received: string[] = [];
    ws.on('message', (data) => received.push(String(data)));
    const bytes = new Uint8Array(new SharedArrayBuffer(300));
    for (let i = 0; i < 50; i++) {
      bytes.fill(97 + (i % 26));
      socket.send(bytes, false);
    }
    bytes.fill(33);
    await until(() => received.length === 50);
    for (const [i, text] of received.entries()) expect(text).toBe(String.fromCharCode(97 + (i % 26)).repeat(300));
  });

  test.each([
    ['the peer closes with a code', (ws: WebSocket) => ws.close(4001), 4001],
    ['the peer closes without one', (ws: WebSocket) => ws.close(), 1005],
    ['the connection breaks', (ws: WebSocket) => ws.terminate(), 1006],
  ])('%s', async (_name, end, code) => {
    const { ws, events } = await connected();
    end(ws);
    await until(() => events.ends.length > 0);
    expect(events.ends).toEqual([[code, false]]);
  });

  test('end says its code and reason after the last message, and is told before it returns', async () => {
    const { ws, events, socket } = await connected();
    const received: string[] = [];
    ws.on('message', (data) => received.push(String(data)));
    const closed = new Promise((resolve) => ws.on('close', (code, reason) => resolve(`${code} ${reason}`)));
    socket.send('last words', false);
    socket.end(1008, 'this call has its socket');
    expect(events.ends).toEqual([[1008, false]]);
    expect(await closed).toBe('1008 this call has its socket');
    expect([received, events.ends.length]).toEqual([['last words'], 1]);
  });

  test('a handshake that nobody has answered yet is cut when the server closes', async () => {
    const waiting: Handshake[] = [];
    const { port } = await serve(echo, (client) => void waiting.push(client));
    const ws = new WebSocket(`ws://127.0.0.1:${port}/any`);
    const ended = new Promise<string>((resolve) => ws.on('error', (error) => resolve(error.message)));
    await until(() => waiting.length === 1);
    transport.close();
    expect(await ended).toMatch(/hang up|reset/);
  });

  test('close cuts, and is told before it returns', async () => {
    const { ws, events, socket } = await connected();
    socket.close();
    expect(events.ends).toEqual([[1006, false]]);
    expect(await closeCode(ws)).toBe(1006);
  });

  test.each([65_537, 100_000, 900_000])('a message of %i bytes is closed with 1009, unread', async (bytes) => {
    const { ws, events } = await connected();
    ws.send('x'.repeat(bytes));
    expect(await closeCode(ws)).toBe(1009);
    expect([events.ends, events.messages]).toEqual([[[1009, true]], []]);
  });

  test('a peer that reads nothing costs a bounded amount', async () => {
    const { ws, socket } = await connected();
    ws.pause();
    const piece = new Uint8Array(50_000);
    let results: number[] = [];
    // Larger than all buffers of the kernel for a loopback connection together.
    for (let i = 0; i < 400 && results.at(-1) !== 2; i++) {
      results = [...results, socket.send(piece, true)];
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(results.at(-1)).toBe(2);
    expect(socket.getBufferedAmount()).toBeLessThan(LIMITS.bufferedBytesMax + 3 * piece.length);
    ws.terminate();
  });

  test('a peer that answers no ping is cut; one that does stays', async () => {
    const { ws, events } = await connected({ ...LIMITS, idleTimeoutS: 8 });
    let pings = 0;
    ws.on('ping', () => pings++);
    await until(() => pings > 0);
    (ws as unknown as { _socket: net.Socket })._socket.pause();
    await until(() => events.ends.length > 0);
    expect(events.ends).toEqual([[1006, false]]);
    ws.terminate();
  }, 40_000);

  test('a refused handshake gets its answer', async () => {
    const { port } = await serve(echo, (client) => setTimeout(() => client.answer(429, TEXT, 'busy'), 5));
    expect(await handshake(new WebSocket(`ws://127.0.0.1:${port}/x`))).toBe(429);
  });

  test('a handshake may be accepted later, and is forgotten when the peer has gone', async () => {
    const events = new Recorder();
    let gone = 0;
    const waiting: Handshake[] = [];
    const { port } = await serve(echo, (client) => {
      client.onGone(() => gone++);
      waiting.push(client);
    });
    const patient = new WebSocket(`ws://127.0.0.1:${port}/x`, ['one', 'two']);
    const open = handshake(patient);
    await until(() => waiting.length === 1);
    waiting[0].accept(events);
    expect([await open, patient.protocol]).toEqual(['open', 'one']);
    const hasty = net.connect(port, '127.0.0.1');
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    hasty.write(`GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n\r\n`);
    await until(() => waiting.length === 2);
    hasty.destroy();
    await until(() => gone === 1);
    waiting[1].accept(new Recorder());
  });
});

test('closing cuts everything, requests and sockets, and is safe twice', async () => {
  const { port } = await serve(() => {});
  const waiting = raw(port, ['GET / HTTP/1.1\r\nHost: x\r\n\r\n']).catch(() => '<closed>');
  await until(async () => (await raw(port, ['GET / HTTP/1.1\r\n\r\n'])) !== '');
  transport.close();
  transport.close();
  expect(await waiting).toBe('<closed>');
  await expect(raw(port, ['GET / HTTP/1.1\r\n\r\n'])).rejects.toThrow('ECONNREFUSED');
});

test('a port that is taken is an error', async () => {
  const { port } = await serve(echo);
  const second = openTransport(engine, { request() {}, handshake() {} }, LIMITS).transport;
  await expect(second.listen('127.0.0.1', port)).rejects.toThrow(`cannot listen on 127.0.0.1 port ${port}`);
});
