// `npm run panel`: how the agent takes turns, measured on what simulated telephones played and what their callers said.
//
//   npm run panel -- [--json FILE] [--clean | --noise] [--audio DIR] [--turns FILE] [--seed N] [--calls N] [--minutes N]
//                    [--at-once N] [--server-env NAME=VALUE ...]
//
// Exit code: 0 all goals met, 1 some are not, 2 the run proves nothing, 64 wrong usage.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { CallPlan } from './panel_call.js';
import { type Condition, reportOf } from './panel_result.js';
import { runPanel } from './panel_run.js';
import { panelTable } from './panel_table.js';
import { drawPlans } from './plans.js';
import { readRecordings } from './recordings.js';
import { readSpokenTurns } from './spoken_turns.js';

const USAGE = `npm run panel -- [options]
  --json FILE        write the figures
  --clean, --noise   only callers on a clean line, only on a noisy one; default: both
  --audio DIR        recordings of people (16-bit WAV, NAME.txt beside it with the words) take the turns
  --turns FILE       words and pauses of real calls take the turns
  --calls N          callers of each kind, default 16
  --minutes N        instead of --calls: about so long
  --at-once N        callers at once, default 32
  --seed N           default 1
  --server-env N=V   a setting of the server; may be given more than once`;

/** The callers' own beat may be so late, or the run measures the machine. */
const LATE_MS_MAX = 40;
/** What a call with seven turns takes. */
const CALL_MINUTES = 2;
const TURNS_PER_CALL = 7;

const code = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return error instanceof TypeError && 'code' in error ? 64 : 2;
});
process.exit(code);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      clean: { type: 'boolean' },
      noise: { type: 'boolean' },
      audio: { type: 'string' },
      turns: { type: 'string' },
      calls: { type: 'string' },
      minutes: { type: 'string' },
      'at-once': { type: 'string' },
      seed: { type: 'string' },
      'server-env': { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const atOnce = numberOf(values['at-once'], 32);
  const seed = numberOf(values.seed, 1);
  const conditions = (['clean', 'noise'] as const).filter(
    (condition) => values.clean === values.noise || values[condition],
  );
  const waves = values.minutes === undefined ? null : Math.max(1, Math.floor(Number(values.minutes) / CALL_MINUTES));
  const calls = waves === null ? numberOf(values.calls, 16) : Math.round((waves * atOnce) / conditions.length);
  const recordings = values.audio === undefined ? undefined : await readRecordings(values.audio);
  const turns = values.turns === undefined ? undefined : readSpokenTurns(values.turns);
  const plans = new Map<Condition, readonly CallPlan[]>();
  for (const condition of conditions) {
    // The same people on both lines.
    const noise = condition === 'noise';
    plans.set(condition, await drawPlans({ seed, calls, noise, recordings, turns, turnsPerCall: TURNS_PER_CALL }));
  }
  const began = Date.now();
  console.log(`${calls} callers each on a ${conditions.join(' and a ')} line, ${atOnce} at once, seed ${seed}`);
  const run = await runPanel(plans, {
    seed,
    atOnce,
    env: Object.fromEntries((values['server-env'] ?? []).map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
    progress: (done, total) => {
      if (done % 4 === 0 || done === total)
        console.log(`  ${done} of ${total} calls, ${Math.round((Date.now() - began) / 1000)} s`);
    },
  });
  const report = reportOf(run.calls);
  console.log(`\n${panelTable(report)}\n`);
  for (const line of run.broken) console.log(`broken call: ${line}`);
  for (const line of report.missed) console.log(`missed: ${line}`);
  const isLate = run.generatorLateMs.p99 > LATE_MS_MAX;
  if (isLate) console.log(`invalid: the callers were ${Math.round(run.generatorLateMs.p99)} ms late (p99)`);
  if (values.json !== undefined) {
    const { broken, generatorLateMs } = run;
    writeFileSync(
      values.json,
      `${JSON.stringify({ ...report, seed, broken, generator_late_ms: generatorLateMs }, null, 2)}\n`,
    );
    console.log(`Figures: ${values.json}`);
  }
  if (isLate || run.broken.length > 0) return 2;
  return report.missed.length === 0 ? 0 : 1;
}

function numberOf(text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw Object.assign(new TypeError(`${text} is no whole number\n${USAGE}`), { code: 64 });
  return value;
}
