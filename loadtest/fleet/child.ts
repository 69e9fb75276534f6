// A child process of the load test that speaks typed messages, and the pinning of processes to cores.

import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Pinning {
  /** Cores of the server, and of everything else; null = the scheduler decides. */
  server: readonly number[] | null;
  others: readonly number[] | null;
}

/** As many as there were at the start: a process that pins itself sees fewer of them from then on. */
export const CORES = availableParallelism();

/** The first half of the cores for the server, the rest for those who load it; null where it can't be done. */
export function planPinning(wanted: boolean, cores = CORES): Pinning {
  if (!wanted || cores < 2 || spawnSync('taskset', ['--version']).status !== 0) return { server: null, others: null };
  const half = Math.ceil(cores / 2);
  const all = Array.from({ length: cores }, (_, i) => i);
  return { server: all.slice(0, half), others: all.slice(half) };
}

/** A nice value, or `realtime` (SCHED_RR): before everything else on the machine, for short runs beside other work. */
export type Priority = number | 'realtime';

/** Command in front of another that keeps it on `cores` and gives it a priority; empty = none. */
export function launcher(cores: readonly number[] | null, priority: Priority = 0): string[] {
  const rank = priority === 'realtime' ? ['chrt', '-r', '10'] : ['nice', '-n', String(priority)];
  return [...(priority === 0 ? [] : rank), ...(cores === null ? [] : ['taskset', '-c', cores.join(',')])];
}

/** Moves this process and all its threads onto `cores`. */
export function pinSelf(cores: readonly number[] | null): void {
  if (cores !== null) spawnSync('taskset', ['-a', '-cp', cores.join(','), String(process.pid)]);
}

/**
 * Where the kernel groups processes by terminal session (`sched_autogroup_enabled`), a nice value counts inside the group
 * only; this is the group's own. Without effect elsewhere, and without the right to.
 */
export function niceGroup(pid: number, nice: Priority): void {
  try {
    if (typeof nice === 'number' && nice !== 0) writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // No such kernel, or no such right: the run's lateness tells whether it mattered.
  }
}

/**
 * What simulators take to notice a message counts as the server's time, so their own collections have to be few, and no
 * helper threads may crowd their core.
 */
const GENERATOR_GC = ['--single-threaded-gc', '--max-semi-space-size=32'];

/** One end of the channel: `Command` down, `Event` up. */
export class Child<Command extends object, Event extends { kind: string; message?: string }> {
  readonly #process: ChildProcess;
  readonly #listeners = new Set<(event: Event) => void>();
  #gone = false;

  /**
   * @param file compiled JavaScript
   * @param place see `launcher`
   */
  constructor(file: URL, place: readonly string[], nodeArgs: readonly string[] = []) {
    const [command, ...rest] = [...place, process.execPath];
    this.#process = fork(fileURLToPath(file), [], {
      execPath: command,
      execArgv: [...rest, ...GENERATOR_GC, ...nodeArgs],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (event) => {
      for (const listener of [...this.#listeners]) listener(event as Event);
    });
    this.#process.once('exit', () => {
      this.#gone = true;
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  tell(command: Command): void {
    if (!this.#gone && this.#process.connected) this.#process.send(command);
  }

  on(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next event that fits. Rejects on a fault, when the process ends, and after `timeoutMs`. */
  next<E extends Event>(fits: (event: Event) => event is E, timeoutMs = 30_000): Promise<E> {
    return new Promise((resolve, reject) => {
      const done = (act: () => void): void => {
        clearTimeout(timer);
        off();
        this.#process.off('exit', onExit);
        act();
      };
      const off = this.on((event) => {
        if (fits(event)) done(() => resolve(event));
        else if (event.kind === 'fault') done(() => reject(new Error(event.message)));
      });
      const onExit = (): void => done(() => reject(new Error(`a helper process ended (${this.#howItEnded})`)));
      const timer = setTimeout(() => done(() => reject(new Error('a helper process did not answer'))), timeoutMs);
      this.#process.once('exit', onExit);
      if (this.#gone) onExit();
    });
  }

  get #howItEnded(): string {
    return this.#process.signalCode ?? `code ${this.#process.exitCode}`;
  }

  /** Ends it, by force after a second. Safe twice. */
  async stop(exit: Command): Promise<void> {
    if (this.#gone) return;
    const exited = new Promise((resolve) => this.#process.once('exit', resolve));
    this.tell(exit);
    const force = setTimeout(() => this.#process.kill('SIGKILL'), 1000);
    await exited;
    clearTimeout(force);
  }
}
