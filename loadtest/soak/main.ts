// `npm run soak`: calls come and go for minutes, answered or not, silent, cut and refused, inbound and outbound; then all end,
// and what the server still holds is counted from inside and outside. Exit code 0 = flat, 1 = not, 64 = wrong usage.

import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { nowMs } from '../../src/clock.js';
import { type Command, type CommandOption, numberOption, readCommandLine } from '../../src/command_line.js';
import { ChaosStage, sleep } from '../chaos/chaos_stage.js';
import type { InsideAnswer } from '../chaos/inside.js';
import { type Holdings, type Sample, soakFailures, soakResult } from './soak_result.js';

const CHURN = { staysS: [3, 15], cutShare: 0.1, muteShare: 0.1, refusedShare: 0.1 } as const;
/** What is loaded, opened and kept on purpose is there after this; the baseline is counted then. */
const WARM_UP_MS = 30_000;
const OUTBOUND_EVERY_MS = 1000;
const SAMPLE_EVERY_MS = 1000;
/** Idle connections to vendors are let go in this time. */
const SETTLE_MS = 45_000;
/** Of the run, not fitted: heaps grow to their working size first. */
const UNFITTED_SHARE = 1 / 3;

const COMMAND = {
  name: 'npm run soak',
  summary: 'Calls come and go; then nothing may be left of them, and memory must be flat.',
  options: {
    minutes: { type: 'string', value: 'N', meaning: 'how long calls come and go (default 10)' },
    calls: { type: 'string', value: 'N', meaning: 'calls at once (default 30)' },
    // V8 and malloc grow in steps: a run of ten minutes sees some MiB of noise over a few thousand calls.
    'slope-max': { type: 'string', value: 'N', meaning: 'MiB of memory for 1,000 calls (default 5)' },
    // A connection kept to a vendor, and its timer, may be there at one count and not at the other.
    'leaked-max': { type: 'string', value: 'N', meaning: 'sockets, timers, listeners left over (default 4)' },
    json: { type: 'string', value: 'FILE', meaning: 'all figures, for programs' },
  },
} as const satisfies Command<Record<string, CommandOption>>;

function rssMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** Open files below `dir`, as the kernel sees them. */
function openFiles(pid: number, dir: string): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith(dir);
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

async function holdings(stage: ChaosStage): Promise<Holdings> {
  const { threads }: InsideAnswer = await stage.inside({ kind: 'count' });
  const sum = (fits: (name: string) => boolean): number =>
    threads
      .flatMap(({ resources }) => Object.entries(resources))
      .reduce((total, [name, count]) => total + (fits(name) ? count : 0), 0);
  return {
    slots: await stage.metric('ringline_calls_live'),
    sockets: sum((name) => /^(TCP|TLS|Pipe)/.test(name)),
    timers: sum((name) => name === 'Timeout' || name === 'Immediate'),
    files: openFiles(stage.server.pid, stage.recordings),
    listeners: threads.reduce((total, { listeners }) => total + listeners, 0),
  };
}

/** All calls end; resolves with what is held then, at the latest when it no longer gets less. */
async function settled(stage: ChaosStage, noMoreThan: Holdings | null): Promise<Holdings> {
  stage.crowd.tell({ kind: 'target', calls: 0, ratePerS: 0 });
  await stage.hangUp(null, 1000);
  await sleep(8000);
  let held = await holdings(stage);
  for (const end = nowMs() + SETTLE_MS; nowMs() < end; held = await holdings(stage)) {
    const known = noMoreThan;
    if (known && Object.entries(held).every(([name, count]) => count <= known[name as keyof Holdings])) break;
    await sleep(3000);
  }
  return held;
}

async function churn(stage: ChaosStage, calls: number, ms: number, onSample: (sample: Sample) => void): Promise<void> {
  stage.crowd.tell({ kind: 'target', calls, ratePerS: calls / 3 });
  let dialledMs = 0;
  for (const end = nowMs() + ms; nowMs() < end; await sleep(SAMPLE_EVERY_MS)) {
    const { placed, live } = await stage.logs(nowMs());
    onSample({ calls: placed, rssMib: rssMib(stage.server.pid) });
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${placed} calls, ${live} live` : '');
    if (nowMs() - dialledMs < OUTBOUND_EVERY_MS) continue;
    dialledMs = nowMs();
    const body = JSON.stringify({ to_number: `+1415557${String(placed % 10_000).padStart(4, '0')}` });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${stage.server.url}/outbound`, { method: 'POST', headers, body }).catch(() => {});
  }
}

const options = readCommandLine(COMMAND, ({ values }) => ({
  minutes: numberOption('minutes', values.minutes, 10, 0.1, 10_000),
  calls: numberOption('calls', values.calls, 30, 1, 2000),
  slopeMax: numberOption('slope-max', values['slope-max'], 5, 0, 10_000),
  leakedMax: numberOption('leaked-max', values['leaked-max'], 4, 0, 10_000),
  json: values.json ?? null,
}));

async function main(): Promise<number> {
  const { calls, minutes, json } = options;
  const errors: Record<string, number> = {};
  const stage = await ChaosStage.start({
    calls,
    workers: 2,
    seed: 1,
    churn: CHURN,
    redisUrl: null,
    serverEnv: {},
    onLog: ({ level, msg }) => {
      if (Number(level) >= 50) errors[msg] = (errors[msg] ?? 0) + 1;
    },
  });
  try {
    await churn(stage, calls, WARM_UP_MS, () => {});
    const before = await settled(stage, null);
    const samples: Sample[] = [];
    await churn(stage, calls, minutes * 60_000, (sample) => samples.push(sample));
    const after = await settled(stage, before);
    const result = soakResult(samples.slice(Math.floor(samples.length * UNFITTED_SHARE)), before, after);
    const failures = soakFailures(result, options);
    const report = { ...result, minutes, failures, passed: failures.length === 0, before, after, errors };
    console.log(JSON.stringify(report, null, 2));
    if (json) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    return failures.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
  }
}

process.exit(await main());
