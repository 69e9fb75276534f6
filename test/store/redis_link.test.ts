import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/log.js';
import { RedisAway, RedisLink } from '../../src/store/redis_link.js';

test('one that takes connections and answers nothing is away: commands fail unsent, and it is tried again', async () => {
  const lines: string[] = [];
  const sockets: net.Socket[] = [];
  const mute = net.createServer((socket) => sockets.push(socket.on('error', () => {}).resume())).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const link = new RedisLink({
    url: `redis://127.0.0.1:${(mute.address() as net.AddressInfo).port}`,
    prefix: 'test:',
    log: createLogger({ level: 'info', sink: (line) => lines.push(line) }),
    onBack: () => lines.push('back'),
    onMessage: () => {},
  });
  link.subscribe('channel');
  let sent = 0;
  const run = () =>
    link.run(() => {
      sent++;
      return Promise.resolve('answer');
    });
  await expect(run()).rejects.toThrow(RedisAway);
  // Two connections at a time, given up when no answer comes, and opened anew.
  while (sockets.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  await expect(run()).rejects.toThrow(RedisAway);
  expect([sent, link.isUp, link.awaySinceMs === null]).toEqual([0, false, false]);
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'Redis is away: calls go on, this instance answers from its own memory',
  ]);
  link.close();
  link.close();
  mute.close();
  for (const socket of sockets) socket.destroy();
}, 20_000);
