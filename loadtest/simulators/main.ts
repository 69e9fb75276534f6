// `npm run simulators`: the providers' stand-ins as one process, until Ctrl-C. Prints the environment lines that point
// a server at them, and with --env-file writes them to a file once everything listens.
//
// The package script runs `node -- main.js`: without the dashes Node 20 takes --env-file for an option of its own,
// wherever it stands, and refuses to start when the file is not there yet.

import { readFileSync, rmSync } from 'node:fs';
import { type Command, type CommandOption, type Parsed, readCommandLine, UsageError } from '../../src/command_line.js';
import { envLines, writeEnvFile } from './env_file.js';
import {
  type ProviderLatencies,
  SIMULATOR_NAMES,
  type SimulatorName,
  SimulatorSet,
  type SimulatorSetOptions,
} from './simulator_set.js';

const COMMAND = {
  name: 'npm run simulators',
  summary:
    'Local stand-ins for Twilio, Deepgram, OpenAI and Cartesia until Ctrl-C. Prints what a server needs to find them.\n' +
    'Speech is not recognised: callers are "heard" to say their script, or the default one, whatever their audio holds.',
  options: {
    'env-file': { type: 'string', value: 'FILE', meaning: 'write those lines there too, once everything listens' },
    server: { type: 'string', value: 'URL', meaning: 'the server that Twilio rings' },
    voice: {
      type: 'string',
      value: 'KIND',
      default: 'speech',
      meaning: 'speech, or tone, which costs next to nothing',
    },
    'port-base': { type: 'string', value: 'PORT', meaning: 'the first of four ports (default: any free ones)' },
    only: { type: 'string', value: 'LIST', meaning: `separated by commas: ${SIMULATOR_NAMES.join(',')} (default all)` },
    latency: { type: 'string', value: 'FILE', meaning: "JSON file with the vendors' latencies" },
    cps: { type: 'string', value: 'N', meaning: 'calls a second that Twilio starts' },
    numbers: { type: 'string', value: 'LIST', meaning: 'phone numbers of the account, separated by commas' },
    quiet: { type: 'boolean', default: false, meaning: 'print nothing' },
  },
} as const satisfies Command<Record<string, CommandOption>>;

interface Arguments {
  set: SimulatorSetOptions;
  envFile: string | undefined;
  quiet: boolean;
}

function readArguments({ values }: Parsed<typeof COMMAND.options>): Arguments {
  const { voice } = values;
  if (voice !== 'speech' && voice !== 'tone') throw new UsageError('--voice: speech or tone');
  const only = values.only?.split(',') as SimulatorName[] | undefined;
  const unknown = only?.find((name) => !SIMULATOR_NAMES.includes(name));
  if (unknown) throw new UsageError(`--only: no simulator ${unknown}; there are ${SIMULATOR_NAMES.join(', ')}`);
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
  if (!Number.isInteger(value) || value < 1 || value > max) throw new UsageError(`${name}: 1 to ${max}`);
  return value;
}

async function main({ set, envFile, quiet }: Arguments): Promise<void> {
  // A file from an earlier run names ports that are gone.
  if (envFile) rmSync(envFile, { force: true });
  const simulators = await SimulatorSet.start(set);
  const stop = (): void => {
    void simulators.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (!quiet) process.stdout.write(envLines(simulators.environment));
  if (envFile) writeEnvFile(envFile, simulators.environment);
  if (!quiet) console.error('simulators are listening; stop them with Ctrl-C');
}

await main(readCommandLine(COMMAND, readArguments)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
