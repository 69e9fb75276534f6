// Which numbers of calls are measured: the three that the table shows and then ever more, until the objective no longer
// holds; after that a few between the last that held and the first that did not. Pure.

/** The table's own; beyond them the steps grow with what the system can do. */
export const TABLE_CALLS = [1, 10, 50] as const;
const FURTHER_CALLS = [100, 200, 300, 400, 500, 600, 800, 1000];

/** The first climb, rising. */
export function firstClimb(callsMax: number): number[] {
  return [...TABLE_CALLS, ...FURTHER_CALLS].filter((calls) => calls <= callsMax);
}

/** The second climb: rising by equal ratios, strictly between `held` and `failed`. */
export function secondClimb(held: number, failed: number): number[] {
  const from = Math.max(1, held);
  const steps = failed / from > 2 ? 4 : 3;
  const rungs = Array.from({ length: steps }, (_, i) => Math.round(from * (failed / from) ** ((i + 1) / (steps + 1))));
  return [...new Set(rungs)].filter((calls) => calls > held && calls < failed);
}

/** Long enough for some thirty turns, within bounds; a turn takes a caller about ten seconds. */
export function windowSeconds(calls: number, scale = 1): number {
  return Math.round(scale * Math.min(30, Math.max(15, 400 / calls)));
}
