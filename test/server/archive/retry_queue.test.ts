import { expect, test } from 'vitest';
import { RetryQueue } from '../../../src/server/archive/retry_queue.js';
import { until } from '../harness.js';

function start(work: (name: string, signal: AbortSignal) => Promise<void>, max = 10) {
  const failed: [string, number][] = [];
  const queue = new RetryQueue({
    work,
    max,
    pauseMs: () => 1,
    onFailed: (name, _, failures) => failed.push([name, failures]),
  });
  return { queue, failed };
}

test('one thing after the other, in the order of their coming, each once', async () => {
  const did: string[] = [];
  let atOnce = 0;
  const { queue } = start(async (name) => {
    expect(++atOnce).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    did.push(name);
    atOnce--;
  });
  for (const name of ['a', 'b', 'b', 'c']) queue.add(name);
  await until(() => queue.size === 0);
  queue.add('d');
  await until(() => queue.size === 0);
  expect(did).toEqual(['a', 'b', 'c', 'd']);
});

test('what fails is tried again behind the others, until it is done', async () => {
  const did: string[] = [];
  let left = 3;
  const { queue, failed } = start(async (name) => {
    if (name === 'bad' && left-- > 0) throw new Error('not now');
    did.push(name);
  });
  for (const name of ['bad', 'a', 'b']) queue.add(name);
  await until(() => queue.size === 0);
  expect(did).toEqual(['a', 'b', 'bad']);
  expect(failed).toEqual([
    ['bad', 1],
    ['bad', 1],
    ['bad', 2],
  ]);
});

test('a full queue says so, and what waits already has its place', async () => {
  let go = () => {};
  const { queue } = start(() => new Promise<void>((resolve) => (go = resolve)), 2);
  expect(['a', 'b', 'c', 'd', 'b'].map((name) => queue.add(name))).toEqual([true, true, true, false, true]);
  expect(queue.size).toBe(3);
  const stopped = queue.stop();
  go();
  await stopped;
  expect(queue.add('e')).toBe(false);
});

test('what is dropped is not done any more, not even after a failure, and one that is being done is waited for', async () => {
  const did: string[] = [];
  let fail = () => {};
  const { queue } = start((name) => {
    did.push(name);
    return new Promise<void>((_, reject) => (fail = () => reject(new Error('no'))));
  });
  for (const name of ['a1', 'a2', 'a3']) queue.add(name);
  await until(() => did.length === 1);
  const dropped = queue.drop((name) => name.startsWith('a'));
  fail();
  await dropped;
  await until(() => queue.size === 0);
  expect(did).toEqual(['a1']);
});

test('stopping tells what is under way, waits for it, and does not wait for the pause', async () => {
  let told = false;
  const { queue } = start(
    (_, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          told = true;
          reject(new Error('stopped'));
        }),
      ),
  );
  queue.add('a');
  await Promise.all([queue.stop(), queue.stop()]);
  expect(told).toBe(true);
  const slow = new RetryQueue({
    work: () => Promise.reject(new Error('no')),
    max: 1,
    pauseMs: () => 3_600_000,
    onFailed: () => {},
  });
  slow.add('a');
  await until(() => slow.size === 1);
  await slow.stop();
});
