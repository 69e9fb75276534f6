// The load test's command line, checked. Pure.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
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

export class UsageError extends Error {
  override name = 'UsageError';
}

export const USAGE = `npm run loadtest -- [options]

  --scenario NAME     ${Object.keys(SCENARIOS).join(', ')} (default steady)
  --calls N           calls at once (default 50)
  --seconds N         length of the measured window (default 30)
  --rate N            new calls a second while ramping up (default calls / 8, at least 5)
  --settle N          seconds between the last greeting and the window (default 5)
  --latency NAME      providers: ${Object.keys(LATENCY_PROFILES).join(', ')}, or a JSON file (default typical)
  --network NAME      even, clean or poor: how regularly the callers' frames arrive (default even)
  --audio DIR         callers speak these WAV files instead of synthesised lines
  --recordings WHAT   on (temporary folder, removed at the end; default), off, or a folder that is kept
  --workers N         worker threads of the server (default: cores of the server, at least 1)
  --no-pin            let the scheduler place server and generator; default: each has its own cores
  --nice N            nice value of all processes of the test, or realtime: for machines that others use too (default 0)
  --server-env N=V    a further variable of the server; may be repeated
  --server-node ARG   an argument of the server's Node, such as --cpu-prof; may be repeated
  --generator-prof D  CPU profiles of generator and simulators into this folder
  --seed N            another run of the same random choices (default 1)
  --json FILE, --html FILE
  --find-capacity     search the highest number of calls that holds the objective, from --calls on (default 100)
  --http              bench POST /, /health and /metrics while the calls run
  --quiet             no progress line
  --no-wait           begin though another load test runs on this machine
`;

/** Throws UsageError on anything that can't be meant. */
export function readOptions(argv: readonly string[]): LoadOptions {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(argv);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const scenario = values.scenario ?? 'steady';
  if (!(scenario in SCENARIOS)) throw new UsageError(`no scenario ${scenario}`);
  // Fewer calls give too few answers in a short run for a p99 to mean anything.
  const calls = number('calls', values.calls, values['find-capacity'] ? 100 : 50, 1, 20_000);
  const network = values.network ?? 'even';
  if (network !== 'even' && network !== 'clean' && network !== 'poor') throw new UsageError(`no network ${network}`);
  const seconds = number('seconds', values.seconds, 30, 1, 86_400);
  const audioDir = values.audio ?? null;
  if (audioDir !== null && !(existsSync(audioDir) && statSync(audioDir).isDirectory()))
    throw new UsageError(`no folder ${audioDir}`);
  const latencyName = values.latency ?? scenarioOf(scenario as ScenarioName).latency ?? 'typical';
  return {
    scenario: scenario as ScenarioName,
    calls,
    seconds,
    ratePerS: number('rate', values.rate, Math.max(5, calls / 8), 0.01, 10_000),
    settleS: number('settle', values.settle, 5, 0, 3600),
    latency: readLatency(latencyName),
    latencyName,
    network,
    audioDir,
    recordings: readRecordings(values.recordings),
    workers: values.workers === undefined ? null : number('workers', values.workers, 1, 1, 256),
    pin: !values['no-pin'],
    nice: values.nice === 'realtime' ? 'realtime' : number('nice', values.nice, 0, -20, 19),
    seed: number('seed', values.seed, 1, 0, 2 ** 31 - 1),
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

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      scenario: { type: 'string' },
      calls: { type: 'string' },
      seconds: { type: 'string' },
      rate: { type: 'string' },
      settle: { type: 'string' },
      latency: { type: 'string' },
      network: { type: 'string' },
      audio: { type: 'string' },
      recordings: { type: 'string' },
      workers: { type: 'string' },
      'no-pin': { type: 'boolean' },
      nice: { type: 'string' },
      'server-env': { type: 'string', multiple: true },
      'server-node': { type: 'string', multiple: true },
      'generator-prof': { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'string' },
      html: { type: 'string' },
      'find-capacity': { type: 'boolean' },
      http: { type: 'boolean' },
      quiet: { type: 'boolean' },
      'no-wait': { type: 'boolean' },
    },
  }).values;
}

function number(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max))
    throw new UsageError(`--${name}: a number from ${min} to ${max}`);
  return value;
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
