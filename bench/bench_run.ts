// Runs benches one after the other, shows what comes out as it comes, and judges it at the end. What to run and where the
// text goes is the caller's choice (main.ts), so that tests can hold a run to its exit code.

import type { BenchOptions, BenchResult } from './bench_result.js';
import type { Bench } from './benches.js';
import { type Minimum, missedBy, unusedMinimums } from './minimums.js';
import { formatResults } from './result_table.js';

export interface RunPlan extends BenchOptions {
  benches: readonly Bench[];
  /** Those that count in this run. */
  minimums: readonly Minimum[];
  /** Whether each of `minimums` must have met a result. */
  isComplete: boolean;
}

export interface RunOutput {
  /** For the reader: tables and verdict. */
  print(text: string): void;
  /** For the one who waits: what runs now; null = nothing any more. */
  progress(text: string | null): void;
}

export interface RunOutcome {
  results: BenchResult[];
  /** In words; empty = all is well. */
  failures: string[];
}

/** Never rejects: a bench that throws is a failure of the run, and the others still run. */
export async function runBenches(plan: RunPlan, output: RunOutput): Promise<RunOutcome> {
  const results: BenchResult[] = [];
  const failures: string[] = [];
  for (const [i, { name, load }] of plan.benches.entries()) {
    output.progress(`[${i + 1}/${plan.benches.length}] ${name}`);
    // What the last bench left behind is not this one's to collect.
    globalThis.gc?.();
    try {
      const { bench } = await load();
      const found = await bench({ small: plan.small });
      output.progress(null);
      output.print(`\n${name}\n${formatResults(found, plan.minimums)}`);
      results.push(...found);
    } catch (error) {
      output.progress(null);
      failures.push(`${name} failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  failures.push(...results.flatMap((result) => missedBy(result, plan.minimums) ?? []));
  if (plan.isComplete) {
    for (const { name, peer } of unusedMinimums(results, plan.minimums)) {
      failures.push(`nothing was measured for the minimum "${name}" against "${peer}"`);
    }
  }
  return { results, failures };
}
