// What was measured at one number of calls, and whether it holds the objective. Everything is seen from outside the server,
// so that it means the same for every system. Pure.
//
// A system's own time of a turn is the response time less what the vendors' simulators recorded for it (own_time.ts). How
// long a system waits before it takes a turn for finished is its policy and not a matter of load; it is in its own time,
// and in its own quiet median too (the lowest median of its rungs in this run). So what load adds is told by
//
//   added = p99 of the own time - its quiet median, or the same of the response time, whichever is less
//
// and may be `addedMsMax`. The response time alone would hold a long first sentence against a system; the own time alone a
// language model that it asked early, whose time passed beside its wait and not after it. A hole is agent audio that the
// caller's ear lacked within a reply (Twilio's queue ran dry and audio of the same reply came later). Holes shorter than HOLE_MS_MIN are left to the telephone network's own jitter buffers.

import type { Quantiles } from '../report/quantiles.js';

/** One rung of the ladder: so many calls for so long. */
export interface Rung {
  calls: number;
  seconds: number;
  turns: number;
  response_ms: Quantiles;
  /** Of it what was not the vendors' simulators. */
  own_ms: Quantiles;
  /** Answered turns whose vendor rows were not all found: they have no own time. */
  unattributed: number;
  /** Caller's first voiced frame while the agent spoke, to the clear message. */
  voice_to_clear_ms: Quantiles;
  barge_ins: number;
  not_cleared: number;
  /** Of one core, all processes of the server. */
  cpu_pct: number;
  cpu_pct_per_call: number;
  memory_mib: number;
  /** Above the idle server. */
  memory_mib_per_call: number;
  processes: number;
  /** All holes, those that count, and how long they were together. */
  holes: number;
  holes_audible: number;
  hole_ms: number;
  frames_heard: number;
  failed_calls: number;
  unanswered_turns: number;
  early_answers: number;
  generator: { late_p99_ms: number; fleet_cpu_pct: number; providers_cpu_pct: number };
  verdict: Verdict;
}

export interface Verdict {
  holds: boolean;
  added_p99_ms: number | null;
  why: string[];
  /** The generator was late: neither good nor bad is proven. */
  invalid: boolean;
}

export const OBJECTIVE = {
  addedMsMax: 200,
  holeMsMin: 20,
  /** Share of the frames heard. */
  holesShareMax: 0.0001,
  generatorLateMsMax: 5,
} as const;

/** Lowest medians of a system; null = none yet. */
export interface QuietMedians {
  ownMs: number | null;
  responseMs: number | null;
}

export function judge(rung: Omit<Rung, 'verdict'>, quiet: QuietMedians): Verdict {
  const why: string[] = [];
  const own = above(rung.own_ms, quiet.ownMs);
  const response = above(rung.response_ms, quiet.responseMs);
  const added = own === null || response === null ? (own ?? response) : Math.min(own, response);
  if (added === null) why.push('no turn was answered');
  else if (added > OBJECTIVE.addedMsMax) why.push(`p99 ${Math.round(added)} ms above its quiet median`);
  // Below ten thousand frames one hole is more than the share; one is always forgiven.
  const holesMax = Math.max(1, rung.frames_heard * OBJECTIVE.holesShareMax);
  if (rung.holes_audible > holesMax) why.push(`${rung.holes_audible} holes in ${rung.frames_heard} frames`);
  if (rung.failed_calls > 0) why.push(`${rung.failed_calls} failed calls`);
  if (rung.unanswered_turns > 0) why.push(`${rung.unanswered_turns} turns unanswered`);
  const invalid = rung.generator.late_p99_ms > OBJECTIVE.generatorLateMsMax;
  return { holds: why.length === 0, added_p99_ms: added === null ? null : Math.round(added), why, invalid };
}

/** Of the rungs that had some turns; where none had, of those that had any. */
export function quietMedians(rungs: readonly Pick<Rung, 'own_ms' | 'response_ms'>[]): QuietMedians {
  const lowest = (all: Quantiles[]): number | null => {
    const known = all.filter(({ p50 }) => p50 !== null);
    const sure = known.filter(({ count }) => count >= 3);
    const medians = (sure.length > 0 ? sure : known).map(({ p50 }) => p50!);
    return medians.length === 0 ? null : Math.min(...medians);
  };
  return {
    ownMs: lowest(rungs.map(({ own_ms }) => own_ms)),
    responseMs: lowest(rungs.map(({ response_ms }) => response_ms)),
  };
}

/** So few and so mild faults that a hiccup of the machine may have been the reason. */
export function isNearMiss({ failed_calls, unanswered_turns, verdict }: Rung): boolean {
  const { holds, added_p99_ms } = verdict;
  return !holds && failed_calls === 0 && unanswered_turns <= 2 && (added_p99_ms ?? Number.POSITIVE_INFINITY) < 2000;
}

function above({ p99 }: Quantiles, quietMs: number | null): number | null {
  return p99 === null || quietMs === null ? null : p99 - quietMs;
}
