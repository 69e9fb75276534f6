// What comes over the network: sockets that are cut, messages nobody would send, peers who flood, dawdle or dial too much.

import http from 'node:http';
import net from 'node:net';
import { nowMs } from '../../../src/clock.js';
import { type ChaosStage, sleep } from '../chaos_stage.js';
import type { Fault, Struck } from '../fault.js';

const ATTACK_MS = 8000;
const EVERY_TENTH = 10;
const OUTBOUND_REQUESTS = 10_000;
const LORIS_CONNECTIONS = 300;

async function cutSockets(stage: ChaosStage): Promise<Struck> {
  const victims = await stage.strikeLines({ kind: 'cut', every: EVERY_TENTH });
  return { victims };
}

/** `bad()` gives the next message; one tenth of the callers send them, the others must not notice. */
function injecting(messages: (string | { binary: string })[]) {
  return async (stage: ChaosStage): Promise<Struck> => {
    const victims = await stage.strikeLines({ kind: 'inject', every: EVERY_TENTH, messages });
    await sleep(2000);
    return { victims, problems: await isDown(stage) };
  };
}

async function isDown({ server }: ChaosStage): Promise<string[]> {
  const answer = await fetch(`${server.url}/ready`, { signal: AbortSignal.timeout(3000) }).catch(() => null);
  return answer?.ok ? [] : [`/ready says ${answer?.status ?? 'nothing'}`];
}

const deep = (depth: number): string => `${'{"event":'.repeat(depth)}1${'}'.repeat(depth)}`;
const media = (timestamp: string, payload: string): string =>
  `{"event":"media","sequenceNumber":"9","streamSid":"MZ0","media":{"track":"inbound","chunk":"9","timestamp":"${timestamp}","payload":"${payload}"}}`;

const MALFORMED = ['', '{', '{"event":', 'null', '[]', '{"event":"media"}', '{"event":"media","media":{"payload":5}}'];

/** Handshakes with tokens that nobody gave out, as fast as one connection after the other allows. */
async function badHandshakes(stage: ChaosStage): Promise<Struck> {
  const { port } = stage.server;
  const end = nowMs() + ATTACK_MS;
  let sent = 0;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      sent++;
      const socket = net.connect({ port, host: '127.0.0.1' }, () =>
        socket.write(
          `GET /ws/${sent}nonsense HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
        ),
      );
      socket.setTimeout(2000, () => socket.destroy());
      socket.once('data', () => socket.destroy());
      socket.on('error', () => {});
      socket.once('close', () => resolve());
    });
  const stream = async (): Promise<void> => {
    while (nowMs() < end) await one();
  };
  await Promise.all(Array.from({ length: 16 }, stream));
  return { notes: [`${sent} handshakes`], problems: await isDown(stage) };
}

/** Connections that send their request a byte at a time and never end it. */
async function slowLoris(stage: ChaosStage): Promise<Struck> {
  const { port } = stage.server;
  const sockets = Array.from({ length: LORIS_CONNECTIONS }, () => {
    const socket = net.connect({ port, host: '127.0.0.1' }, () =>
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nX-'),
    );
    socket.on('error', () => {});
    return socket;
  });
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('a');
  }, 1000);
  try {
    await sleep(ATTACK_MS);
    return { problems: await isDown(stage) };
  } finally {
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
  }
}

async function dialFlood(stage: ChaosStage): Promise<Struck> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
  const statuses: Record<string, number> = {};
  const one = (n: number): Promise<void> =>
    new Promise((resolve) => {
      const body = JSON.stringify({ to_number: `+1415556${String(n).padStart(4, '0')}` });
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const request = http.request(`${stage.server.url}/outbound`, { method: 'POST', agent, headers }, (response) => {
        const { statusCode } = response;
        statuses[statusCode ?? 0] = (statuses[statusCode ?? 0] ?? 0) + 1;
        response.resume().once('close', resolve);
      });
      request.setTimeout(10_000, () => request.destroy());
      request.once('error', () => {
        statuses['none'] = (statuses['none'] ?? 0) + 1;
        resolve();
      });
      request.end(body);
    });
  let next = 0;
  const stream = async (): Promise<void> => {
    while (next < OUTBOUND_REQUESTS) await one(next++);
  };
  try {
    await Promise.all(Array.from({ length: 32 }, stream));
  } finally {
    agent.destroy();
  }
  const said = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`);
  const failed = Object.keys(statuses).filter((status) => status === 'none' || status === '500');
  return {
    notes: [`answers: ${said.join(', ')}`],
    problems: [...failed.map((status) => `answer ${status}: ${statuses[status]} times`), ...(await isDown(stage))],
  };
}

export const LINE_FAULTS: readonly Fault[] = [
  { name: 'sockets_cut', about: 'a tenth of the media sockets is reset', mayShorten: true, strike: cutSockets },
  { name: 'bad_handshakes', about: 'a flood of handshakes with unknown tokens for 8 s', strike: badHandshakes },
  {
    name: 'malformed_messages',
    about: 'a tenth of the media sockets sends broken JSON and half messages',
    mayShorten: true,
    strike: injecting(MALFORMED),
  },
  {
    name: 'oversized_messages',
    about: 'a tenth of the media sockets sends messages of 200 kB',
    mayShorten: true,
    strike: injecting([media('100', 'A'.repeat(200_000))]),
  },
  {
    name: 'deep_messages',
    about: 'a tenth of the media sockets sends JSON that is 5,000 objects deep',
    mayShorten: true,
    strike: injecting([deep(5000)]),
  },
  {
    name: 'binary_messages',
    about: 'a tenth of the media sockets sends binary messages',
    mayShorten: true,
    strike: injecting([{ binary: Buffer.from([0, 255, 1, 2, 3]).toString('base64') }]),
  },
  {
    name: 'clock_jump',
    about: "a tenth of the media streams' clocks jump ahead by an hour, and back",
    mayShorten: true,
    strike: injecting([media('3600000', ''), media('3700000', '/////w=='), media('0', '/////w==')]),
  },
  { name: 'slow_loris', about: '300 connections that never end their request, for 8 s', strike: slowLoris },
  { name: 'outbound_flood', about: '10,000 requests to /outbound', strike: dialFlood },
];
