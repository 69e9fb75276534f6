// `--find-capacity`: the highest number of calls that holds the objective, by doubling and then bisection. Each step is a
// short run with a fresh server; the last number that held is tried once more, so that luck does not become a figure.

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
const STEPS_MAX = 14;

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
  const seconds = Math.min(options.seconds, STEP_SECONDS_MAX);
  let best: LoadReport | null = null;
  let held = 0;
  let broke: CapacityStep | null = null;

  const attempt = async (calls: number): Promise<boolean> => {
    const ratePerS = Math.max(options.ratePerS, calls / 8);
    const report = await run({ ...options, calls, seconds, ratePerS, json: null, html: null });
    const step = judge(report);
    steps.push(step);
    say(describe(step));
    if (step.held && calls >= held) {
      held = calls;
      best = report;
    }
    if (!step.held && (broke === null || calls < broke.calls)) broke = step;
    return step.held;
  };
  const result = (limitedBy: CapacityResult['limited_by']): CapacityResult => ({
    calls: held,
    broke_at: broke?.calls ?? null,
    limited_by: limitedBy,
    objective: OBJECTIVE,
    scenario: options.scenario,
    steps,
    best,
  });

  let next = options.calls;
  while (steps.length < STEPS_MAX) {
    await attempt(next);
    if (stopped()) return result('interrupted');
    // `broke` is set in the closure: TypeScript does not see it.
    const limit = broke as CapacityStep | null;
    if (limit === null) next *= 2;
    else if (limit.calls - held <= Math.max(1, limit.calls * RESOLUTION_SHARE)) {
      // Held only once by luck? Then the search goes on below.
      if (held === 0 || steps.filter((step) => step.calls === held).length > 1 || (await attempt(held)))
        return result(limit.valid ? 'server' : 'generator');
      held = Math.max(0, ...steps.filter((step) => step.held && step.calls < held).map(({ calls }) => calls));
      next = Math.max(1, Math.round((held + (broke as unknown as CapacityStep).calls) / 2));
    } else next = Math.max(1, Math.round((held + limit.calls) / 2));
  }
  return result('steps');
}

/** Does a run hold the objective? */
export function judge(report: LoadReport): CapacityStep {
  const added = report.latency.engine_added_ms.p99;
  const unknownHoles = Math.max(0, report.playout_long_gaps - report.underruns - report.tts_gaps);
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
