// `npm run peers`: ringline and other systems under the same callers and the same vendors, one after the other on the same
// core. Prints one table and writes all figures. Exit code 0 = everything asked for was measured, 1 = some system was not,
// 64 = wrong usage, 130 = stopped.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { nowMs } from '../../src/clock.js';
import { type Command, type CommandOption, type Parsed, readCommandLine, UsageError } from '../../src/command_line.js';
import { niceGroup, type Pinning, pinSelf, planPinning } from '../fleet/child.js';
import { Comparison, type PeerResult } from './comparison.js';
import { FIXED_LATENCIES } from './latencies.js';
import { OBJECTIVE } from './objective.js';
import { PEER_NAMES, PEERS_BY_NAME, type PeerName } from './peer_list.js';
import { peerTable } from './peer_table.js';
import { ratiosToOurs } from './ratios.js';

const COMMAND = {
  name: 'npm run peers',
  summary:
    'ringline and other systems under the same callers and the same vendors, one after the other on the same core.',
  options: {
    json: { type: 'string', value: 'FILE', meaning: 'all figures, for programs' },
    only: {
      type: 'string',
      value: 'LIST',
      meaning: `systems, separated by commas: ${PEER_NAMES.join(',')} (default all)`,
    },
    calls: { type: 'string', value: 'LIST', meaning: 'steps of the ladder, such as 1,2,4 (default: doubling)' },
    'no-search': { type: 'boolean', default: false, meaning: 'do not search the highest number of calls' },
    'calls-max': { type: 'string', value: 'N', default: '1000', meaning: 'no step beyond this (default 1000)' },
    minutes: { type: 'string', value: 'N', default: '22', meaning: 'the whole run takes about this long (default 22)' },
    scale: { type: 'string', value: 'N', default: '1', meaning: 'longer or shorter steps (default 1)' },
    seed: { type: 'string', value: 'N', default: '1', meaning: 'another run of the same random choices (default 1)' },
    nice: { type: 'string', value: 'N', default: '0', meaning: 'nice value of all processes (default 0)' },
    env: {
      type: 'string',
      value: 'N=V',
      multiple: true,
      meaning: 'a further variable of our server',
    },
    quiet: { type: 'boolean', default: false, meaning: 'no progress line' },
  },
  more: 'Exit code 0 = all was measured, 1 = some system was not, 64 = wrong usage, 130 = stopped.',
} as const satisfies Command<Record<string, CommandOption>>;

function readOptions({ values }: Parsed<typeof COMMAND.options>) {
  const names = (values.only?.split(',') ?? [...PEER_NAMES]) as PeerName[];
  const unknown = names.find((name) => !PEER_NAMES.includes(name));
  if (unknown) throw new UsageError(`--only: no system ${unknown}; there are ${PEER_NAMES.join(', ')}`);
  return {
    names,
    json: values.json,
    quiet: values.quiet,
    search: !values['no-search'],
    ladder: values.calls?.split(',').map((calls) => positive('calls', calls)) ?? null,
    serverEnv: Object.fromEntries(
      (values.env ?? []).map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]),
    ),
    callsMax: positive('calls-max', values['calls-max']),
    minutes: positive('minutes', values.minutes),
    scale: positive('scale', values.scale),
    seed: positive('seed', values.seed),
    nice: Number(values.nice) || 0,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`--${name}: a number above 0`);
  return value;
}

/** One core for the server, the others for everything else; on a single core nothing is pinned. */
function onePinned(): Pinning {
  const { server, others } = planPinning(true);
  if (server === null || others === null) return { server, others };
  return { server: [server[0]], others: [...server.slice(1), ...others] };
}

async function main(options: ReturnType<typeof readOptions>): Promise<number> {
  const pinning = onePinned();
  pinSelf(pinning.others);
  niceGroup(process.pid, options.nice);
  const abort = new AbortController();
  const progress = !options.quiet && process.stderr.isTTY;
  const say = (line: string): void => {
    if (!options.quiet) process.stderr.write(`${progress ? '\r\u001b[K' : ''}${line}\n`);
  };
  const comparison = new Comparison({
    ...options,
    pinning,
    signal: abort.signal,
    onWait: () => say('another load test runs on this machine; waiting for its end'),
    onTick: ({ title }, calls, { talking, failed }) => {
      if (progress) process.stderr.write(`\r\u001b[K${title}: ${talking} of ${calls} calls talk, ${failed} failed`);
    },
    onRung: ({ title }, { calls, response_ms, own_ms, cpu_pct, verdict }) =>
      say(
        `${title}, ${calls} calls: response p50 ${response_ms.p50} p99 ${response_ms.p99} ms, own p50 ${own_ms.p50} p99 ${own_ms.p99} ms, CPU ${cpu_pct} %, ` +
          (verdict.holds ? 'holds' : `does not hold: ${verdict.why.join(', ')}`),
      ),
  });
  process.on('SIGINT', () => {
    if (abort.signal.aborted) process.exit(130);
    say('stopping; again to stop at once');
    abort.abort();
  });
  process.on('SIGTERM', () => process.exit(143));
  process.on('exit', () => comparison.kill());

  const beganMs = nowMs();
  const results: PeerResult[] = [];
  // Ours comes last: it gets the time that the others leave.
  const order = options.names.toSorted((a, b) => Number(a === 'ringline') - Number(b === 'ringline'));
  for (const [i, name] of order.entries()) {
    if (abort.signal.aborted) break;
    // What one system does not use of its time is the next one's.
    const leftMs = beganMs + options.minutes * 60_000 - nowMs();
    results.push(await comparison.measure(PEERS_BY_NAME[name], leftMs / (order.length - i)));
  }
  results.sort((a, b) => PEER_NAMES.indexOf(a.name as PeerName) - PEER_NAMES.indexOf(b.name as PeerName));
  console.log(peerTable(results));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(document(results, pinning), null, 2)}\n`);
  if (abort.signal.aborted) return 130;
  return results.every(({ error }) => error === null) ? 0 : 1;
}

function document(results: readonly PeerResult[], pinning: Pinning) {
  const ours = results.find(({ name }) => name === 'ringline');
  return {
    measured_at: new Date().toISOString(),
    commit: commit(),
    machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.versions.node, pinning },
    objective: OBJECTIVE,
    vendor_latencies_ms: FIXED_LATENCIES,
    peers: results.map((result) => ({ ...result, ratios: ratiosToOurs(result, ours) })),
  };
}

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}

const options = readCommandLine(COMMAND, readOptions);
try {
  process.exitCode = await main(options);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
// What a stopped run has left open must not keep the terminal waiting.
process.exit();
