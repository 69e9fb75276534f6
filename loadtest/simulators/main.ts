// `npm run simulators`: the providers' stand-ins as one process, until Ctrl-C. Prints the environment lines that point
// a server at them, and with --env-file writes them to a file once everything listens.
//
//   npm run simulators -- [--env-file FILE] [--server URL] [--voice speech|tone] [--port-base PORT]
//                         [--only twilio,deepgram,openai,cartesia] [--latency FILE] [--cps N] [--numbers N,N] [--quiet]
//
// The package script runs `node -- main.js`: without the dashes Node 20 takes --env-file for an option of its own,
// wherever it stands, and refuses to start when the file is not there yet.

import { readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { envLines, writeEnvFile } from './env_file.js';
import {
  type ProviderLatencies,
  SIMULATOR_NAMES,
  type SimulatorName,
  SimulatorSet,
  type SimulatorSetOptions,
} from './simulator_set.js';

const OPTIONS = {
  'env-file': { type: 'string' },
  server: { type: 'string' },
  voice: { type: 'string', default: 'speech' },
  'port-base': { type: 'string' },
  only: { type: 'string' },
  latency: { type: 'string' },
  cps: { type: 'string' },
  numbers: { type: 'string' },
  quiet: { type: 'boolean', default: false },
} as const;

interface Arguments {
  set: SimulatorSetOptions;
  envFile: string | undefined;
  quiet: boolean;
}

/** The command line, checked. Throws `RangeError` or `TypeError` with one line that says what is wrong. */
function readArguments(args: string[]): Arguments {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { voice } = values;
  if (voice !== 'speech' && voice !== 'tone') throw new RangeError('--voice: speech or tone');
  const only = values.only?.split(',') as SimulatorName[] | undefined;
  const unknown = only?.find((name) => !SIMULATOR_NAMES.includes(name));
  if (unknown) throw new RangeError(`--only: no simulator ${unknown}; there are ${SIMULATOR_NAMES.join(', ')}`);
  const latencies = values.latency
    ? (JSON.parse(readFileSync(values.latency, 'utf8')) as ProviderLatencies)
    : undefined;
  const portBase = values['port-base'] === undefined ? null : wholeNumber('--port-base', values['port-base'], 65_532);
  const cps = values.cps === undefined ? undefined : wholeNumber('--cps', values.cps, 1000);
  return {
    set: { only, portBase, voice, latencies, cps, numbers: values.numbers?.split(','), serverUrl: values.server },
    envFile: values['env-file'],
    quiet: values.quiet,
  };
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) throw new RangeError(`${name}: 1 to ${max}`);
  return value;
}

async function main(): Promise<void> {
  let wanted: Arguments;
  try {
    wanted = readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 64;
    return;
  }
  const { envFile, quiet } = wanted;
  // A file from an earlier run names ports that are gone.
  if (envFile) rmSync(envFile, { force: true });
  const simulators = await SimulatorSet.start(wanted.set);
  const stop = (): void => {
    void simulators.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (!quiet) process.stdout.write(envLines(simulators.environment));
  if (envFile) writeEnvFile(envFile, simulators.environment);
  if (!quiet) console.error('simulators are listening; stop them with Ctrl-C');
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
