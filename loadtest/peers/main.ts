// `npm run peers`: ringline and other systems under the same callers and the same vendors, one after the other on the same
// core. Prints one table and writes all figures. Exit code 0 = everything asked for was measured, 1 = some system was not,
// 64 = wrong usage, 130 = stopped.
//
//   npm run peers -- [--json FILE] [--only ringline,pipecat,livekit,plain_node] [--calls 1,2,4] [--no-search]
//                    [--calls-max N] [--minutes N] [--scale N] [--seed N] [--nice N] [--quiet]
//                    [--env NAME=VALUE]

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { nowMs } from '../../src/clock.js';
import { niceGroup, type Pinning, pinSelf, planPinning } from '../fleet/child.js';
import { Comparison, type PeerResult } from './comparison.js';
import { FIXED_LATENCIES } from './latencies.js';
import { OBJECTIVE } from './objective.js';
import { PEER_NAMES, PEERS_BY_NAME, type PeerName } from './peer_list.js';
import { peerTable } from './peer_table.js';
import { ratiosToOurs } from './ratios.js';

const OPTIONS = {
  json: { type: 'string' },
  only: { type: 'string' },
  calls: { type: 'string' },
  'calls-max': { type: 'string', default: '1000' },
  env: { type: 'string', multiple: true, default: [] as string[] },
  'no-search': { type: 'boolean', default: false },
  minutes: { type: 'string', default: '22' },
  scale: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  nice: { type: 'string', default: '0' },
  quiet: { type: 'boolean', default: false },
} as const;

class UsageError extends Error {}

function readOptions() {
  try {
    const { values } = parseArgs({ args: process.argv.slice(2), options: OPTIONS });
    const names = (values.only?.split(',') ?? [...PEER_NAMES]) as PeerName[];
    const unknown = names.find((name) => !PEER_NAMES.includes(name));
    if (unknown) throw new UsageError(`--only: no system ${unknown}; there are ${PEER_NAMES.join(', ')}`);
    return {
      names,
      json: values.json,
      quiet: values.quiet,
      search: !values['no-search'],
      ladder: values.calls?.split(',').map((calls) => positive('calls', calls)) ?? null,
      serverEnv: Object.fromEntries(values.env.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string])),
      callsMax: positive('calls-max', values['calls-max']),
      minutes: positive('minutes', values.minutes),
      scale: positive('scale', values.scale),
      seed: positive('seed', values.seed),
      nice: Number(values.nice) || 0,
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
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

async function main(): Promise<number> {
  const options = readOptions();
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

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 64 : 1;
}
// What a stopped run has left open must not keep the terminal waiting.
process.exit();
