// How many times as much a system takes as ringline did in the same run, at each number of calls that both were measured
// at. Above 1 is worse, but for the capacity. Pure.

import type { PeerResult } from './comparison.js';
import type { Rung } from './objective.js';

/** Null = one of the two has no such figure, or ours is nothing. */
export interface Ratios {
  /** Theirs / ours. */
  capacity: number | null;
  at: {
    calls: number;
    cpu_per_call: number | null;
    memory_per_call: number | null;
    response_p50: number | null;
    onset_to_clear_p50: number | null;
  }[];
}

/** Null = ringline itself, or it was not measured. */
export function ratiosToOurs(result: PeerResult, ours: PeerResult | undefined): Ratios | null {
  if (!ours || result === ours || ours.rungs.length === 0 || result.rungs.length === 0) return null;
  return {
    capacity: ratio(result.capacity, ours.capacity),
    at: result.rungs.flatMap((rung) => {
      const our = ours.rungs.find(({ calls }) => calls === rung.calls);
      return our ? [compare(rung, our)] : [];
    }),
  };
}

function compare(theirs: Rung, ours: Rung): Ratios['at'][number] {
  return {
    calls: theirs.calls,
    cpu_per_call: ratio(theirs.cpu_pct_per_call, ours.cpu_pct_per_call),
    memory_per_call: ratio(theirs.memory_mib_per_call, ours.memory_mib_per_call),
    response_p50: ratio(theirs.response_ms.p50, ours.response_ms.p50),
    onset_to_clear_p50: ratio(theirs.voice_to_clear_ms.p50, ours.voice_to_clear_ms.p50),
  };
}

function ratio(theirs: number | null, ours: number | null): number | null {
  return theirs === null || ours === null || ours <= 0 ? null : Math.round((theirs / ours) * 100) / 100;
}
