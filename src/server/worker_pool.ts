// The worker threads: one piscina task for each call, many calls on each thread. Knows nothing of what a call does.
// The only importer of piscina.
//
// A running task is never aborted: piscina answers an abort by killing the thread, with every other call on it. A call
// ends by a HANGUP record in its ring. When a thread dies by itself, or the supervisor ends one that hangs, exactly its own
// tasks reject and piscina starts another.

import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { CallOrder } from '../call/call.js';
import type { CallSummary } from '../call/call_report.js';
import { nowMs } from '../clock.js';
import { EngineError, toEngineError } from '../errors.js';
import type { Logger } from '../log.js';
import { isWorkerMessage, type WorkerMessage } from '../threads/worker_messages.js';
import { releaseDeadSeats } from '../threads/worker_seats.js';
import type { WorkerSetup } from '../threads/worker_setup.js';
import type { SharedMemory } from './shared_memory.js';
import { Supervisor } from './supervisor.js';

/** Runs calls to their end. The worker pool, or a stand-in for tests. */
export interface CallRunner {
  /** Rejects with an EngineError: WORKER_DIED when the thread is gone, anything else when the call could not be set up. */
  run(order: CallOrder): Promise<CallSummary>;
  /** At least one thread has loaded everything and takes calls. */
  readonly ready: boolean;
  /** Threads that miss their beats now, and threads that were ended because they hung. */
  readonly late: number;
  readonly hung: number;
  /** Who gets what the workers tell while calls run; one listener, to be set before the first call. */
  listen(take: (message: WorkerMessage) => void): void;
}

type PiscinaOptions = NonNullable<ConstructorParameters<typeof Piscina>[0]>;
type LoadBalancer = NonNullable<PiscinaOptions['loadBalancer']>;

/** Threads that die this often (times the number of threads) in a row, none of them having finished a call: give up. */
const DEATHS_IN_A_ROW_MAX = 5;
/** Deaths further apart than this are no row: a thread loads for about a second. */
const ROW_GAP_MS = 15_000;

/**
 * Room for short-lived objects in each worker. With V8's default a worker of 300 calls collected 96 times in 40 s for 6.6 ms
 * each, because providers' messages outlived the small space; every pause is one all its calls wait for.
 */
const YOUNG_GENERATION_MIB = 64;

/** The compiled worker: beside us in dist/, or, when we run from TypeScript (tests), in the last build. */
function workerFile(): string {
  const path = import.meta.url.endsWith('.ts') ? '../../dist/src/worker/call_worker.js' : '../worker/call_worker.js';
  return fileURLToPath(new URL(path, import.meta.url));
}

export class WorkerPool implements CallRunner {
  readonly #pool: Piscina<CallOrder, CallSummary>;
  readonly #seats: SharedArrayBuffer;
  readonly #heartbeats: SharedArrayBuffer;
  readonly #log: Logger;
  readonly #supervisor: Supervisor;
  readonly #onUseless: () => void;
  readonly #callsMax: number;
  readonly #deathsMax: number;
  #deathsInARow = 0;
  #lastDeathMs = 0;
  #deathInThisTurn = false;
  #closing = false;
  #take: (message: WorkerMessage) => void = () => {};
  /** Calls that wait for a thread that is not late. */
  #waiting: (() => void)[] = [];

