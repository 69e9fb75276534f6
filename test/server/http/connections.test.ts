// The rules as a table and as random events, and then what a client notices: vitest.config.ts runs this file on each engine.

import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Connection, Connections, type CutReason, RequestWork } from '../../../src/server/http/connections.js';
import { type HttpEngineChoice, openTransport } from '../../../src/server/http/open_transport.js';
import { addressSet } from '../../../src/server/http/peers.js';
import type { Handshake, HttpExchange, HttpTransport, ServerSocket } from '../../../src/server/http/transport.js';
import { until } from '../harness.js';

const TRUSTED = addressSet(['10.0.0.0/8']);
const BODY = { 'content-type': 'text/plain' };

function limited(max: number, perPeer: number) {
  const cut: string[] = [];
  const reasons: CutReason[] = [];
  const all = new Connections({ max, perPeer, trustedProxies: TRUSTED, onCut: (reason) => reasons.push(reason) });
  const open = (address: string | null, name = String(address)) => all.opened(address, () => cut.push(name));
  return { all, open, cut, reasons };
}

describe('when all places are taken', () => {
  test('the one that is idle longest goes', () => {
    const { all, open, cut, reasons } = limited(3, 0);
    const [a, b] = [open('1.0.0.1', 'a'), open('1.0.0.2', 'b'), open('1.0.0.3', 'c')] as Connection[];
    // Of the first two one has asked something since, the other is being answered.
    all.works(a);
    all.rests(a);
    all.works(b);
    open('1.0.0.4', 'd');
    open('1.0.0.5', 'e');
    expect(cut).toEqual(['c', 'a']);
    expect(reasons).toEqual(['idle_full', 'idle_full']);
    expect(all.count).toBe(3);
  });

  test('and none is idle, the new one is refused', () => {
    const { all, open, reasons } = limited(2, 0);
    for (const address of ['1.0.0.1', '1.0.0.2']) all.works(open(address) as Connection);
    expect(open('1.0.0.3')).toBeNull();
    expect(reasons).toEqual(['refused_full']);
    expect(all.count).toBe(2);
  });
});

test.each([
  ['one address', '1.0.0.1', '1.0.0.1', ['idle_peer']],
  ['one address in two spellings', '1.0.0.1', '::ffff:1.0.0.1', ['idle_peer']],
  ['one /64', '2001:db8::1', '2001:db8::ffff:2', ['idle_peer']],
  ['two addresses', '1.0.0.1', '1.0.0.2', []],
  ['a trusted proxy', '10.1.2.3', '10.1.2.3', []],
  ['who is not known', null, null, []],
])('two places for each peer, three connections of %s', (_name, first, others, expected) => {
  const { open, reasons } = limited(100, 2);
  open(first, 'a');
  open(others, 'b');
  open(others === '1.0.0.2' ? '1.0.0.1' : others, 'c');
  expect(reasons).toEqual(expected);
});

test('a peer whose connections all work gets no more, and another one does', () => {
  const { all, open, reasons } = limited(100, 1);
  all.works(open('1.0.0.1') as Connection);
  expect(open('1.0.0.1')).toBeNull();
  expect(open('1.0.0.2')).not.toBeNull();
  expect(reasons).toEqual(['refused_peer']);
});

test('who waits for a body that never comes is idle; who has sent it is not', () => {
  const { all, open, cut } = limited(2, 0);
  const work = [open('1.0.0.1', 'a'), open('1.0.0.2', 'b')].map((each) => new RequestWork(all, each));
  for (const each of work) each.awaitsBody();
  work[0].bodyCame();
  open('1.0.0.3', 'c');
  expect(cut).toEqual(['b']);
  // Its end is told once more by the engine.
  work[1].over();
  work[1].bodyCame();
  work[0].over();
  work[0].over();
  open('1.0.0.4', 'd');
  expect(cut).toEqual(['b', 'c']);
  expect(all.count).toBe(2);
});

