import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/log.js';
import { InstanceError, Instances, instanceName } from '../../src/store/instances.js';
import { MemoryStore } from '../../src/store/memory_store.js';
import { RedisStore } from '../../src/store/redis_store.js';
import type { Store } from '../../src/store/store.js';
import { HAS_REDIS, RedisServer } from './redis_server.js';

const log = createLogger({ level: 'silent', sink: () => {} });
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

test('a name is new with each start, and has nothing in it that a channel could not', () => {
  expect(instanceName('a')).toMatch(/^a-[0-9a-f]{6}$/);
  expect(instanceName('a')).not.toBe(instanceName('a'));
  expect(instanceName(null)).toMatch(/^[\w.-]+-[0-9a-f]{6}$/);
});

test('where nothing is shared there are no others', async () => {
  const alone = new Instances(new MemoryStore(), 'a', log);
  alone.start();
  alone.tell('all', 'x', {});
  expect([alone.isShared, await alone.others()]).toEqual([false, []]);
  await expect(alone.ask('b', 'x', {}, 1_000)).rejects.toThrow('instance b: gone');
  await alone.stop();
});

/** Several instances in one memory behave as several on one Redis. */
function sharedMemory(): Store {
  return Object.assign(new MemoryStore(), { isShared: true as const }) as unknown as Store;
}

function behaviour(open: () => Promise<[Store, Store]>): void {
  let stores: [Store, Store];
  let a: Instances;
  let b: Instances;
  beforeEach(async () => {
    stores = await open();
    a = new Instances(stores[0], 'a', log);
    b = new Instances(stores[1], 'b', log);
  });
  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    await Promise.all(stores.map((store) => store.close()));
  });
  async function bothThere(): Promise<void> {
    a.start();
    b.start();
    while ((await a.others()).length === 0 || (await b.others()).length === 0) await pause();
    for (const name of ['a', 'b']) while (!(await stores[0].publish(`instance:${name}`, '""'))) await pause();
  }

  test('each sees the other until it stops', async () => {
    await bothThere();
    expect([await a.others(), await b.others()]).toEqual([['b'], ['a']]);
    await b.stop();
    await b.stop();
    expect(await a.others()).toEqual([]);
    await expect(a.ask('b', 'add', {}, 10_000)).rejects.toMatchObject({ instance: 'b', problem: 'gone' });
  });

  test('one asks and the other answers, whatever takes its time', async () => {
    b.on('add', async ({ x }: { x: number }, from) => {
      await pause();
      return [x + 1, from];
    });
    b.on('fail', () => {
      throw new TypeError('x');
    });
    b.on('never', () => new Promise(() => {}));
    await bothThere();
    expect(await Promise.all([a.ask('b', 'add', { x: 1 }, 10_000), a.ask('b', 'add', { x: 5 }, 10_000)])).toEqual([
      [2, 'a'],
      [6, 'a'],
    ]);
    await expect(a.ask('b', 'fail', {}, 10_000)).rejects.toMatchObject({ problem: 'failed' });
    await expect(a.ask('b', 'unheard of', {}, 10_000)).rejects.toMatchObject({ problem: 'failed' });
    await expect(a.ask('b', 'never', {}, 20)).rejects.toMatchObject({ problem: 'silent' });
    const waiting = a.ask('b', 'never', {}, 10_000);
    const rejected = expect(waiting).rejects.toThrow(InstanceError);
    await pause();
    await a.stop();
    await rejected;
  });

  test('what all are told reaches the others and not the teller', async () => {
    const heard: string[] = [];
    for (const each of [a, b]) each.on('news', ({ x }: { x: number }, from) => heard.push(`${each.name} ${from} ${x}`));
    await bothThere();
    a.tell('all', 'news', { x: 1 });
    b.tell('a', 'news', { x: 2 });
    while (heard.length < 2) await pause();
    expect(heard.sort()).toEqual(['a b 2', 'b a 1']);
  });
}

describe('in one memory', () => {
  behaviour(async () => {
    const store = sharedMemory();
    return [store, store];
  });
});

describe.skipIf(!HAS_REDIS)('on one Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.kill());
  behaviour(async () => {
    const stores = ['', ''].map(() => new RedisStore({ url: redis.url, prefix: 'i:', log }));
    while (!stores.every((store) => store.state().isUp)) await pause();
    return [stores[0], stores[1]];
  });
});
