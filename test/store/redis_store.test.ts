import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger, type Logger } from '../../src/log.js';
import { RedisStore } from '../../src/store/redis_store.js';
import { HAS_REDIS, RedisServer } from './redis_server.js';
import { storeContract } from './store_contract.js';

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const quiet = createLogger({ level: 'silent', sink: () => {} });

async function until(check: () => boolean): Promise<void> {
  while (!check()) await wait(5);
}

/** What it resolves with, if that needs no turn of the event loop: no timer, no socket. */
function atOnce<T>(promise: Promise<T>): Promise<T | 'later'> {
  return Promise.race([promise, new Promise<'later'>((resolve) => setImmediate(() => resolve('later')))]);
}

async function connected(url: string, prefix: string, log: Logger = quiet): Promise<RedisStore> {
  const store = new RedisStore({ url, prefix, log });
  await until(() => store.state().isUp);
  return store;
}

describe.skipIf(!HAS_REDIS)('with a redis-server', () => {
  let redis: RedisServer;
  let made = 0;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.kill());

  storeContract(() => connected(redis.url, `t${++made}:`), wait);

  test('two instances see the same, under their prefix, and hear each other', async () => {
    const [a, b] = await Promise.all([connected(redis.url, 'same:'), connected(redis.url, 'same:')]);
    const stranger = await connected(redis.url, 'other:');
    const heard: string[] = [];
    b.subscribe('c', (message) => heard.push(message));
    stranger.subscribe('c', (message) => heard.push(`stranger ${message}`));
    await a.put('k', 'v', 60_000);
    expect([await b.get('k'), await stranger.get('k')]).toEqual(['v', null]);
    while (!(await a.publish('c', 'hello'))) await wait(5);
    await until(() => heard.length > 0);
    expect(heard).toEqual(['hello']);
    await Promise.all([a, b, stranger].map((store) => store.close()));
  });

  test('a Redis that is killed costs nobody a wait; back again, whoever put something is told', async () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'info', sink: (line) => lines.push((JSON.parse(line) as { msg: string }).msg) });
    const store = await connected(redis.url, 'killed:', log);
    let told = 0;
    store.onBack(() => told++);
    const heard: string[] = [];
    store.subscribe('c', (message) => heard.push(message));
    await store.put('mine', 'v', 60_000);
    await redis.kill();
    await until(() => !store.state().isUp);

    expect(await atOnce(store.get('mine'))).toBe('v');
    expect(await store.putFirst('mine', 'w', 1_000)).toBe('v');
    expect(await store.increase('n', 1, 1_000)).toBe(1);
    expect(await store.publish('c', 'lost')).toBe(false);
    expect(store.state().fallbacks).toBe(4);
    expect(store.state().awaySince).toMatch(/^\d{4}-/);

    await redis.run();
    await until(() => store.state().isUp);
    await until(() => told === 1);
    expect(await store.get('mine')).toBeNull();
    while (!(await store.publish('c', 'again'))) await wait(5);
    await until(() => heard.length > 0);
    expect(heard).toEqual(['again']);
    expect(lines.filter((line) => /^Redis/.test(line))).toEqual([
      'Redis is there',
      'Redis is away: calls go on, this instance answers from its own memory',
      'Redis is back',
    ]);
    await store.close();
  });

  test('a Redis that hangs is as good as none after two silent commands, and is used again when it goes on', async () => {
    const store = await connected(redis.url, 'hung:');
    await store.put('k', 'v', 60_000);
    redis.stall();
    try {
      expect(await Promise.all([store.get('k'), store.get('k')])).toEqual(['v', 'v']);
      expect(store.state().isUp).toBe(false);
      expect(await atOnce(store.get('k'))).toBe('v');
    } finally {
      redis.goOn();
    }
    await until(() => store.state().isUp);
    const { fallbacks } = store.state();
    expect(await store.get('k')).toBe('v');
    expect(store.state().fallbacks).toBe(fallbacks);
    await store.close();
  });

  test('what Redis refuses is answered from memory, counted, and said once', async () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'warn', sink: (line) => lines.push(line) });
    const store = await connected(redis.url, 'refused:', log);
    await store.join('k', 'member', 60_000);
    expect(await store.get('k')).toBeNull();
    expect(await store.get('k')).toBeNull();
    expect(store.state()).toMatchObject({ isUp: true, fallbacks: 2 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('WRONGTYPE');
    await store.close();
  });
});

test('with nobody at its address it answers from memory from the start, and closes', async () => {
  const store = new RedisStore({ url: 'redis://127.0.0.1:9', prefix: 't:', log: quiet });
  await store.put('k', 'v', 60_000);
  expect(await store.get('k')).toBe('v');
  expect(await store.members('g')).toEqual([]);
  expect(store.state()).toMatchObject({ kind: 'redis', isUp: false });
  await store.close();
  await store.close();
});
