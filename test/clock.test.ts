import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isoNow, nowMs } from '../src/clock.js';
import { type CompiledCode, compile } from './compiled_code.js';

let code: CompiledCode;
beforeAll(async () => {
  code = await compile(['test/clock_thread.ts']);
}, 60_000);
afterAll(() => code.remove());

// A worker's clock is set while the worker starts, when everything is slow; being wrong by milliseconds would look like
// a delay in every histogram that spans two threads.
test('all threads agree on the time, to far less than a millisecond', async () => {
  for (let thread = 0; thread < 3; thread++) {
    const worker = new Worker(code.url('test/clock_thread.ts'));
    await once(worker, 'message');
    let error = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 50; i++) {
      const before = nowMs();
      const answer = once(worker, 'message');
      worker.postMessage('what time is it');
      const [there] = await answer;
      const after = nowMs();
      // How far the answer lies outside the time between question and answer, the least of all tries.
      error = Math.min(error, Math.max(before - there, there - after));
    }
    await worker.terminate();
    expect(error).toBeLessThan(0.1);
  }
});

test('time moves forward, and wall time is ISO 8601 UTC', () => {
  let last = nowMs();
  for (let i = 0; i < 1000; i++) {
    const now = nowMs();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  expect(isoNow()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
