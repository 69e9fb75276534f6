import { expect, test } from 'vitest';
import { Idempotency } from '../../../src/server/calls/idempotency.js';
import { json } from '../../../src/server/http/reply.js';

test('an idempotency key is forgotten after a day', async () => {
  const idempotency = new Idempotency();
  let made = 0;
  const run = (nowMs: number) => idempotency.run('k', Buffer.from('b'), nowMs, async () => json(200, ++made));
  expect((await run(0)).body).toBe('1');
  expect((await run(24 * 3600 * 1000 - 1)).body).toBe('1');
  expect((await run(24 * 3600 * 1000)).body).toBe('2');
});

test('a defect behind an idempotency key is not remembered', async () => {
  const idempotency = new Idempotency();
  const run = (make: () => Promise<never>) => idempotency.run('k', Buffer.from('b'), 0, make);
  await expect(run(() => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  await expect(run(() => Promise.reject(new TypeError('y')))).rejects.toThrow('y');
});