  /**
   * Starts all threads at once.
   * @param onUseless called once if no thread is left, or if they keep dying without finishing a call; the pool is
   *   closed then
   */
  constructor(
    setup: Pick<WorkerSetup, 'config' | 'agents'>,
    memory: SharedMemory,
    log: Logger,
    onUseless: () => void,
    filename = workerFile(),
  ) {
    const { config } = setup;
    this.#seats = memory.seats;
    this.#heartbeats = memory.heartbeats;
    this.#log = log;
    this.#onUseless = onUseless;
    this.#callsMax = config.calls.max;
    this.#deathsMax = DEATHS_IN_A_ROW_MAX * config.calls.workers;
    this.#supervisor = new Supervisor({
      seats: memory.seats,
      heartbeats: memory.heartbeats,
      threads: () => this.#pool.threads,
      // Piscina has no way to let go of a thread that does not end; what it does at a thread's end it does on this event.
      giveUp: (thread) => void (thread as Worker).emit('exit', 1),
      log,
      now: nowMs,
      onLooked: () => this.#letCallsGo(),
    });
    this.#pool = new Piscina({
      filename,
      minThreads: config.calls.workers,
      maxThreads: config.calls.workers,
      concurrentTasksPerWorker: config.calls.max,
      loadBalancer: this.#leastBusy,
      // The default parks a thread in Atomics.wait between tasks, with all sockets and timers of its calls.
      atomics: 'disabled',
      workerData: { ...memory, ...setup } satisfies WorkerSetup,
      // The SDKs read keys and URLs from the environment by themselves; they get everything from the configuration.
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
    // Point to point: what a worker tells reaches this thread and no other worker.
    this.#pool.on('message', (message: unknown) => {
      if (isWorkerMessage(message)) this.#take(message);
    });
    this.#pool.on('workerDestroy', () => this.#onThreadGone());
    // A thread that died without a task; those with tasks reject them.
    this.#pool.on('error', (error: unknown) => this.#log.error({ err: error }, 'worker thread failed'));
    this.#supervisor.start();
  }

  get ready(): boolean {
    if (this.#closing) return false;
    return new Int32Array(this.#seats).some((threadId) => threadId !== 0 && !this.#supervisor.isLate(threadId));
  }

  get late(): number {
    return this.#supervisor.late;
  }

  get hung(): number {
    return this.#supervisor.hung;
  }

  listen(take: (message: WorkerMessage) => void): void {
    this.#take = take;
  }

  async run(order: CallOrder): Promise<CallSummary> {
    if (this.#areAllLate) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const summary = await this.#pool.run(order);
      this.#deathsInARow = 0;
      return summary;
    } catch (thrown) {
      // Piscina reports the thread's end and rejects its tasks in one turn of the event loop, and the rejection carries
      // whatever killed the thread; a task that failed by itself rejects in a turn of its own.
      if (this.#deathInThisTurn) throw new EngineError('WORKER_DIED', { cause: thrown });
      throw toEngineError(thrown);
    }
  }

  /** Ends all threads at once, with whatever they do. Safe twice. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#supervisor.stop();
    this.#letCallsGo();
    await this.#pool.destroy();
  }

  /** The least busy thread that is not late; when all are, the least busy one: piscina would not look at a call that it
   *  had to put aside again before another one ends. */
  readonly #leastBusy: LoadBalancer = (_task, threads) => {
    let best: (typeof threads)[number] | null = null;
    for (const thread of threads) {
      const isBetter = best === null || this.#rank(thread) < this.#rank(best);
      if (isBetter && thread.currentUsage < this.#callsMax) best = thread;
    }
    return best;
  };

  #rank({ id, currentUsage }: { id: number; currentUsage: number }): number {
    return (this.#supervisor.isLate(id) ? this.#callsMax : 0) + currentUsage;
  }

  /** A call given to a thread that hangs is lost with it; one that waits a moment finds its successor. */
  get #areAllLate(): boolean {
    const { threads } = this.#pool;
    return !this.#closing && threads.length > 0 && threads.every(({ threadId }) => this.#supervisor.isLate(threadId));
  }

  #letCallsGo(): void {
    if (this.#areAllLate) return;
    for (const go of this.#waiting.splice(0)) go();
  }

  #onThreadGone(): void {
    this.#deathInThisTurn = true;
    setImmediate(() => {
      this.#deathInThisTurn = false;
      this.#afterDeath();
    });
    if (this.#closing) return;
    this.#log.error('worker thread is gone');
    const now = nowMs();
    this.#deathsInARow = now - this.#lastDeathMs > ROW_GAP_MS ? 1 : this.#deathsInARow + 1;
    this.#lastDeathMs = now;
  }

  /** Piscina has started a replacement by now, unless one already failed while loading: then it never does again. */
  #afterDeath(): void {
    if (this.#closing) return;
    const { threads } = this.#pool;
    releaseDeadSeats(this.#seats, this.#heartbeats, new Set(threads.map((thread) => thread.threadId)));
    // While another thread takes calls, giving up would cost calls that nothing is wrong with.
    if (threads.length > 0 && (this.#deathsInARow < this.#deathsMax || this.ready)) return;
    // For example a build without the worker's file, or a machine without memory.
    void this.close();
    this.#onUseless();
  }
}
