// One monotonic time base for the whole process. `performance.now()` starts at zero in every thread, so it can't be
// compared across threads; the operating system's monotonic clock can. Each thread measures its offset once.

const offsetMs = measureOffset();

/**
 * Monotonic milliseconds, comparable between all threads of this process (not between processes, not wall time).
 * Resolution is well under a microsecond; no allocation.
 */
export function nowMs(): number {
  return performance.now() + offsetMs;
}

/** Wall-clock time as ISO 8601 UTC, for logs, sidecar files and API answers. Never for measuring. */
export function isoNow(): string {
  return new Date().toISOString();
}

/**
 * System's monotonic clock minus this thread's. The best of some tries: the first use of `performance` loads it, which
 * takes 0.7 ms in the main thread and 5 ms in a starting worker, and any try may be interrupted. Good to a microsecond.
 */
function measureOffset(): number {
  let offset = 0;
  let narrowestNs = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = process.hrtime.bigint();
    const thread = performance.now();
    const after = process.hrtime.bigint();
    const widthNs = Number(after - before);
    if (widthNs >= narrowestNs) continue;
    narrowestNs = widthNs;
    offset = (Number(before) + widthNs / 2) / 1e6 - thread;
  }
  return offset;
}
