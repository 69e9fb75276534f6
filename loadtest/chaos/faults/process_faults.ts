// Threads and processes that die, hang, or are told to end.

import { spawnSync } from 'node:child_process';
import { nowMs } from '../../../src/clock.js';
import { type ChaosStage, sleep } from '../chaos_stage.js';
import type { Fault, Struck } from '../fault.js';

/** A worker that is gone is to be replaced within this. */
const REPLACED_MS_MAX = 3000;
/** Above DRAIN_TIMEOUT_MS of the stage, with room for the goodbye. */
const DRAINED_MS_MAX = 25_000;

/** Calls that went on in another worker since `before`: those, and no others, may have heard it. */
async function movedSince(stage: ChaosStage, before: number): Promise<number> {
  return (await stage.metric('ringline_calls_moved_total')) - before;
}

async function killWorker(stage: ChaosStage): Promise<Struck> {
  const movedBefore = await stage.metric('ringline_calls_moved_total');
  const before = (await stage.inside({ kind: 'count' })).workers;
  const began = nowMs();
  await stage.inside({ kind: 'kill_worker' });
  while ((await stage.inside({ kind: 'count' })).workers < before && nowMs() - began < 10_000) await sleep(50);
  const tookMs = Math.round(nowMs() - began);
  const victims = await movedSince(stage, movedBefore);
  return {
    victims,
    problems: tookMs > REPLACED_MS_MAX ? [`the worker was replaced after ${tookMs} ms`] : [],
    notes: [`${victims} calls moved, the worker replaced after ${tookMs} ms`],
  };
}

async function stallWorker(stage: ChaosStage, ms: number): Promise<Struck> {
  const movedBefore = await stage.metric('ringline_calls_moved_total');
  await stage.inside({ kind: 'stall_worker', ms });
  await sleep(ms);
  const victims = await movedSince(stage, movedBefore);
  return { victims, notes: [`${victims} calls moved`] };
}

async function killProcess(stage: ChaosStage): Promise<Struck> {
  const { port } = stage.server;
  const began = nowMs();
  await stage.server.kill();
  await stage.startServer(port);
  return { victims: null, notes: [`up again after ${Math.round(nowMs() - began)} ms`] };
}

/** Audio thrown away at the end of a stream that the server ended: a goodbye cut off. */
const UNHEARD_MS_MAX = 100;

async function sigterm(stage: ChaosStage): Promise<Struck> {
  const { port } = stage.server;
  const began = nowMs();
  process.kill(stage.server.pid, 'SIGTERM');
  const gone = await stage.server.gone(DRAINED_MS_MAX);
  const code = gone ? await stage.server.stop() : null;
  const { logs } = await stage.logs(began);
  const cut = logs.filter(
    ({ endedBy, streams }) => endedBy !== 'caller' && (streams.at(-1)?.unheardMs ?? 0) > UNHEARD_MS_MAX,
  );
  if (!gone) await stage.server.kill();
  await stage.startServer(port);
  const problems = [
    ...(gone ? [] : [`it had not ended after ${DRAINED_MS_MAX} ms`]),
    ...(cut.length > 0 ? [`${cut.length} callers were cut off in the middle of what was said`] : []),
  ];
  return { victims: null, problems, notes: [`exit code ${code} after ${Math.round(nowMs() - began)} ms`] };
}

/** A second server takes the new calls, then the first is told to end; its callers hang up within the time it has. */
async function rollingRestart(stage: ChaosStage): Promise<Struck> {
  const first = stage.server;
  await stage.startServer();
  const ended = first.gone(DRAINED_MS_MAX);
  process.kill(first.pid, 'SIGTERM');
  await stage.hangUp(null, 5000);
  const gone = await ended;
  const code = gone ? await first.stop() : null;
  if (!gone) await first.kill();
  return {
    victims: null,
    problems: gone ? (code === 0 ? [] : [`exit code ${code}`]) : ['the first server did not end'],
  };
}

async function fileLimit(stage: ChaosStage): Promise<Struck> {
  const set = (limit: string) => spawnSync('prlimit', ['--pid', String(stage.server.pid), `--nofile=${limit}`]);
  const { Max: before } = limitsOf(stage.server.pid);
  set(`256:${before}`);
  try {
    await sleep(6000);
  } finally {
    set(`${before}:${before}`);
  }
  return {};
}

function limitsOf(pid: number): { Max: string } {
  const out = spawnSync('prlimit', ['--pid', String(pid), '--nofile', '--output=HARD', '--noheadings', '--raw']);
  return { Max: out.stdout.toString().trim() };
}

export const PROCESS_FAULTS: readonly Fault[] = [
  { name: 'worker_killed', about: 'a worker thread ends at once', strike: killWorker },
  {
    name: 'worker_stalled_2s',
    about: 'a worker thread does nothing but turn in circles for 2 s',
    strike: (stage) => stallWorker(stage, 2000),
  },
  {
    name: 'worker_stalled_5s',
    about: 'the same for 5 s',
    strike: (stage) => stallWorker(stage, 5000),
  },
  {
    name: 'process_killed',
    about: 'kill -9, started again at once',
    mayLose: 'no store',
    mayShorten: true,
    endsProcess: true,
    strike: killProcess,
  },
  {
    name: 'sigterm',
    about: 'told to end while everybody talks: goodbyes at the deadline',
    mayLose: 'drained',
    endsProcess: true,
    strike: sigterm,
  },
  {
    name: 'rolling_restart',
    about: 'a second server takes over, the first is told to end',
    endsProcess: true,
    strike: rollingRestart,
  },
  {
    name: 'file_limit',
    about: 'only 256 open files for 6 s',
    skip: async () => (spawnSync('prlimit', ['--version']).status === 0 ? null : 'no prlimit here'),
    strike: fileLimit,
  },
];
