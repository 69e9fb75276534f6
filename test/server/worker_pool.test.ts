import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { createLogger } from '../../src/log.js';
import { createSharedMemory, type SharedMemory } from '../../src/server/shared_memory.js';
import { WorkerPool } from '../../src/server/worker_pool.js';
import { SlotRings } from '../../src/threads/slab.js';
import type { WorkerMessage } from '../../src/threads/worker_messages.js';
import { type JsonBody, until } from './harness.js';

// A worker in plain JavaScript: takes a seat and beats as the real one does, then obeys the call's sid.
const built = (path: string) => JSON.stringify(new URL(`../../dist/src/${path}`, import.meta.url).href);
const WORKER = `
import { pbkdf2Sync } from 'node:crypto';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { nowMs } from ${built('clock.js')};
import { Heartbeat } from ${built('threads/heartbeat.js')};
const seats = new Int32Array(workerData.seats);
const seat = seats.findIndex((_, i) => Atomics.compareExchange(seats, i, 0, threadId) === 0);
const heartbeat = new Heartbeat(workerData.heartbeats, seat, nowMs());
setInterval(() => heartbeat.beat(nowMs()), 100).unref();
const waiting = [];
export default async function run({ callSid }) {
  if (callSid === 'wait') return new Promise((resolve) => waiting.push(() => resolve({ callSid, seat, threadId })));
  if (callSid === 'release') for (const go of waiting.splice(0)) go();
  if (callSid === 'die') setTimeout(() => { throw new Error('a timer of its own'); });
  if (callSid === 'exit') process.exit(1);
  if (callSid === 'tell') parentPort.postMessage({ topic: 'log', payload: 'from ' + seat });
  if (callSid === 'hang') for (;;);
  if (callSid === 'wait for ever') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (callSid === 'hang in native code') pbkdf2Sync('a', 'b', 15_000_000, 64, 'sha512');
  if (callSid === 'fail') throw new Error('this call only');
  if (callSid === 'die') return new Promise(() => {});
  return { callSid, seat, threadId, env: process.env.PATH ?? null, frozen: workerData.config.port };
}
`;
const dir = mkdtempSync(join(tmpdir(), 'ringline-worker-'));
const file = join(dir, 'worker.mjs');
writeFileSync(file, WORKER);

let pool: WorkerPool;
let memory: SharedMemory;
afterEach(() => pool.close());

