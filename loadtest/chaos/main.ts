// `npm run chaos`: reads the command line, runs the faults that were asked for, shows and writes what they did. Exit code
// 0 = passed, 1 = something failed, 64 = wrong usage, 130 = stopped.

import { writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { EXIT_USAGE, readCommandLine } from '../../src/command_line.js';
import { CHAOS_COMMAND, type ChaosOptions, readChaosOptions } from './chaos_options.js';
import { drawTable, type FaultResult, failuresOf } from './chaos_report.js';
import { runFault } from './chaos_run.js';
import { ChaosStage } from './chaos_stage.js';
import type { Fault } from './fault.js';
import { DISK_FAULTS, mountRecordings } from './faults/disk_faults.js';
import { LINE_FAULTS } from './faults/line_faults.js';
import { PROCESS_FAULTS } from './faults/process_faults.js';
import { RedisProcess, redisFaults } from './faults/redis_faults.js';
import { VENDOR_FAULTS } from './faults/vendor_faults.js';

/** Pino's level of an error. */
const ERROR = 50;

let stop: () => void = () => process.exit(130);
let stopped = false;
process.on('SIGINT', () => {
  if (stopped) process.exit(130);
  stopped = true;
  console.error('stopping after this fault; again to stop at once');
  stop();
});

function faultList(redis: RedisProcess | null, only: readonly string[]): Fault[] {
  const all = [...LINE_FAULTS, ...VENDOR_FAULTS, ...DISK_FAULTS, ...redisFaults(redis), ...PROCESS_FAULTS];
  return only.length === 0 ? all : all.filter(({ name }) => only.some((each) => name.startsWith(each)));
}

async function run(options: ChaosOptions): Promise<number> {
  const { calls, workers, seed, serverEnv } = options;
  const redis = options.redis ? await RedisProcess.start() : null;
  const faults = faultList(redis, options.only);
  const errors: Record<string, number> = {};
  const results: FaultResult[] = [];
  let stage: ChaosStage | null = null;
  let unmount = (): void => {};
  try {
    stage = await ChaosStage.start({
      calls,
      workers,
      seed,
      churn: null,
      redisUrl: redis?.url ?? null,
      serverEnv,
      prepare: (dir) => {
        unmount = mountRecordings(dir);
      },
      onLog: ({ level, msg }) => {
        if (Number(level) >= ERROR) errors[msg] = (errors[msg] ?? 0) + 1;
      },
    });
    for (const [i, fault] of faults.entries()) {
      if (stopped) break;
      process.stderr.write(`${String(i + 1).padStart(2)}/${faults.length} ${fault.name}: ${fault.about} … `);
      const result = await runFault(fault, stage);
      results.push(result);
      const failures = failuresOf(result);
      process.stderr.write(
        result.status === 'skipped'
          ? `skipped: ${result.reason}\n`
          : `${result.calls_before} calls, ${result.calls_lost} lost, ${result.calls_disturbed} disturbed, well after ${result.recovery_ms} ms; ` +
              `${failures.length === 0 ? 'passed' : `FAILED: ${failures.join('; ')}`}${result.notes.length > 0 ? ` (${result.notes.join('; ')})` : ''}\n`,
      );
    }
  } finally {
    unmount();
    await stage?.close();
    await redis?.kill();
  }
  console.log(drawTable(results));
  const failed = results.filter((result) => failuresOf(result).length > 0).map(({ name }) => name);
  const machine = {
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const report = {
    faults: results,
    failed,
    passed: failed.length === 0,
    store: redis !== null,
    errors,
    machine,
    options,
  };
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  return stopped ? 130 : failed.length === 0 ? 0 : 1;
}

const options = readCommandLine(CHAOS_COMMAND, readChaosOptions);
if (faultList(null, options.only).length === 0) {
  console.error(`no fault begins with ${options.only.join(' or ')}; --list names them`);
  process.exit(EXIT_USAGE);
}
if (options.list) {
  for (const { name, about } of faultList(null, options.only)) console.log(`${name.padEnd(20)} ${about}`);
  process.exit(0);
}
stop = () => {};
process.exit(await run(options));