test('whatever happens: never more than allowed, nobody that works is cut, nothing is kept of those that went', () => {
  let seed = 4711;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const { all } = limited(20, 4);
  const open = new Set<{ connection: Connection; address: string; work: RequestWork | null }>();
  for (let step = 0; step < 20_000; step++) {
    const some = [...open][random(open.size)];
    const what = random(4);
    if (what === 0 || some === undefined) {
      const address = `1.0.0.${random(12)}`;
      const entry = { connection: null as unknown as Connection, address, work: null as RequestWork | null };
      const connection = all.opened(address, () => {
        expect(entry.work).toBeNull();
        open.delete(entry);
      });
      if (connection !== null) open.add(Object.assign(entry, { connection }));
    } else if (what === 1) some.work ??= new RequestWork(all, some.connection);
    else if (what === 2) {
      some.work?.over();
      some.work = null;
    } else {
      open.delete(some);
      all.gone(some.connection);
      some.work?.over();
    }
    expect(all.count).toBe(open.size);
    expect(open.size).toBeLessThanOrEqual(20);
    const address = `1.0.0.${random(12)}`;
    expect([...open].filter((each) => each.address === address).length).toBeLessThanOrEqual(4);
  }
  for (const { connection } of open) all.gone(connection);
  expect(all.count).toBe(0);
});

describe('on the wire', () => {
  const engine = (process.env['RINGLINE_TEST_ENGINE'] ?? 'auto') as HttpEngineChoice;
  const LIMITS = { messageBytesMax: 65_536, bufferedBytesMax: 200_000, idleTimeoutS: 0 };
  let transport: HttpTransport;
  const clients: net.Socket[] = [];
  afterEach(() => {
    transport.close();
    for (const client of clients.splice(0)) client.destroy();
  });

  async function serve(max: number, request: (exchange: HttpExchange) => void = (e) => e.answer(200, BODY, 'ok')) {
    const sockets: ServerSocket[] = [];
    const { all, reasons } = limited(max, 0);
    const handlers = {
      request,
      handshake: (client: Handshake) =>
        client.accept({ opened: (socket) => sockets.push(socket), message: () => {}, closed: () => {} }),
      connections: all,
    };
    ({ transport } = openTransport(engine, handlers, LIMITS));
    const port = await transport.listen('127.0.0.1', 0);
    return { port, all, reasons, sockets };
  }

  function connect(port: number, send = '') {
    const socket = net.connect(port, '127.0.0.1');
    const client = { socket, text: '', isClosed: false };
    socket.on('data', (data) => {
      client.text += data.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      client.isClosed = true;
    });
    if (send !== '') socket.write(send);
    clients.push(socket);
    return client;
  }
  const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  const UPGRADE =
    'GET /ws/x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  test('connections that come and go are counted, however they end', async () => {
    const late: HttpExchange[] = [];
    const { port, all } = await serve(50, (exchange) => {
      if (exchange.path === '/late') late.push(exchange);
      else if (exchange.method === 'POST') void exchange.readBody(100).then(() => exchange.answer(200, BODY, 'ok'));
      else exchange.answer(200, BODY, 'ok', exchange.path === '/close');
    });
    const ones = [
      connect(port),
      connect(port, GET),
      connect(port, GET + GET),
      connect(port, GET.replace('/', '/late')),
      connect(port, 'GET / HT'),
      connect(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n'),
      connect(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab'),
    ];
    await until(() => all.count === ones.length && late.length === 1 && ones[1].text.includes('ok'));
    const short = [
      connect(port, GET.replace('/', '/close')),
      connect(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n'),
    ];
    await until(() => short.every(({ isClosed }) => isClosed));
    await until(() => all.count === ones.length);
    late[0].answer(200, BODY, 'ok');
    await until(() => ones[3].text.includes('ok'));
    for (const { socket } of ones) socket.destroy();
    await until(() => all.count === 0);
    expect(late).toHaveLength(1);
  });

  test('a media socket is no connection that counts, and none that is closed for others', async () => {
    const { port, all, sockets } = await serve(2);
    const media = connect(port, UPGRADE);
    await until(() => sockets.length === 1 && all.count === 0);
    for (let i = 0; i < 5; i++) {
      const one = connect(port, GET);
      await until(() => one.text.includes('ok') || one.isClosed);
      one.socket.destroy();
      await until(() => all.count === 0);
    }
    expect(media.isClosed).toBe(false);
    media.socket.destroy();
  });

  test('idle connections do not keep a request out', async () => {
    const { port, all, reasons } = await serve(8);
    const idle = Array.from({ length: 30 }, () => connect(port));
    await until(() => idle.filter(({ isClosed }) => isClosed).length === 22);
    expect(all.count).toBe(8);
    // uWebSockets.js of Node 20 can't tell its connections apart: there the newest is refused instead.
    if (reasons.includes('refused_full')) return;
    for (let i = 0; i < 20; i++) {
      const one = connect(port, GET);
      await until(() => one.text.includes('ok') || one.isClosed);
      expect(one.text).toContain('200 OK');
    }
    expect(all.count).toBe(8);
  });
});