function start(workers: number, filename = file, onUseless = () => {}) {
  const keys = { OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k', TWILIO_VALIDATE: 'off' };
  const config = loadConfig({ ...keys, WORKERS: String(workers), CALLS_MAX: '50' }, []);
  memory = createSharedMemory(config);
  pool = new WorkerPool(
    { config, agents: [] },
    memory,
    createLogger({ level: 'silent', sink: () => {} }),
    onUseless,
    filename,
  );
}
function run(callSid: string): Promise<JsonBody> {
  return pool.run({
    slot: 0,
    callSid,
    direction: 'inbound',
    ourNumber: '',
    theirNumber: '',
    acceptedAt: '',
    agentId: 'a',
    agentVariant: 'default',
    agentHash: 'h',
    agentDefinition: null,
    others: [],
    ...{ resume: null, takeOver: null },
    variables: {},
  });
}

test('many calls share few threads, each thread has a seat, and none sees our environment', async () => {
  start(2);
  const results = await Promise.all(Array.from({ length: 20 }, () => run('hello')));
  expect(pool.ready).toBe(true);
  expect(new Set(results.map(({ seat }) => seat))).toEqual(new Set([0, 1]));
  expect(results[0]).toMatchObject({ env: null, frozen: 8765 });
});

test('calls spread over the threads while they run', async () => {
  start(2);
  const waiting = Array.from({ length: 10 }, () => run('wait'));
  await Promise.all([run('release'), run('release')]);
  const threads = (await Promise.all(waiting)).map(({ threadId }) => threadId);
  expect(threads.filter((id) => id === threads[0])).toHaveLength(5);
});

test('a call that fails by itself fails alone', async () => {
  start(1);
  const other = run('wait');
  await expect(run('fail')).rejects.toMatchObject({ name: 'EngineError', code: 'INTERNAL' });
  await run('release');
  expect(await other).toMatchObject({ callSid: 'wait' });
});

test.each(['die', 'exit'])(
  'a thread that ends by %s takes exactly its own calls with it, and is replaced',
  async (how) => {
    start(2);
    const calls = Array.from({ length: 10 }, () =>
      run('wait').then(
        () => 'fine',
        (error) => error.code as string,
      ),
    );
    await expect(run(how)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    // The replacement takes calls as soon as it has loaded: two at once go to two threads.
    const threads = new Set<number>();
    await until(async () => {
      for (const { threadId } of await Promise.all([run('release'), run('release')])) threads.add(threadId);
      return threads.size === 2;
    });
    const fates = await Promise.all(calls);
    expect(fates.filter((fate) => fate === 'WORKER_DIED')).toHaveLength(5);
    expect(fates.filter((fate) => fate === 'fine')).toHaveLength(5);
    expect(pool.ready).toBe(true);
  },
);

test.each(['hang', 'wait for ever', 'hang in native code'])(
  'a thread that does %s is ended and replaced: its calls fail, the others go on, and new ones avoid it',
  async (how) => {
    start(2);
    const outcome = (call: Promise<JsonBody>) => call.then(() => 'fine').catch((error) => String(error.code));
    await Promise.all([run('hello'), run('hello')]);
    const calls = Array.from({ length: 6 }, () => outcome(run('wait')));
    const hanging = outcome(run(how));
    await until(() => pool.late === 1);
    expect(pool.ready).toBe(true);
    // While it is late, every new call goes to the other thread.
    const threads = await Promise.all(Array.from({ length: 10 }, async () => (await run('hello')).threadId));
    expect(new Set(threads).size).toBe(1);
    expect(await hanging).toBe('WORKER_DIED');
    await until(async () => {
      const [a, b] = await Promise.all([run('release'), run('release')]);
      return a.threadId !== b.threadId;
    });
    expect((await Promise.all(calls)).sort()).toEqual(Array(6).fill(['WORKER_DIED', 'fine']).flat().slice(0, 6).sort());
    await until(() => pool.late === 0);
    expect([pool.hung, pool.ready]).toEqual([1, true]);
  },
  30_000,
);

test('with one thread, a call that comes while it hangs waits for the next thread', async () => {
  start(1);
  await run('hello');
  const hanging = expect(run('hang')).rejects.toMatchObject({ code: 'WORKER_DIED' });
  await until(() => pool.late === 1);
  expect(pool.ready).toBe(false);
  expect(await run('hello')).toMatchObject({ callSid: 'hello' });
  await hanging;
  await until(() => pool.ready);
}, 30_000);

test('seats of the dead are taken again, however many die', async () => {
  start(1);
  for (let i = 0; i < 4; i++) {
    await expect(run('exit')).rejects.toMatchObject({ code: 'WORKER_DIED' });
    const { seat } = await run('hello');
    expect(seat).toBeLessThan(2);
  }
});

test('threads that cannot even start are given up, loudly', async () => {
  await new Promise<void>((resolve) => start(1, join(dir, 'nowhere.mjs'), resolve));
  expect(pool.ready).toBe(false);
});

test('a slot knows its worker only after the worker has said so', () => {
  start(1);
  expect(new SlotRings(memory.slab, 0).workerIndex).toBe(-1);
});

test('what workers tell reaches the listener, and piscina’s own words do not', async () => {
  start(2);
  const heard: WorkerMessage[] = [];
  pool.listen((message) => heard.push(message));
  const seats = await Promise.all([run('tell'), run('tell')]);
  await until(() => heard.length >= 2);
  expect(heard.map(({ topic }) => topic)).toEqual(['log', 'log']);
  expect(heard.map(({ payload }) => payload).sort()).toEqual(seats.map(({ seat }) => `from ${seat}`).sort());
});
