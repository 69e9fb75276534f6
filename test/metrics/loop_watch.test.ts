import { afterEach, beforeEach, expect, test } from 'vitest';
import { nowMs } from '../../src/clock.js';
import { watchEventLoop } from '../../src/metrics/loop_watch.js';
import {
  createSharedMetrics,
  quantile,
  sumGauge,
  sumHistogram,
  ThreadMetrics,
} from '../../src/metrics/shared_metrics.js';

let sab: SharedArrayBuffer;
let watch: { stop(): void };
beforeEach(() => {
  sab = createSharedMetrics(1);
  watch = watchEventLoop(new ThreadMetrics(sab, 0), 50);
});
afterEach(() => watch.stop());

function beBusy(ms: number): void {
  const endMs = nowMs() + ms;
  while (nowMs() < endMs);
}
const seen = () => sumHistogram(sab, 'loop_lag_ms').count;
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a thread that was held up says for how long, and how busy it was', async () => {
  await until(() => seen() > 0);
  let busiest = 0;
  beBusy(400);
  await until(() => {
    busiest = Math.max(busiest, sumGauge(sab, 'loop_utilisation'));
    return quantile(sab, 'loop_lag_ms', 1) >= 200;
  });
  expect(busiest).toBeGreaterThan(0.5);
  expect(busiest).toBeLessThanOrEqual(1);
});

test('stopped, it writes nothing more, and stopping twice is fine', async () => {
  await until(() => seen() > 0);
  watch.stop();
  watch.stop();
  const before = seen();
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(seen()).toBe(before);
});
