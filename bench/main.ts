// `npm run bench`: measures this code against other ways to do the same work. Exits with 1 when a minimum (minimums.ts) was
// missed, 64 for wrong arguments.

import { writeFile } from 'node:fs/promises';
import { dsp } from '../src/audio/kernels/addon.js';
import { type Command, type CommandOption, readCommandLine, UsageError } from '../src/command_line.js';
import { MEASUREMENT } from './bench_result.js';
import { runBenches } from './bench_run.js';
import { BENCHES } from './benches.js';
import { describeCommit, describeMachine, packageVersions } from './machine.js';
import { MINIMUMS } from './minimums.js';

const COMMAND = {
  name: 'npm run bench',
  summary: "This code against other ways to do the same work. FILTER: a part of a bench's name.",
  options: {
    json: { type: 'string', value: 'FILE', meaning: 'all results, for programs' },
    small: { type: 'boolean', default: false, meaning: 'only shows that every bench runs: no minimum counts' },
  },
  positionals: 'FILTER…',
  more: `Benches: ${BENCHES.map(({ name }) => name).join(', ')}`,
} as const satisfies Command<Record<string, CommandOption>>;

const { values, benches } = readCommandLine(COMMAND, ({ values, positionals }) => {
  const benches = BENCHES.filter(({ name }) => !positionals.length || positionals.some((part) => name.includes(part)));
  if (benches.length === 0) throw new UsageError(`no bench is called ${positionals.join(' or ')}`);
  return { values, benches };
});

const machine = describeMachine();
const commit = await describeCommit();
const hasAddon = dsp.kind === 'native';
print(
  `${machine.cpu}, ${machine.cores} cores, load ${machine.load}; Node ${machine.node}; commit ${commit ?? 'unknown'}`,
);
print(`times: ${values.small ? 'small sizes, times mean nothing' : MEASUREMENT}, unless a note says otherwise`);
if (!hasAddon) print('The native addon is missing (npm run install builds it): minimums do not count.');
if (!globalThis.gc) print('Without --expose-gc one bench pays for the garbage of another.');

const began = performance.now();
const { results, failures } = await runBenches(
  {
    small: values.small,
    benches,
    minimums: values.small || !hasAddon ? [] : MINIMUMS,
    isComplete: benches.length === BENCHES.length,
  },
  { print, progress },
);
if (values.json) {
  const measurement = values.small ? 'small sizes, times mean nothing' : MEASUREMENT;
  const report = { machine, commit, dsp: dsp.kind, measurement, packages: await packageVersions(), results, failures };
  await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
print(`\n${results.length} results in ${seconds} s${failures.length ? '' : '; nothing missed'}`);
for (const failure of failures) print(`FAILED: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

function print(text: string): void {
  console.log(text);
}

/** One line that is written over again, or a line each where nobody looks at a screen. */
function progress(text: string | null): void {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r\x1b[K${text ?? ''}`);
  else if (text) stderr.write(`${text}\n`);
}
