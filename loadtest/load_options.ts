// The load test's command line, checked. Pure.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { type Command, type CommandOption, numberOption, type Parsed, UsageError } from '../src/command_line.js';
import type { Priority } from './fleet/child.js';
import type { FleetSetup, ProviderLatencies } from './fleet/fleet_messages.js';
import { LATENCY_PROFILES, type LatencyProfileName } from './scenarios/latency_profiles.js';
import { SCENARIOS, type ScenarioName, scenarioOf } from './scenarios/scenarios.js';

export interface LoadOptions {
  scenario: ScenarioName;
  calls: number;
  /** Length of the measured window. */
  seconds: number;
  /** New calls a second while ramping up. */
  ratePerS: number;
  /** Between the last greeting and the measured window. */
  settleS: number;
  latency: ProviderLatencies;
  latencyName: string;
  network: FleetSetup['network'];
  audioDir: string | null;
  /** `null` = off, '' = in a temporary folder that is removed. */
  recordings: string | null;
  workers: number | null;
  pin: boolean;
  /** Of server, generator and providers alike; a nice value below 0 and `realtime` need the right to. */
  nice: Priority;
  seed: number;
  json: string | null;
  html: string | null;
  findCapacity: boolean;
  http: boolean;
  /** Further variables of the server. */
  serverEnv: Record<string, string>;
  /** Arguments of the server's Node. */
  serverNodeArgs: string[];
  /** CPU profiles of the generator's own processes go here. */
  generatorProfile: string | null;
  quiet: boolean;
  /** Waits while another load test runs on this machine. */
  wait: boolean;
}

export const COMMAND = {
  name: 'npm run loadtest',
  summary: 'Simulated callers and vendors against the real server: what callers waited, what it cost, what went wrong.',
  options: {
    scenario: { type: 'string', value: 'NAME', meaning: `${Object.keys(SCENARIOS).join(', ')} (default steady)` },
    calls: { type: 'string', value: 'N', meaning: 'calls at once (default 50)' },
    seconds: { type: 'string', value: 'N', meaning: 'length of the measured window (default 30)' },
    rate: {
      type: 'string',
      value: 'N',
      meaning: 'new calls a second while ramping up (default calls / 8, at least 5)',
    },
    settle: { type: 'string', value: 'N', meaning: 'seconds between the last greeting and the window (default 5)' },
    latency: {
      type: 'string',
      value: 'NAME',
      meaning: `of the vendors: ${Object.keys(LATENCY_PROFILES).join(', ')}, or a JSON file (default typical)`,
    },
    network: {
      type: 'string',
      value: 'NAME',
      meaning: "even, clean or poor: how regularly the callers' frames arrive (default even)",
    },
    audio: { type: 'string', value: 'DIR', meaning: 'callers speak these WAV files instead of synthesised lines' },
    recordings: {
      type: 'string',
      value: 'WHAT',
      meaning: 'on (temporary folder, removed at the end; default), off, or a folder that is kept',
    },
    workers: { type: 'string', value: 'N', meaning: 'worker threads (default: cores of the server, at least 1)' },
    'no-pin': {
      type: 'boolean',
      meaning: 'let the scheduler place server and generator; default: each has its own cores',
    },
    nice: {
      type: 'string',
      value: 'N',
      meaning: 'nice value of all processes, or realtime: for machines that others use too (default 0)',
    },
    'server-env': { type: 'string', value: 'N=V', multiple: true, meaning: 'a further variable of the server' },
    'server-node': {
      type: 'string',
      value: 'ARG',
      multiple: true,
      meaning: "an argument of the server's Node, such as --cpu-prof",
    },
    'generator-prof': { type: 'string', value: 'DIR', meaning: 'CPU profiles of generator and simulators go there' },
    seed: { type: 'string', value: 'N', meaning: 'another run of the same random choices (default 1)' },
    json: { type: 'string', value: 'FILE', meaning: 'all figures, for programs' },
    html: { type: 'string', value: 'FILE', meaning: 'the same as a page with charts' },
    'find-capacity': {
      type: 'boolean',
      meaning: 'search the highest number of calls that holds the objective, from --calls on (default 100)',
    },
    http: { type: 'boolean', meaning: 'bench POST /, /health and /metrics while the calls run' },
    quiet: { type: 'boolean', meaning: 'no progress line' },
    'no-wait': { type: 'boolean', meaning: 'begin though another load test runs on this machine' },
  },
  more: 'Exit code 0 = passed, 1 = something failed, 2 = the run proves nothing, 64 = wrong usage, 130 = stopped.',
} as const satisfies Command<Record<string, CommandOption>>;

/** Throws UsageError on anything that can't be meant. */
export function readOptions({ values }: Parsed<typeof COMMAND.options>): LoadOptions {
  const scenario = values.scenario ?? 'steady';
  if (!(scenario in SCENARIOS)) throw new UsageError(`no scenario ${scenario}`);
  // Fewer calls give too few answers in a short run for a p99 to mean anything.
  const calls = numberOption('calls', values.calls, values['find-capacity'] ? 100 : 50, 1, 20_000);
  const network = values.network ?? 'even';
  if (network !== 'even' && network !== 'clean' && network !== 'poor') throw new UsageError(`no network ${network}`);
  const seconds = numberOption('seconds', values.seconds, 30, 1, 86_400);
  const audioDir = values.audio ?? null;
  if (audioDir !== null && !(existsSync(audioDir) && statSync(audioDir).isDirectory()))
    throw new UsageError(`no folder ${audioDir}`);
  const latencyName = values.latency ?? scenarioOf(scenario as ScenarioName).latency ?? 'typical';
  return {
    scenario: scenario as ScenarioName,
    calls,
    seconds,
    ratePerS: numberOption('rate', values.rate, Math.max(5, calls / 8), 0.01, 10_000),
    settleS: numberOption('settle', values.settle, 5, 0, 3600),
    latency: readLatency(latencyName),
    latencyName,
    network,
    audioDir,
    recordings: readRecordings(values.recordings),
    workers: values.workers === undefined ? null : numberOption('workers', values.workers, 1, 1, 256),
    pin: !values['no-pin'],
    nice: values.nice === 'realtime' ? 'realtime' : numberOption('nice', values.nice, 0, -20, 19),
    seed: numberOption('seed', values.seed, 1, 0, 2 ** 31 - 1),
    json: values.json ?? null,
    html: values.html ?? null,
    findCapacity: values['find-capacity'] ?? false,
    http: values.http ?? false,
    serverEnv: Object.fromEntries((values['server-env'] ?? []).map(readPair)),
    serverNodeArgs: values['server-node'] ?? [],
    generatorProfile: values['generator-prof'] ?? null,
    quiet: values.quiet ?? false,
    wait: !values['no-wait'],
  };
}

function readLatency(name: string): ProviderLatencies {
  if (name in LATENCY_PROFILES) return LATENCY_PROFILES[name as LatencyProfileName];
  try {
    return JSON.parse(readFileSync(name, 'utf8')) as ProviderLatencies;
  } catch {
    throw new UsageError(`--latency: one of ${Object.keys(LATENCY_PROFILES).join(', ')}, or a JSON file`);
  }
}

function readRecordings(value = 'on'): string | null {
  if (value === 'off') return null;
  return value === 'on' ? '' : value;
}

function readPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at < 1) throw new UsageError(`--server-env: NAME=VALUE, not ${pair}`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
