// How long a sleeping thread takes to run again, and what ringing costs when it is awake anyway. Part of ring.bench.ts.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { nowMs } from '../../src/clock.js';
import { createDoorbells, Doorbell } from '../../src/threads/doorbell.js';
import { type BenchOptions, type BenchResult, compared, nsPerOperation, ResultHash } from '../bench_result.js';
import { MAIN_BELL, makePeerSetup, WORKER_BELL } from './ring_bench_peer.js';

/** Wake-up times as p50 and p99, one result each, and the cost of ringing. */
export async function benchWakes(options: BenchOptions): Promise<BenchResult[]> {
  const samples = options.small ? 20 : 3000;
  const setup = makePeerSetup(1024, 0);
  const worker = new Worker(new URL('./ring_bench_peer.js', import.meta.url), { workerData: setup });
  await once(worker, 'message');
  const wokenAt = new Float64Array(setup.wokenAt);
  const workerBell = new Doorbell(setup.bells, WORKER_BELL);
  let onAnswer: () => void = () => {};
  const stop = new Doorbell(setup.bells, MAIN_BELL).listen(() => onAnswer());

  const doorbellNs: number[] = [];
  const portNs: number[] = [];
  for (let i = 0; i < samples; i++) {
    // In turn, so that whatever else the machine does meets both alike. The pause lets the other thread fall asleep.
    await sleep(1);
    const answered = new Promise<void>((resolve) => (onAnswer = resolve));
    const rungAt = nowMs();
    workerBell.ring();
    await answered;
    doorbellNs.push((wokenAt[0] - rungAt) * 1e6);

    await sleep(1);
    const message = once(worker, 'message');
    const postedAt = nowMs();
    worker.postMessage('wake');
    await message;
    portNs.push((wokenAt[0] - postedAt) * 1e6);
  }
  stop();
  await worker.terminate();

  const wake = (q: number): BenchResult => {
    const at = (times: number[]) => ({
      nsPerOp: times.sort((a, b) => a - b)[Math.floor(times.length * q)],
      hash: new ResultHash().add(times.length).hex,
    });
    return compared(`waking a sleeping thread, p${q * 100}`, at(doorbellNs), { name: 'MessagePort', ...at(portNs) });
  };
  return [wake(0.5), wake(0.99), await benchRinging(options)];
}

/** Ringing for a thread that is awake and has been rung before: what all but the first of a burst pay. */
async function benchRinging(options: BenchOptions): Promise<BenchResult> {
  const rings = 1000;
  const bells = createDoorbells(1);
  const bell = new Doorbell(bells, 0);
  const [nsPerOp] = await nsPerOperation(options, rings, {
    ring: () => {
      for (let i = 0; i < rings; i++) bell.ring();
    },
  });
  const hash = new ResultHash().add(new Int32Array(bells)[0]).hex;
  return compared('ringing a doorbell that is rung already', { nsPerOp, hash }, null);
}
