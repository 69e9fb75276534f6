// Loaded into the real server before its own code (`node --import`), by the chaos run and the soak only: kills or stalls a
// worker thread, slows the disk, and counts what each thread holds open, as told over a socket. The product knows nothing
// of it: whoever may start the server with other arguments may do anything to it anyway. The other end is inside.ts.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { BroadcastChannel, isMainThread, threadId, type Worker } from 'node:worker_threads';
import type { InsideAnswer, InsideCommand, ThreadHoldings } from './inside.js';

const CHANNEL = 'ringline-chaos';
/** How long the main thread waits for its workers' counts; one that is stalled is left out. */
const COUNT_TIMEOUT_MS = 2000;

type ToWorkers = { kind: 'stall'; threadId: number; ms: number } | { kind: 'slow'; ms: number } | { kind: 'count' };
type Counted = { kind: 'counted'; holdings: ThreadHoldings };

const channel = new BroadcastChannel(CHANNEL);
channel.unref();

/** Of the thread that calls it. The channel and the socket of this file are among them, always the same number. */
function holdings(): ThreadHoldings {
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return { thread: threadId, resources, listeners };
}

/** Every write and open of a file takes so much longer from now on; 0 = no longer. */
let diskDelayMs = 0;
let diskPatched = false;

function slowDisk(ms: number): void {
  diskDelayMs = ms;
  if (diskPatched || ms === 0) return;
  diskPatched = true;
  const late = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ['open', 'write', 'writev', 'writeFile', 'rename', 'close', 'fsync']) {
    const real = late[name];
    late[name] = (...args) => (diskDelayMs === 0 ? real(...args) : void setTimeout(() => real(...args), diskDelayMs));
  }
  const promises = fs.promises as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  for (const name of ['open', 'writeFile', 'appendFile', 'rename', 'mkdir', 'unlink']) {
    const real = promises[name];
    promises[name] = async (...args) => {
      if (diskDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, diskDelayMs));
      return real(...args);
    };
  }
  syncBuiltinESMExports();
}

function beAWorker(): void {
  channel.onmessage = (event) => {
    const command = (event as { data: ToWorkers | Counted }).data;
    if (command.kind === 'slow') slowDisk(command.ms);
    if (command.kind === 'count') channel.postMessage({ kind: 'counted', holdings: holdings() } satisfies Counted);
    if (command.kind !== 'stall' || command.threadId !== threadId) return;
    for (const end = performance.now() + command.ms; performance.now() < end; );
  };
}

const workers: Worker[] = [];

function count(): Promise<ThreadHoldings[]> {
  return new Promise((resolve) => {
    const all = [holdings()];
    const done = (): void => {
      clearTimeout(timer);
      channel.onmessage = () => {};
      resolve(all);
    };
    const timer = setTimeout(done, COUNT_TIMEOUT_MS);
    channel.onmessage = (event) => {
      const answer = (event as { data: ToWorkers | Counted }).data;
      if (answer.kind === 'counted' && all.push(answer.holdings) > workers.length) done();
    };
    channel.postMessage({ kind: 'count' } satisfies ToWorkers);
  });
}

async function obey(command: InsideCommand): Promise<InsideAnswer> {
  const worker = workers[0];
  switch (command.kind) {
    case 'kill_worker':
      await worker?.terminate();
      break;
    case 'stall_worker':
      if (worker) channel.postMessage({ kind: 'stall', threadId: worker.threadId, ms: command.ms } satisfies ToWorkers);
      break;
    case 'slow_disk':
      slowDisk(command.ms);
      channel.postMessage({ kind: 'slow', ms: command.ms } satisfies ToWorkers);
      break;
    case 'count':
      return { workers: workers.length, threads: await count() };
  }
  return { workers: workers.length, threads: [] };
}

function beTheMainThread(path: string): void {
  process.on('worker', (worker) => {
    workers.push(worker);
    worker.once('exit', () => workers.splice(workers.indexOf(worker), 1));
  });
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (line) => {
      obey(JSON.parse(String(line)) as InsideCommand).then(
        (answer) => socket.end(JSON.stringify(answer)),
        () => socket.destroy(),
      );
    });
  });
  server.on('error', (error) => console.error(`chaos: ${error.message}`));
  server.listen(path);
  server.unref();
}

const PATH = process.env['RINGLINE_CHAOS_SOCKET'];
if (!isMainThread) beAWorker();
else if (PATH) beTheMainThread(PATH);
