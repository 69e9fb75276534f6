// npm run eot: how often the engine's end-of-turn rule answers inside a caller's turn, against how long it waits at the
// end, on a file of real calls; beside it silence alone and an oracle. Then seeded dictations, none of which may be cut,
// and complete things that must not be waited for. The rule is the engine's own turn manager (replay.ts).

import { writeFileSync } from 'node:fs';
import { type Command, type CommandOption, parseCommand, readCommandLine, UsageError } from '../../src/command_line.js';
import { completeThings, DICTATION_KINDS, dictations } from './dictations.js';
import {
  CUTS_PCT,
  HOLDS_MS,
  kindsReport,
  ORACLE,
  type Point,
  pointOf,
  type RuleReport,
  ruleReport,
  silencePoint,
} from './eot_report.js';
import { COMPLETE_HOLD_MS, missed, type VariantReport } from './goals.js';
import { type Replayed, replay } from './replay.js';
import { type CallerTurn, readTurnsFile } from './turns_file.js';
import { SPELLINGS, type Spelling } from './written_words.js';

const COMMAND = {
  name: 'npm run eot',
  summary:
    "The engine's end-of-turn rule on a file of real calls: how often it answers inside a turn, how long it waits.",
  options: {
    turns: {
      type: 'string',
      value: 'FILE',
      meaning: 'calls with words and times; the format is in loadtest/turns/turns_file.ts',
    },
    json: { type: 'string', value: 'FILE', meaning: 'the report, for programs' },
    dictations: { type: 'string', value: 'N', default: '200', meaning: 'how many dictations (default 200)' },
    seed: { type: 'string', value: 'N', default: '1', meaning: 'theirs (default 1)' },
  },
  more: 'Exit code 0 = the goals are reached, 1 = they are not, 64 = wrong usage.',
} as const satisfies Command<Record<string, CommandOption>>;

/** Our knob: both bounds stretched together. */
const SCALES = [0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3, 4];
const SILENCES_MS = Array.from({ length: 241 }, (_, k) => 200 + 20 * k);

type Say = (line: string) => void;

export function main(args: readonly string[], say: Say): number {
  let turns: CallerTurn[];
  let options: { json: string | undefined; dictations: number; seed: number };
  try {
    const { values } = parseCommand(COMMAND, args);
    if (values.turns === undefined) throw new UsageError('--turns FILE is missing');
    options = {
      json: values.json,
      dictations: whole('dictations', values.dictations),
      seed: whole('seed', values.seed),
    };
    turns = readTurnsFile(values.turns);
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n${COMMAND.name} -- --help lists what there is`);
    return 64;
  }
  const ends = turns.filter(({ answeredAfterMs }) => answeredAfterMs !== null).length;
  const pauses = turns.reduce((sum, turn) => sum + turn.pauses.length, 0);
  say(`${turns.length} caller turns, ${ends} ends that were answered, ${pauses} pauses inside\n`);
  const short: string[] = [];
  const variants = {} as Record<Spelling, VariantReport>;
  for (const spelling of SPELLINGS) {
    const report = variantReport(turns, spelling, say);
    variants[spelling] = report;
    short.push(...missed(spelling, report));
    const never = unanswered(replay(turns, { spelling, scale: 1 }));
    if (never > 0) short.push(`${spelling}: ${never} turns never answered`);
  }
  for (const spelling of SPELLINGS) show(spelling, variants[spelling], say);
  short.push(...checkDictations(options.dictations, options.seed, say), ...checkComplete(options.seed, say));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ variants }, null, 2)}\n`);
  say(short.length === 0 ? '\nall goals reached' : `\nnot reached:\n${short.map((line) => `  ${line}`).join('\n')}`);
  return short.length === 0 ? 0 : 1;
}

function whole(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 100_000)
    throw new Error(`--${name}: a number from 1 to 100000`);
  return number;
}

function variantReport(turns: readonly CallerTurn[], spelling: Spelling, say: Say): VariantReport {
  say(`  ${spelling}: replaying with ${SCALES.length} settings of the knob`);
  const usual = replay(turns, { spelling, scale: 1 });
  const point = pointOf(usual);
  const points: Point[] = SCALES.map((scale) => (scale === 1 ? point : pointOf(replay(turns, { spelling, scale }))));
  return {
    ours: ruleReport(points),
    silence: ruleReport(SILENCES_MS.map((ms) => silencePoint(turns, ms))),
    oracle: ORACLE,
    ours_default: { cut_pct: Math.round(100 * point.cutPct) / 100, hold_ms_mean: Math.round(point.holdMs) },
    kinds: kindsReport(usual, point.holdMs),
  };
}

