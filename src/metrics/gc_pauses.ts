// Watches one thread's garbage collector: the one kind of stall that no deadline can keep away, so it has to be seen.

import { PerformanceObserver } from 'node:perf_hooks';
import type { ThreadMetrics } from './shared_metrics.js';

/** Observes every collection of this thread from now on. Keeps nothing alive; `stop` is safe twice. */
export function watchGarbageCollector(metrics: ThreadMetrics): { stop(): void } {
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) metrics.observe('gc_pause_ms', duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  return { stop: () => observer.disconnect() };
}
