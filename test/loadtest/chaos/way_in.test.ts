// Both ends of the way into a server: a small program with worker threads stands in for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tellInside, wayIn } from '../../../loadtest/chaos/inside.js';

const PROGRAM = `
  const { Worker } = require('node:worker_threads');
  const start = () => new Worker(require('node:path').join(__dirname, 'worker.cjs'), { env: {} }).once('exit', start);
  start(); start();
  setInterval(() => {}, 1000);
`;

let dir: string;
let child: ChildProcess;
let socket: string;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'ringline-way-in-'));
  socket = path.join(dir, 'socket');
  const { nodeArgs, env } = wayIn(socket);
  writeFileSync(path.join(dir, 'worker.cjs'), 'setInterval(() => {}, 1000)');
  writeFileSync(path.join(dir, 'main.cjs'), PROGRAM);
  child = spawn(process.execPath, [...nodeArgs, path.join(dir, 'main.cjs')], {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  await expect.poll(() => existsSync(socket), { timeout: 20_000 }).toBe(true);
  await expect.poll(async () => (await count()).threads.length, { timeout: 20_000 }).toBe(3);
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

const count = () => tellInside(socket, { kind: 'count' });

test('counts what every thread holds, the main thread first', async () => {
  const { workers, threads } = await count();
  expect(workers).toBe(2);
  expect(threads[0].thread).toBe(0);
  expect(threads.every(({ resources }) => resources['Timeout'] >= 1)).toBe(true);
});

test('kills one worker thread', async () => {
  const before = (await count()).threads.map(({ thread }) => thread);
  await tellInside(socket, { kind: 'kill_worker' });
  await expect.poll(async () => (await count()).threads.length, { timeout: 20_000 }).toBe(3);
  const after = (await count()).threads.map(({ thread }) => thread);
  expect(after.filter((thread) => !before.includes(thread))).toHaveLength(1);
});

test('stalls one worker thread: it answers nothing meanwhile', async () => {
  await tellInside(socket, { kind: 'stall_worker', ms: 3000 });
  expect((await count()).threads).toHaveLength(2);
  await expect.poll(async () => (await count()).threads.length, { timeout: 20_000 }).toBe(3);
});
