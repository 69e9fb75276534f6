// `npm run conformance`: real calls between the real server and the simulated vendors, both directions of everything
// recorded and held against JSON Schemas; then bad requests, to see that the simulators are not kinder than the
// vendors. Exit code 0 = all as published, 1 = not, 64 = wrong usage.

import { writeFileSync } from 'node:fs';
import { type Command, type CommandOption, type Parsed, readCommandLine } from '../../src/command_line.js';
import { badRequests, type Deviation, tryAll } from './bad_requests.js';
import { playAll, STORIES } from './calls.js';
import { SchemaShelf } from './schema_shelf.js';
import { Stage } from './stage.js';
import { type Row, Tally } from './tally.js';

const OUR_SCHEMAS = 'loadtest/conformance/schemas';

export interface ConformanceReport {
  passed: boolean;
  /** How many messages were seen, and how often each kind, by vendor and direction. */
  messages: number;
  types: Record<string, Record<string, Record<string, number>>>;
  /** Messages that are not as published, and what is wrong with them. */
  invalid: number;
  problems: Row[];
  /** Bad requests that a simulator took though the vendor refuses them; refused with another code; good ones refused. */
  lenient: Deviation[];
  otherwise: Deviation[];
  tried: number;
  /** Each call and how it ended. */
  calls: { name: string; end: string; asPlayed: boolean }[];
  /** Kinds of messages that no schema was there for. */
  unjudged: string[];
}

async function run(specs: string, only: string): Promise<ConformanceReport> {
  const say = (line: string): void => console.error(line);
  const shelf = new SchemaShelf([specs, OUR_SCHEMAS]);
  const tally = new Tally(shelf);
  const stories = STORIES.filter(({ name }) => name.includes(only));
  say(`${shelf.size} schemas, ${stories.length} calls; starting the server and its simulated vendors`);
  const stage = await Stage.start((exchange) => tally.add(exchange));
  const calls: ConformanceReport['calls'] = [];
  try {
    await playAll(stage, stories, ({ name, ends }, end) => {
      const asPlayed = ends.includes(end);
      calls.push({ name, end, asPlayed });
      say(`${asPlayed ? 'ok  ' : 'FAIL'} ${name}: ${end} (${tally.messages} messages, ${tally.invalid} invalid)`);
    });
    const requests = badRequests(stage.simulators.environment);
    say(`trying ${requests.length} requests that the vendors answer in a known way`);
    const deviations = await tryAll(requests);
    const lenient = deviations.filter(({ kind }) => kind === 'lenient');
    return {
      passed: tally.invalid === 0 && lenient.length === 0 && calls.every(({ asPlayed }) => asPlayed),
      messages: tally.messages,
      types: tally.types,
      invalid: tally.invalid,
      problems: tally.rows.filter(({ invalid }) => invalid > 0),
      lenient,
      otherwise: deviations.filter((deviation) => !lenient.includes(deviation)),
      tried: requests.length,
      calls,
      unjudged: tally.rows
        .filter(({ schema }) => schema === null)
        .map(({ vendor, direction, type }) => `${vendor} ${direction} ${type}`),
    };
  } finally {
    await stage.stop();
    for (const row of tally.rows) console.log(tableLine(row));
  }
}

function tableLine({ vendor, direction, type, count, invalid, problem }: Row): string {
  const wrong = invalid === 0 ? '' : `  ${invalid} INVALID: ${problem}`;
  return `${vendor.padEnd(9)} ${direction.padEnd(8)} ${String(count).padStart(6)}  ${type}${wrong}`;
}

function deviationLine({ vendor, request, kind, wanted, got }: Deviation): string {
  return `${vendor.padEnd(9)} ${kind}: ${request}; wanted ${wanted}, got ${got}`;
}

const COMMAND = {
  name: 'npm run conformance',
  summary: "Real calls between server and simulated vendors, every message held against the vendors' JSON Schemas.",
  options: {
    json: { type: 'string', value: 'FILE', meaning: 'the whole report, for programs' },
    specs: {
      type: 'string',
      value: 'DIR',
      default: '../shared/specs',
      meaning: "the vendors' published schemas (default ../shared/specs; not there = our own, for what we send)",
    },
    only: { type: 'string', value: 'PART', default: '', meaning: 'the stories whose name contains PART' },
  },
  more: 'Exit code 0 = all as published, 1 = not, 64 = wrong usage.',
} as const satisfies Command<Record<string, CommandOption>>;

async function main({ values }: Parsed<typeof COMMAND.options>): Promise<number> {
  const report = await run(values.specs, values.only);
  for (const deviation of [...report.lenient, ...report.otherwise]) console.log(deviationLine(deviation));
  const { messages, invalid, lenient, tried, passed } = report;
  console.log(`${messages} messages, ${invalid} invalid; ${tried} requests tried, ${lenient.length} taken too kindly`);
  console.log(passed ? 'passed' : 'FAILED');
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return passed ? 0 : 1;
}

process.exitCode = await main(readCommandLine(COMMAND, (parsed) => parsed)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
// What the simulated vendors keep open must not keep the terminal waiting.
process.exit();
