// A process that ends while a doorbell still has a listener. Prints `<scenario> ok`, and must then end by itself.

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createDoorbells, Doorbell } from '../../../src/threads/doorbell.js';

if (!isMainThread) {
  new Doorbell(workerData, 0).listen(() => parentPort?.postMessage('called'));
  setInterval(() => {}, 1000);
} else {
  const bells = createDoorbells(1);
  const bell = new Doorbell(bells, 0);
  const scenario = process.argv[2];
  if (scenario === 'terminated') {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: bells });
    await once(worker, 'message');
    const heard = once(worker, 'message');
    bell.ring();
    await heard;
    await worker.terminate();
  }
  let calls = 0;
  await new Promise<void>((resolve) => {
    bell.listen(() => {
      calls++;
      if (calls === 1) setTimeout(() => bell.ring(), 5);
      else resolve();
    });
  });
  console.log(`${scenario} ok`);
}
