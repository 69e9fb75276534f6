// One monotonic time base for the whole process. `performance.now()` starts at zero in every thread, so it can't be
// compared across threads; the operating system's monotonic clock can. Each thread measures its offset once.

const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

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
