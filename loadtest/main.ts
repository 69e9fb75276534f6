// `npm run loadtest`: reads the command line, runs what was asked for, shows and writes the report. Exit code 0 = passed,
// 1 = something failed, 2 = the run proves nothing (the generator was the bottleneck), 64 = wrong usage, 130 = stopped.

import { writeFileSync } from 'node:fs';
import { readCommandLine } from '../src/command_line.js';
import { capacityLine, findCapacity } from './capacity.js';
import { COMMAND, type LoadOptions, readOptions } from './load_options.js';
import { LoadRun } from './load_run.js';
import { takeMachineTurn } from './machine_turn.js';
import { htmlReport } from './report/html_report.js';
import { type LoadReport, makeReport } from './report/load_report.js';
import { clearProgress, showProgress } from './report/progress.js';
import { textSummary } from './report/text_summary.js';

let current: LoadRun | null = null;
let interrupts = 0;
process.on('SIGINT', () => {
  interrupts++;
  if (interrupts > 1) {
    current?.kill();
    process.exit(130);
  }
  clearProgress();
  console.error('stopping: calls are hung up, then comes the report; again to stop at once');
  current?.interrupt();
});
process.on('exit', () => current?.kill());

async function runOnce(options: LoadOptions): Promise<LoadReport> {
  current = new LoadRun(options, {
    onProgress: (tick, phase, sampler) => {
      if (!options.quiet) showProgress(tick, phase, sampler);
    },
  });
  try {
    return makeReport(await current.run());
  } finally {
    current = null;
    clearProgress();
  }
}

function exitCode({ passed, valid, options }: LoadReport): number {
  if (options.interrupted) return 130;
  return passed ? 0 : valid ? 1 : 2;
}

async function main(options: LoadOptions): Promise<number> {
  if (options.wait) await takeMachineTurn(() => console.error('waiting: another load test runs on this machine'));
  if (options.findCapacity) {
    const result = await findCapacity(
      options,
      runOnce,
      (line) => console.log(line),
      () => interrupts > 0,
    );
    console.log(capacityLine(result));
    if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
    if (options.html && result.best) writeFileSync(options.html, htmlReport(result.best));
    return interrupts > 0 ? 130 : result.calls > 0 ? 0 : 1;
  }
  const report = await runOnce(options);
  console.log(textSummary(report));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.html) writeFileSync(options.html, htmlReport(report));
  return exitCode(report);
}

const options = readCommandLine(COMMAND, readOptions);
try {
  process.exitCode = await main(options);
} catch (error) {
  clearProgress();
  console.error(error);
  process.exitCode = 1;
}
// Whatever a stopped run has left open must not keep the terminal waiting.
process.exit();
