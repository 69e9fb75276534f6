import { beforeEach, describe, expect, test } from 'vitest';
import { Idempotency } from '../../../src/server/calls/idempotency.js';
import { HttpError } from '../../../src/server/http/errors.js';
import { json } from '../../../src/server/http/reply.js';
import { MemoryStore } from '../../../src/store/memory_store.js';
import type { Store } from '../../../src/store/store.js';
import { sharedMemory } from '../harness.js';

test('an idempotency key is forgotten after a day', async () => {
  const idempotency = new Idempotency(new MemoryStore(), { name: 'a', others: async () => [] });
  let made = 0;
  const run = (nowMs: number) => idempotency.run('k', Buffer.from('b'), nowMs, async () => json(200, ++made));
  expect((await run(0)).body).toBe('1');
  expect((await run(24 * 3600 * 1000 - 1)).body).toBe('1');
  expect((await run(24 * 3600 * 1000)).body).toBe('2');
});

test('a defect behind an idempotency key is not remembered', async () => {
  const idempotency = new Idempotency(new MemoryStore(), { name: 'a', others: async () => [] });
  const run = (make: () => Promise<never>) => idempotency.run('k', Buffer.from('b'), 0, make);
  await expect(run(() => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  await expect(run(() => Promise.reject(new TypeError('y')))).rejects.toThrow('y');
});

describe('across instances', () => {
  const body = Buffer.from('b');
  let store: Store;
  let alive: string[];
  const instance = (name: string) => new Idempotency(store, { name, others: async () => alive });
  beforeEach(() => {
    store = sharedMemory();
    alive = ['a', 'b'];
  });

  test('a repetition on another one gets the first answer, also while the first is under way', async () => {
    let finish: (number: number) => void = () => {};
    const made = new Promise<number>((resolve) => {
      finish = resolve;
    });
    const first = instance('a').run('k', body, 0, async () => json(200, await made));
    const never = () => Promise.reject(new Error('rang twice'));
    const b = instance('b');
    const second = b.run('k', body, 0, never);
    finish(7);
    expect([(await first).body, (await second).body]).toEqual(['7', '7']);
    expect((await instance('c').run('k', body, 0, never)).body).toBe('7');
    expect(await b.run('other', Buffer.from('x'), 0, async () => json(200, 1))).toMatchObject({ status: 200 });
  });

  test('another request under the same key is a mistake', async () => {
    await instance('a').run('k', body, 0, async () => json(200, 1));
    const reply = await instance('b').run('k', Buffer.from('c'), 0, async () => json(200, 2));
    expect(reply.status).toBe(422);
  });

  test('what was refused without a dial may be tried again, anywhere', async () => {
    const refuse = () => Promise.reject(new HttpError(503, 'full'));
    expect((await instance('a').run('k', body, 0, refuse)).status).toBe(503);
    expect((await instance('b').run('k', body, 0, async () => json(200, 2))).body).toBe('2');
  });

  test('a defect is not remembered', async () => {
    await expect(instance('a').run('k', body, 0, () => Promise.reject(new TypeError('x')))).rejects.toThrow('x');
    expect((await instance('b').run('k', body, 0, async () => json(200, 2))).body).toBe('2');
  });

  test('when the one that took the first request has died, nobody dials again in its place', async () => {
    void instance('a').run('k', body, 0, () => new Promise(() => {}));
    alive = ['b'];
    expect((await instance('b').run('k', body, 0, async () => json(200, 2))).status).toBe(409);
  });
});
