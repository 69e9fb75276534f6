// Reads from /proc what the operating system accounts to a process: CPU time by thread, and memory. Linux only; elsewhere
// every reading is null and the report says so.

import { readdirSync, readFileSync } from 'node:fs';

/** /proc counts CPU time in ticks; their number a second is fixed at 100 in the kernel's user interface. */
const MS_PER_TICK = 10;
/** Fields of /proc/PID/stat after the command: utime is the 14th field of all, stime the 15th. */
const UTIME = 11;
const STIME = 12;

/** CPU time since the process began, ms. */
export interface CpuReading {
  mainMs: number;
  workersMs: number;
  otherMs: number;
  /** Thread id -> ms. */
  threads: Map<number, number>;
}

const SIGHTINGS_MS = 3000;
const LOOK_EVERY_MS = 20;

/**
 * Tells worker threads from V8's, libuv's and the addon's own. A worker has an event loop, so when idle it sleeps in an
 * epoll wait; so do the main thread and one helper of V8 that is older than any worker. Hence: of the threads seen
 * sleeping there, the `workers` youngest. Call while the server is idle. Null where the kernel tells no `wchan`.
 */
export async function findWorkerThreads(pid: number, workers: number): Promise<number[] | null> {
  const seen = new Set<number>();
  const deadline = Date.now() + SIGHTINGS_MS;
  while (Date.now() < deadline) {
    for (const tid of threadIds(pid))
      if (tid !== pid && /epoll|ep_poll/.test(read(`/proc/${pid}/task/${tid}/wchan`) ?? '')) seen.add(tid);
    // One more than the workers: the helper.
    if (seen.size > workers) return [...seen].sort((a, b) => a - b).slice(-workers);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return null;
}

/** Null when the process is gone, or there is no /proc. `workers` null: every thread but the main one counts as such. */
export function readCpu(pid: number, workers: readonly number[] | null): CpuReading | null {
  const threads = new Map<number, number>();
  for (const tid of threadIds(pid)) {
    const ms = threadCpuMs(pid, tid);
    if (ms !== null) threads.set(tid, ms);
  }
  const mainMs = threads.get(pid);
  if (mainMs === undefined) return null;
  let workersMs = 0;
  let otherMs = 0;
  for (const [tid, ms] of threads) {
    if (tid !== pid && (workers === null || workers.includes(tid))) workersMs += ms;
    else if (tid !== pid) otherMs += ms;
  }
  return { mainMs, workersMs, otherMs, threads };
}

/** Resident memory, MiB; null when unknown. */
export function readRssMib(pid: number): number | null {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
}

/** Open file descriptors; null when unknown. */
export function countFds(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}

/** Busy time of one core since the machine started (all processes, kernel and interrupts), ms. */
export function readCoreBusyMs(core: number): number | null {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(read('/proc/stat') ?? '')?.[1];
  if (line === undefined) return null;
  const [user, nice, system, , , irq, softirq] = line.split(' ').map(Number);
  return (user + nice + system + irq + softirq) * MS_PER_TICK;
}

function threadIds(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** `schedstat` has nanoseconds; where the kernel lacks it, `stat` has ticks. */
function threadCpuMs(pid: number, tid: number): number | null {
  const precise = read(`/proc/${pid}/task/${tid}/schedstat`)?.split(' ')[0];
  if (precise) return Number(precise) / 1e6;
  const stat = read(`/proc/${pid}/task/${tid}/stat`);
  if (stat === null) return null;
  // The command in parentheses may hold anything, blanks included.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) * MS_PER_TICK;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
