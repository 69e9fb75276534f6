#!/usr/bin/env node
// The server as a program: command line and environment in, signals and exit codes out. What it runs is ringline.ts.

import { type Command, type CommandOption, readCommandLine } from './command_line.js';
import { EXIT_CONFIG } from './config.js';
import {
  ConfigError,
  createServer,
  type EngineConfig,
  type RinglineServer,
  readConfig,
  readEnvironment,
  version,
} from './ringline.js';
import { announcement } from './start_lines.js';
import { growHeapFaster } from './threads/heap_growth.js';

const COMMAND = {
  name: 'npm start',
  summary: 'Starts the server. Settings come from the environment and from .env (cp .env.example .env).',
  options: {
    test: {
      type: 'boolean',
      default: false,
      meaning: 'log every turn, buffer and error in full; slower voices are waited for',
    },
    version: { type: 'boolean', default: false, meaning: 'print the version' },
  },
  more: 'Exit code 0 = stopped by SIGTERM or SIGINT, 1 = it could not go on, 64 = wrong usage, 78 = wrong settings.',
} as const satisfies Command<Record<string, CommandOption>>;

/** Loading and the agents' fixed lines take about two seconds; a voice that is away is no reason to say nothing. */
const PREPARE_WAIT_MS = 5_000;

const asked = readCommandLine(COMMAND, ({ values }) => values);
if (asked.version) {
  console.log(`ringline ${version}`);
  process.exit(0);
}
growHeapFaster();
const { config, warnings } = configure(asked.test);

let server: RinglineServer;
try {
  server = await createServer(config, { warnings, onUseless: () => void exit(1) });
} catch (thrown) {
  if (thrown instanceof ConfigError) refuse(thrown.problems);
  // One line: what is wrong is outside of this program, an address that is taken above all.
  console.error(`ringline: ${(thrown as Error).message}`);
  process.exit(1);
}
process.on('unhandledRejection', (err) => server.log.error({ err }, 'defect: unhandled rejection'));

let signals = 0;
process.on('SIGTERM', (signal) => void onSignal(signal));
process.on('SIGINT', (signal) => void onSignal(signal));
// Without files to read anew it means, as always, that the terminal has gone.
if (config.apiKeysFile !== null || config.agent.dir !== null) {
  process.on('SIGHUP', () => {
    server.reloadKeys();
    void server.reloadAgents();
  });
}

await Promise.race([server.prepared, new Promise((resolve) => setTimeout(resolve, PREPARE_WAIT_MS).unref())]);
if (signals === 0) announce(server.config, server.port);

function configure(testMode: boolean): { config: EngineConfig; warnings: string[] } {
  try {
    return readConfig(readEnvironment(), testMode ? ['--test'] : []);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return refuse(thrown.problems);
  }
}

function refuse(problems: readonly string[]): never {
  for (const problem of problems) console.error(`configuration: ${problem}`);
  if (problems.some((problem) => /_(KEY|SID|TOKEN): is (missing|empty)$/.test(problem))) {
    console.error('configuration: keys belong in .env (cp .env.example .env); npm run demo needs none');
  }
  process.exit(EXIT_CONFIG);
}

/** For a person at a terminal in plain words, for programs as a line like any other. */
function announce(holds: EngineConfig, port: number): void {
  const { fields, text } = announcement(holds, port, version, config.calls.max);
  if (process.stdout.isTTY) process.stdout.write(text);
  else server.log.info(fields, 'listening');
}

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  signals++;
  // Somebody is in a hurry.
  if (signals > 1) return exit(130);
  await server.close(signal);
  await exit(0);
}

async function exit(code: number): Promise<never> {
  await server?.log.close();
  process.exit(code);
}
