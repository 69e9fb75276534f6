// `--find-capacity`: the highest number of calls that holds the objective, by doubling and then bisection. Each step is a
// short run with a fresh server. A number breaks when it breaks twice, because a short run has few answers and a stall of
// the machine spoils its p99; the result must hold twice, so that luck does not become a figure.

import type { LoadOptions } from './load_options.js';
import type { LoadReport } from './report/load_report.js';

export const OBJECTIVE = {
  /** What the server adds to a response, p99. */
  engineAddedMsP99: 20,
  /** Underruns, and holes that callers heard and the server does not know of, as a share of frames. */
  underrunShare: 0.0001,
} as const;

const STEP_SECONDS_MAX = 30;
/** Closer than this is within the noise of a short run. */
const RESOLUTION_SHARE = 0.05;
const STEPS_MAX = 24;

export interface CapacityStep {
  calls: number;
  held: boolean;
  /** Empty when it held. */
  why: string[];
  valid: boolean;
  engine_added_p99_ms: number | null;
  underruns: number;
  failed: number;
  cpu_pct_per_call: number | null;
  generator_cpu_pct: number | null;
}

export interface CapacityResult {
  /** Highest number of calls that held; 0 = not even the first. */
  calls: number;
  /** Lowest number that did not; null = the search ended before one was found. */
  broke_at: number | null;
  /** What ended the search: the server's limit, the generator's, or the number of steps. */
  limited_by: 'server' | 'generator' | 'steps' | 'interrupted';
  objective: typeof OBJECTIVE;
  scenario: string;
  steps: CapacityStep[];
  /** The report of the best run. */
  best: LoadReport | null;
}

/**
 * @param options `calls` is where the search begins
 * @param run one whole run
 * @param say a line for the person who waits
 */
export async function findCapacity(
  options: LoadOptions,
  run: (options: LoadOptions) => Promise<LoadReport>,
  say: (line: string) => void,
  stopped: () => boolean = () => false,
): Promise<CapacityResult> {
  const steps: CapacityStep[] = [];
  const reports = new Map<number, LoadReport>();
  const seconds = Math.min(options.seconds, STEP_SECONDS_MAX);
  /** Highest number that held, lowest that broke. */
  let low = 0;
  let high: number | null = null;

  const tryOnce = async (calls: number): Promise<boolean> => {
    const ratePerS = Math.max(options.ratePerS, calls / 8);
    const report = await run({ ...options, calls, seconds, ratePerS, json: null, html: null });
    const step = judge(report);
    steps.push(step);
    say(describe(step));
    if (step.held) reports.set(calls, report);
    return step.held;
  };
  const isOver = (): boolean => stopped() || steps.length >= STEPS_MAX;
  const holds = async (calls: number): Promise<boolean> => (await tryOnce(calls)) || (!isOver() && tryOnce(calls));
  const timesHeld = (calls: number): number => steps.filter((step) => step.held && step.calls === calls).length;

  for (let next = options.calls; high === null && !isOver(); next *= 2) {
    if (await holds(next)) low = next;
    else high = next;
  }
  while (high !== null && !isOver()) {
    if (high - low > Math.max(1, high * RESOLUTION_SHARE)) {
      const middle = Math.round((low + high) / 2);
      if (await holds(middle)) low = middle;
      else high = middle;
    } else if (low === 0 || timesHeld(low) > 1 || (await tryOnce(low))) break;
    else {
      // It held by luck only: the search goes on below.
      high = low;
      const below = high;
      low = Math.max(0, ...[...reports.keys()].filter((calls) => calls < below));
    }
  }
  const limit = steps.findLast((step) => step.calls === high && !step.held);
  const limitedBy = limit?.valid === false ? 'generator' : 'server';
  return {
    calls: low,
    broke_at: high,
    limited_by: stopped() ? 'interrupted' : high === null || steps.length >= STEPS_MAX ? 'steps' : limitedBy,
    objective: OBJECTIVE,
    scenario: options.scenario,
    steps,
    best: reports.get(low) ?? null,
  };
}

/** Does a run hold the objective? */
export function judge(report: LoadReport): CapacityStep {
  const added = report.latency.engine_added_ms.p99;
  const unknownHoles = Math.max(0, report.playout_long_gaps - report.underruns - report.tts_gaps - report.floor_pauses);
  const share = (report.underruns + unknownHoles) / Math.max(1, report.frames.heard);
  const why = [...report.invalid];
  if (added === null) why.push('no answer could be measured');
  else if (added >= OBJECTIVE.engineAddedMsP99) why.push(`engine added p99 ${added} ms`);
  if (share >= OBJECTIVE.underrunShare) why.push(`${report.underruns + unknownHoles} underruns`);
  if (report.failed > 0) why.push(`${report.failed} calls failed`);
  if (report.turns.unanswered > 0) why.push(`${report.turns.unanswered} turns unanswered`);
  return {
    calls: report.calls,
    held: why.length === 0,
    why,
    valid: report.valid,
    engine_added_p99_ms: added,
    underruns: report.underruns + unknownHoles,
    failed: report.failed,
    cpu_pct_per_call: report.server.cpu_pct_per_call,
    generator_cpu_pct: report.generator.cpu_pct,
  };
}

function describe(step: CapacityStep): string {
  const cpu = step.cpu_pct_per_call === null ? '-' : step.cpu_pct_per_call.toFixed(3);
  return (
    `${String(step.calls).padStart(6)} calls: ${step.held ? 'held  ' : 'broke '}` +
    ` engine added p99 ${step.engine_added_p99_ms ?? '-'} ms, ${step.underruns} underruns, ${cpu} % per call` +
    (step.why.length > 0 ? `  (${step.why.join('; ')})` : '')
  );
}

/** The result in one line. */
export function capacityLine({ calls, broke_at, limited_by }: CapacityResult): string {
  const limit = {
    server: 'the server',
    generator: 'the generator',
    steps: 'the number of steps',
    interrupted: 'Ctrl-C',
  };
  return `${calls} calls hold the objective; ${broke_at === null ? 'no number broke it' : `${broke_at} break it`}; limited by ${limit[limited_by]}`;
}
