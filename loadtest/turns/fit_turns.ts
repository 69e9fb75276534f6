// npm run fit-turns: fits the end-of-turn weights on a file of real calls, reports what they are worth on calls they were
// not fitted on, and writes src/conversation/turns/end_of_turn_weights.ts.

import { writeFileSync } from 'node:fs';
import { type Command, type CommandOption, type Parsed, readCommandLine, UsageError } from '../../src/command_line.js';
import type { EndOfTurnWeights } from '../../src/conversation/turns/end_of_turn.js';
import { crossValidate, fitWeights, type Outcome, outcomeOf, PRICE_OF_A_CUT_MS, RIDGE } from './fit.js';
import { momentsOf } from './moments.js';
import { type CallerTurn, readTurnsFile } from './turns_file.js';
import { SPELLINGS, type Spelling } from './written_words.js';

const OUT = 'src/conversation/turns/end_of_turn_weights.ts';
const COMMAND = {
  name: 'npm run fit-turns',
  summary: 'Fits the end-of-turn weights on a file of real calls and says what they are worth on others.',
  options: {
    turns: {
      type: 'string',
      value: 'FILE',
      meaning: 'calls with words and times; the format is in loadtest/turns/turns_file.ts',
    },
    folds: { type: 'string', value: 'N', default: '10', meaning: 'parts for cross-validation, by call (default 10)' },
    out: { type: 'string', value: 'FILE', default: OUT, meaning: `where the weights go (default ${OUT})` },
    dry: { type: 'boolean', default: false, meaning: 'report only, write nothing' },
  },
} as const satisfies Command<Record<string, CommandOption>>;

interface FitOptions {
  turnsFile: string;
  folds: number;
  out: string;
  dry: boolean;
}

function readOptions({ values }: Parsed<typeof COMMAND.options>): FitOptions {
  if (values.turns === undefined) throw new UsageError('--turns FILE is missing');
  if (!/^[1-9]\d?$/.test(values.folds) || Number(values.folds) < 2) throw new UsageError('--folds: 2 to 99');
  return { turnsFile: values.turns, folds: Number(values.folds), out: values.out, dry: values.dry };
}

export function main({ turnsFile, folds, out, dry }: FitOptions, say: (line: string) => void): number {
  let turns: CallerTurn[];
  try {
    turns = readTurnsFile(turnsFile);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 64;
  }
  const calls = new Set(turns.map(({ call }) => call)).size;
  if (calls < folds) {
    say(`--folds ${folds}: the file has only ${calls} calls`);
    return 64;
  }
  say(
    `${turns.length} caller turns of ${calls} calls; ridge ${RIDGE}, one cut turn in a hundred = ${PRICE_OF_A_CUT_MS} ms of hold`,
  );
  const parts = crossValidate(turns, folds, (fold) => say(`  fitting without part ${fold + 1} of ${folds}`));
  const weights = fitWeights(turns);
  say('\nturns cut and mean hold with the default bounds   on the calls fitted on   on calls held out');
  for (const spelling of SPELLINGS) {
    const all = outcomeOf(momentsOf(turns, spelling), weights);
    say(`  ${spelling.padEnd(46)}  ${shown(all)}          ${shown(heldOut(parts, spelling))}`);
  }
  say(
    'The classes of text were drawn up while reading calls of this file, so the right column is the fit alone unseen.',
  );
  if (dry) return 0;
  writeFileSync(out, weightsFile(weights, `${turns.length} caller turns of ${calls} calls`));
  say(`written: ${out}`);
  return 0;
}

/** All held-out parts taken together. */
function heldOut(parts: readonly { turns: CallerTurn[]; weights: EndOfTurnWeights }[], spelling: Spelling): Outcome {
  let cut = 0;
  let turns = 0;
  let hold = 0;
  let ends = 0;
  for (const part of parts) {
    const outcome = outcomeOf(momentsOf(part.turns, spelling), part.weights);
    const answered = part.turns.filter(({ answeredAfterMs }) => answeredAfterMs !== null).length;
    cut += outcome.cut * part.turns.length;
    turns += part.turns.length;
    hold += outcome.holdMs * answered;
    ends += answered;
  }
  return { cut: cut / Math.max(1, turns), holdMs: hold / Math.max(1, ends) };
}

function shown({ cut, holdMs }: Outcome): string {
  return `${(100 * cut).toFixed(1).padStart(5)} %  ${holdMs.toFixed(0).padStart(5)} ms`;
}

/** The source file of the weights. */
export function weightsFile(weights: EndOfTurnWeights, fittedOn: string): string {
  const features = Object.entries(weights.features)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `    ${name}: ${value},`);
  const fixed = (values: Record<string, number>) =>
    `{ ${Object.entries(values)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ')} }`;
  return [
    '// Weights of the end-of-turn score (end_of_turn.ts says what each means). Made by `npm run fit-turns -- --turns FILE`; do not',
    `// edit \`features\`, \`over\` and \`slope\`: they were fitted on ${fittedOn}. \`provider\` is set by hand, since`,
    '// the calls came without it; a new fit keeps it.',
    '',
    'export const END_OF_TURN_WEIGHTS = {',
    '  features: {',
    ...features,
    '  } as Readonly<Record<string, number>>,',
    `  over: ${weights.over},`,
    `  slope: ${weights.slope},`,
    `  provider: ${fixed(weights.provider)},`,
    '};',
    '',
  ].join('\n');
}

if (process.argv[1]?.endsWith('fit_turns.js'))
  process.exitCode = main(readCommandLine(COMMAND, readOptions), (line) => console.log(line));