function show(spelling: Spelling, report: VariantReport, say: Say): void {
  const row = (name: string, { cut_pct_at_hold_ms: cuts, hold_ms_at_cut_pct: holds }: RuleReport) => {
    const shownCuts = HOLDS_MS.map((ms) => `${cuts[`${ms}`] ?? '-'}`.padStart(9));
    const shownHolds = CUTS_PCT.map((pct) => `${holds[`${pct}`] ?? '-'}`.padStart(9));
    say(`  ${name.padEnd(14)}${shownCuts.join('')}${shownHolds.join('')}`);
  };
  say(`\n${spelling}: % of turns cut at a mean hold of${' '.repeat(12)}hold ms at % cut`);
  say(
    `  ${''.padEnd(14)}${HOLDS_MS.map((ms) => `${ms} ms`.padStart(9)).join('')}${CUTS_PCT.map((pct) => `${pct} %`.padStart(9)).join('')}`,
  );
  row('ours', report.ours);
  row('silence alone', report.silence);
  row('oracle', report.oracle);
  const { cut_pct: cut, hold_ms_mean: hold } = report.ours_default;
  say(
    `  with the defaults ${cut} % of turns cut, mean hold ${hold} ms; cuts by kind of pause, ours / silence alone at that hold:`,
  );
  for (const [kind, of] of Object.entries(report.kinds as ReturnType<typeof kindsReport>))
    say(
      `    ${kind.padEnd(22)}${String(of.pauses).padStart(4)} pauses  ${of.cut_by_ours} / ${of.cut_by_silence_at_same_hold}`,
    );
}

/** Turns with words at whose end nobody answered. */
function unanswered(replays: readonly Replayed[]): number {
  return replays.filter(
    ({ turn, answeredAfter }) =>
      turn.words.some(({ text }) => text !== '<unk>') && !answeredAfter.has(turn.words.length - 1),
  ).length;
}

function checkDictations(count: number, seed: number, say: Say): string[] {
  const made = dictations(count, seed);
  const short: string[] = [];
  say(`\n${count} dictations with pauses up to 1.5 s (seed ${seed}), cut:`);
  for (const spelling of SPELLINGS) {
    const replays = replay(made, { spelling, scale: 1 });
    const cut = replays.map(
      ({ turn, answeredAfter, onOnsets }) => turn.pauses.some(({ at }) => answeredAfter.has(at)) || onOnsets > 0,
    );
    const byKind = DICTATION_KINDS.map(
      (kind) => `${kind} ${cut.filter((is, k) => is && made[k].kind === kind).length}`,
    );
    const never = unanswered(replays);
    const total = cut.filter(Boolean).length;
    say(
      `  ${spelling.padEnd(12)}${String(total).padStart(4)}   (${byKind.join(', ')}); mean hold at the end ${pointOf(replays).holdMs.toFixed(0)} ms`,
    );
    if (total > 0) short.push(`${spelling}: ${total} of ${count} dictations cut`);
    if (never > 0) short.push(`${spelling}: ${never} of ${count} dictations never answered`);
  }
  return short;
}

function checkComplete(seed: number, say: Say): string[] {
  const made = completeThings(100, seed);
  const short: string[] = [];
  say('\n100 complete things (five digits, "eleven am"), longest hold:');
  for (const spelling of SPELLINGS) {
    const holds = replay(made, { spelling, scale: 1 }).map(
      ({ turn, answeredAfter }) => answeredAfter.get(turn.words.length - 1) ?? Number.POSITIVE_INFINITY,
    );
    const longest = Math.max(...holds);
    say(`  ${spelling.padEnd(12)}${longest.toFixed(0).padStart(4)} ms`);
    if (longest > COMPLETE_HOLD_MS)
      short.push(`${spelling}: a complete thing held ${longest.toFixed(0)} ms, over ${COMPLETE_HOLD_MS}`);
  }
  return short;
}

if (process.argv[1]?.endsWith('eot.js')) {
  readCommandLine(COMMAND, (parsed) => parsed);
  process.exitCode = main(process.argv.slice(2), (line) => console.log(line));
}
