// `npm run panel`: how the agent takes turns, measured on what simulated telephones played and what their callers said.

import { writeFileSync } from 'node:fs';
import {
  type Command,
  type CommandOption,
  numberOption,
  type Parsed,
  readCommandLine,
  UsageError,
} from '../../src/command_line.js';
import { BUILT_IN, type Exchange, INTERRUPTIONS, modelOf, replyNumber } from './dialogues.js';
import type { CallPlan } from './panel_call.js';
import { type Condition, reportOf } from './panel_result.js';
import { runPanel } from './panel_run.js';
import { panelTable } from './panel_table.js';
import { drawPlans } from './plans.js';
import { readRecordings } from './recordings.js';
import { exchangesOf, readSpokenTurns } from './spoken_turns.js';

const COMMAND = {
  name: 'npm run panel',
  summary: `How the agent takes turns: callers ring the real server, do all that callers do, and are judged by what their
telephones played. Callers, recogniser, model and voice are simulated.`,
  options: {
    json: { type: 'string', value: 'FILE', meaning: 'write the figures' },
    clean: { type: 'boolean', meaning: 'only callers on a clean line (default: on both kinds)' },
    noise: { type: 'boolean', meaning: 'only callers on a noisy line' },
    audio: {
      type: 'string',
      value: 'DIR',
      meaning: 'recordings of people take the turns: 16-bit WAV, the words in NAME.txt beside NAME.wav',
    },
    turns: { type: 'string', value: 'FILE', meaning: 'words and pauses of real calls take the turns' },
    calls: { type: 'string', value: 'N', meaning: 'callers on each kind of line (default 16)' },
    minutes: { type: 'string', value: 'N', meaning: 'about so long, instead of --calls' },
    'at-once': { type: 'string', value: 'N', meaning: 'callers at once (default 32)' },
    seed: { type: 'string', value: 'N', meaning: 'another draw of callers and vendors (default 1)' },
    'server-env': { type: 'string', value: 'NAME=VALUE', multiple: true, meaning: 'a setting of the server' },
  },
  more: 'Exit code: 0 all goals met, 1 some are not, 2 the run proves nothing, 64 wrong usage.',
} as const satisfies Command<Record<string, CommandOption>>;

/** The callers' own beat may be so late, or the run measures the machine. */
const LATE_MS_MAX = 40;
/** What a call with seven turns takes. */
const CALL_MINUTES = 2.2;
const TURNS_PER_CALL = 7;

interface PanelOptions {
  json: string | undefined;
  conditions: readonly Condition[];
  audio: string | undefined;
  turns: string | undefined;
  calls: number;
  atOnce: number;
  seed: number;
  env: Record<string, string>;
}

function readOptions({ values }: Parsed<typeof COMMAND.options>): PanelOptions {
  const whole = (name: 'calls' | 'at-once' | 'seed', fallback: number, max: number): number => {
    const value = numberOption(name, values[name], fallback, 1, max);
    if (!Number.isInteger(value)) throw new UsageError(`--${name}: a whole number`);
    return value;
  };
  const both = (values.clean ?? false) === (values.noise ?? false);
  const conditions = (['clean', 'noise'] as const).filter((condition) => both || values[condition]);
  const atOnce = whole('at-once', 32, 500);
  const minutes = numberOption('minutes', values.minutes, 0, 1, 600);
  const waves = Math.max(1, Math.floor(minutes / CALL_MINUTES));
  const calls = minutes > 0 ? Math.ceil((waves * atOnce) / conditions.length) : whole('calls', 16, 10_000);
  const env: Record<string, string> = {};
  for (const pair of values['server-env'] ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError('--server-env: NAME=VALUE');
    env[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const { json, audio, turns } = values;
  if (audio !== undefined && turns !== undefined) throw new UsageError('--audio and --turns: one of them');
  return { json, conditions, audio, turns, calls, atOnce, seed: whole('seed', 1, 2 ** 31), env };
}

async function main(options: PanelOptions): Promise<number> {
  const { conditions, calls, seed, atOnce } = options;
  const plans = new Map<Condition, readonly CallPlan[]>();
  let exchanges: readonly Exchange[] = BUILT_IN;
  try {
    const recordings = options.audio === undefined ? undefined : readRecordings(options.audio);
    const turns = options.turns === undefined ? undefined : readSpokenTurns(options.turns);
    if (turns) exchanges = [...exchangesOf(turns), ...INTERRUPTIONS];
    if (recordings) {
      const said = recordings.flat().map(({ text }, i) => ({ caller: text, agent: replyNumber(i, '') }));
      exchanges = [...said, ...INTERRUPTIONS];
    }
    for (const condition of conditions) {
      // The same people on both lines.
      const noise = condition === 'noise';
      plans.set(condition, await drawPlans({ seed, calls, noise, recordings, turns, turnsPerCall: TURNS_PER_CALL }));
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 64;
  }
  const began = Date.now();
  console.log(`${calls} callers each on a ${conditions.join(' and a ')} line, ${atOnce} at once, seed ${seed}`);
  const run = await runPanel(plans, {
    seed,
    atOnce,
    model: modelOf(exchanges),
    env: options.env,
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
  if (options.json !== undefined) {
    const { broken, generatorLateMs } = run;
    const figures = { ...report, seed, broken, generator_late_ms: generatorLateMs };
    writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
    console.log(`Figures: ${options.json}`);
  }
  if (isLate || run.broken.length > 0) return 2;
  return report.missed.length === 0 ? 0 : 1;
}

const options = readCommandLine(COMMAND, readOptions);
const code = await main(options).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 2;
});
process.exit(code);
