// Watches the event loop of one thread: how long it was held up, and how busy it was. A small timer is late whenever the
// loop is, whatever held it up; once a second the worst is written down, so that a thread full of calls pays the same as
// an empty one. Node's own monitorEventLoopDelay forgets what lies next to its resets, and without them only ever rises.

import { performance } from 'node:perf_hooks';
import { nowMs } from '../clock.js';
import type { ThreadMetrics } from './shared_metrics.js';

const LOOK_MS = 20;
const READ_MS = 1000;

/** Watches this thread from now on. Keeps nothing alive; `stop` is safe twice. */
export function watchEventLoop(metrics: ThreadMetrics, readMs = READ_MS): { stop(): void } {
  let lastMs = nowMs();
  let readAtMs = lastMs;
  let worstMs = 0;
  let last = performance.eventLoopUtilization();
  const look = (): void => {
    const now = nowMs();
    worstMs = Math.max(worstMs, now - lastMs - LOOK_MS);
    lastMs = now;
    if (now - readAtMs < readMs) return;
    metrics.observe('loop_lag_ms', worstMs);
    worstMs = 0;
    readAtMs = now;
    const current = performance.eventLoopUtilization();
    metrics.setGauge('loop_utilisation', performance.eventLoopUtilization(current, last).utilization);
    last = current;
  };
  const timer = setInterval(look, LOOK_MS).unref();
  return { stop: () => clearInterval(timer) };
}
