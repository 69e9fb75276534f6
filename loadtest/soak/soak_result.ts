// What a soak found: memory against calls, and what was still held when all calls were over. Pure.

export interface Holdings {
  /** Calls that the server counts as live. */
  slots: number;
  sockets: number;
  timers: number;
  /** Open files of the recordings folder. */
  files: number;
  listeners: number;
}

export interface Sample {
  /** Calls since the server's start. */
  calls: number;
  rssMib: number;
}

export interface SoakResult {
  calls: number;
  rss_slope_mib_per_1000_calls: number;
  /** Below zero: fewer than before. */
  leaked: Holdings;
}

export interface SoakBounds {
  slopeMax: number;
  leakedMax: number;
}

/** Least squares, MiB for 1,000 calls; 0 when there is nothing to fit. */
export function slopePer1000(samples: readonly Sample[]): number {
  const n = samples.length;
  const meanX = samples.reduce((sum, { calls }) => sum + calls, 0) / n;
  const meanY = samples.reduce((sum, { rssMib }) => sum + rssMib, 0) / n;
  const spread = samples.reduce((sum, { calls }) => sum + (calls - meanX) ** 2, 0);
  if (!(spread > 0)) return 0;
  const together = samples.reduce((sum, { calls, rssMib }) => sum + (calls - meanX) * (rssMib - meanY), 0);
  return (1000 * together) / spread;
}

export function soakResult(samples: readonly Sample[], before: Holdings, after: Holdings): SoakResult {
  const leaked = Object.fromEntries(
    Object.entries(after).map(([name, held]) => [name, held - before[name as keyof Holdings]]),
  ) as unknown as Holdings;
  return {
    calls: samples.at(-1)?.calls ?? 0,
    rss_slope_mib_per_1000_calls: Math.round(slopePer1000(samples) * 100) / 100,
    leaked,
  };
}

/** Why it is not flat; none = it is. */
export function soakFailures(result: SoakResult, { slopeMax, leakedMax }: SoakBounds): string[] {
  const { leaked, rss_slope_mib_per_1000_calls: slope } = result;
  const failures = slope > slopeMax ? [`memory grows by ${slope} MiB in 1,000 calls`] : [];
  if (leaked.slots > 0) failures.push(`${leaked.slots} calls never ended`);
  if (leaked.files > 0) failures.push(`${leaked.files} recordings were never closed`);
  for (const name of ['sockets', 'timers', 'listeners'] as const)
    if (leaked[name] > leakedMax) failures.push(`${leaked[name]} ${name} are left`);
  return failures;
}
