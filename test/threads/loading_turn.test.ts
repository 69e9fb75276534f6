import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { createLoadingTurn, inTurn } from '../../src/threads/loading_turn.js';

/** Another thread that takes the turn, notes in word 1 when it is done with loading, and gives the turn back unless it dies. */
const OTHER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const [turn, done] = [new Int32Array(workerData.turn), new Int32Array(workerData.done)];
  Atomics.store(turn, 0, 1);
  parentPort.postMessage('loading');
  setTimeout(() => {
    if (workerData.dies) process.exit(1);
    Atomics.store(done, 0, 1);
    Atomics.store(turn, 0, 0);
    Atomics.notify(turn, 0, 1);
  }, 100);`;

async function startOther(turn: SharedArrayBuffer, dies = false) {
  const done = new SharedArrayBuffer(4);
  const worker = new Worker(OTHER, { eval: true, workerData: { turn, done, dies } });
  const ended = once(worker, 'exit');
  await once(worker, 'message');
  return { ended, isDone: () => Atomics.load(new Int32Array(done), 0) === 1 };
}

test('what another thread loads is waited for', async () => {
  const turn = createLoadingTurn();
  const other = await startOther(turn);
  expect(await inTurn(turn, async () => other.isDone())).toBe(true);
  await other.ended;
});

test('a turn that nobody gives back holds up nobody for ever', async () => {
  const turn = createLoadingTurn();
  const other = await startOther(turn, true);
  expect(await inTurn(turn, async () => 'loaded', 300)).toBe('loaded');
  await other.ended;
  expect(await inTurn(turn, async () => 'again')).toBe('again');
});

test('loading that fails gives its turn back', async () => {
  const turn = createLoadingTurn();
  await expect(inTurn(turn, () => Promise.reject(new Error('too many open files')))).rejects.toThrow('too many');
  expect(await inTurn(turn, async () => 'loaded', 1)).toBe('loaded');
});
