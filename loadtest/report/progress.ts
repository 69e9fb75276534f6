// The line that shows how a run goes: rewritten once a second on a terminal, every five seconds elsewhere.

import type { FleetTick } from '../fleet/fleet_messages.js';
import { quantiles } from './quantiles.js';
import type { RunSampler } from './run_sampler.js';

const PLAIN_EVERY = 5;
const WINDOW = 5;
let lines = 0;
let shown = false;

export function showProgress(tick: FleetTick, phase: string, { samples }: RunSampler): void {
  const recent = samples.slice(-WINDOW);
  const responses = recent.flatMap(({ tick: { turns } }) =>
    turns.flatMap(({ answerMs, voiceEndMs }) => (answerMs === null ? [] : answerMs - voiceEndMs)),
  );
  const { p50, p99 } = quantiles(responses);
  const last = recent.at(-1);
  const cpu = last?.server;
  const text =
    `${phase.padEnd(11)} ${String(tick.up).padStart(5)} up, ${tick.failed} failed` +
    ` | server ${cpu ? `${cpu.main.toFixed(0)}+${cpu.workers.toFixed(0)}` : '-'} % ${last?.rssMib?.toFixed(0) ?? '-'} MiB` +
    ` | response p50 ${p50?.toFixed(0) ?? '-'} p99 ${p99?.toFixed(0) ?? '-'} ms | holes ${tick.playoutGaps}` +
    ` | generator ${last?.fleetCpuPct?.toFixed(0) ?? '-'}+${last?.providersCpuPct?.toFixed(0) ?? '-'} % late p99 ${tick.late.p99} ms`;
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${text}`);
    shown = true;
  } else if (lines++ % PLAIN_EVERY === 0) process.stderr.write(`${text}\n`);
}

/** Removes the line, so that other output begins at its place. */
export function clearProgress(): void {
  if (shown) process.stderr.write('\r\u001b[K');
  shown = false;
}
