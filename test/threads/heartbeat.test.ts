import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { clearHeartbeat, createHeartbeats, Heartbeat, heartbeatAgeMs } from '../../src/threads/heartbeat.js';

test.each([
  ['just now', 5000, 5000, 0],
  ['between two beats', 5000, 5004.9, 4],
  ['three seconds ago', 5000, 8000, 3000],
  ['the clocks of two threads may differ by a rounding', 5001, 5000, 0],
  ['at a time whose low 32 bits are zero', 2 ** 32, 2 ** 32 + 10, 9],
  ['across the wrap of 32 bits', 2 ** 32 - 6, 2 ** 32 + 4, 10],
  ['across the wrap of the sign', 2 ** 31 - 6, 2 ** 31 + 4, 10],
  ['on a machine that has been up for years', 9e10, 9e10 + 700, 700],
])('a beat %s', (_name, beatMs, nowMs, ageMs) => {
  const memory = createHeartbeats(2);
  new Heartbeat(memory, 1, beatMs);
  expect(heartbeatAgeMs(memory, 1, nowMs)).toBe(ageMs);
});

test('a seat nobody has taken, or whose thread is gone, has no age', () => {
  const memory = createHeartbeats(2);
  expect(heartbeatAgeMs(memory, 0, 1000)).toBe(null);
  const heart = new Heartbeat(memory, 0, 1000);
  heart.beat(1500);
  expect(heartbeatAgeMs(memory, 0, 1600)).toBe(100);
  expect(heartbeatAgeMs(memory, 1, 1600)).toBe(null);
  clearHeartbeat(memory, 0);
  expect(heartbeatAgeMs(memory, 0, 1700)).toBe(null);
});

test('a seat that does not exist is our mistake', () => {
  expect(() => new Heartbeat(createHeartbeats(2), 2, 0)).toThrow('seat');
});

test('another thread’s beat is seen here', async () => {
  const memory = createHeartbeats(1);
  const code = `Atomics.store(new Int32Array(require('node:worker_threads').workerData), 0, 4000);`;
  const worker = new Worker(code, { eval: true, workerData: memory });
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(heartbeatAgeMs(memory, 0, 4250)).toBe(250);
});
