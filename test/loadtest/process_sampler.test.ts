// What the operating system accounts to threads.

import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { countFds, findWorkerThreads, readCpu, readRssMib } from '../../loadtest/report/process_sampler.js';

const linux = process.platform === 'linux';
const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** Idle until told to burn CPU for some ms; answers when done. */
function startWorker(): Promise<Worker> {
  const program = `
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (ms) => {
      const { user, system } = process.cpuUsage();
      const end = performance.now() + ms;
      while (performance.now() < end);
      parentPort.postMessage('done');
    });
    parentPort.postMessage('ready');`;
  const worker = new Worker(program, { eval: true });
  workers.push(worker);
  return new Promise((resolve) => worker.once('message', () => resolve(worker)));
}

test.runIf(linux)('work of a worker thread is its own, not the main thread’s', async () => {
  const worker = await startWorker();
  const found = await findWorkerThreads(process.pid, 1);
  expect(found).toHaveLength(1);
  const before = readCpu(process.pid, found)!;
  const done = new Promise((resolve) => worker.once('message', resolve));
  worker.postMessage(200);
  await done;
  const after = readCpu(process.pid, found)!;
  const worked = after.workersMs - before.workersMs;
  expect(worked).toBeGreaterThan(20);
  expect(after.mainMs - before.mainMs).toBeLessThan(worked);
});

test.runIf(linux)('memory and descriptors of a process', () => {
  expect(readRssMib(process.pid)).toBeGreaterThan(10);
  expect(countFds(process.pid)).toBeGreaterThan(2);
});

test('a process that is not there is nothing, not zero', () => {
  expect(readCpu(2 ** 22 + 1, null)).toBeNull();
  expect(readRssMib(2 ** 22 + 1)).toBeNull();
  expect(countFds(2 ** 22 + 1)).toBeNull();
});
