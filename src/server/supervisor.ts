// Watches the worker threads from outside, since a thread can't report its own hanging: a few times a second it reads how
// long ago each has beaten (threads/heartbeat.ts). A late one gets no new calls; one that is silent for seconds hangs,
// and is ended: exactly its calls fail, and the pool starts another. What becomes of those calls is call_control.ts.

import type { Logger } from '../log.js';
import { heartbeatAgeMs } from '../threads/heartbeat.js';

const LOOK_MS = 100;
/** Twice what an idle worker may take between two beats, and more. Its callers hear it already. */
const LATE_MS = 500;
/**
 * Silent for so long while another worker beats, so that it is not the machine: its callers wait in silence, and moving
 * them costs less than waiting. Nothing a worker does in one go takes this long; the longest seen was 150 ms.
 */
const HUNG_MS = 1_000;
/** The same when nobody beats, or when we are late ourselves: it may be the machine, or there is nobody to go on with the calls. */
const ALL_HUNG_MS = 2_500;
/** A thread that hangs inside native code does not end when told to. It is given up after this, and runs no more of our
 *  code when it comes back. */
const ENDING_MS_MAX = 500;
/** Two looks further apart: we did not run, and hold no silence against anybody that may be our own. */
const STOOD_STILL_MS = 400;
/** A look this late says that the machine has more to do than it can, and is believed for so long: a worker that waits for a
 *  processor does not hang, and moving its calls to another one that waits would make it worse. */
const LOOK_LATE_MS = 100;
const BUSY_FOR_MS = 5_000;
/** From a thread's start to its seat: loading takes about a second, on a slow disk a few. */
const LOADING_MS_MAX = 60_000;

/** What is needed of a `worker_threads.Worker`. */
export interface SupervisedThread {
  readonly threadId: number;
  terminate(): Promise<unknown>;
}

export interface SupervisorOptions {
  /** worker_seats.ts: which thread has which seat. */
  seats: SharedArrayBuffer;
  heartbeats: SharedArrayBuffer;
  /** The threads there are now. */
  threads(): readonly SupervisedThread[];
  /** Takes a thread that does not end out of `threads`, with all that its end would bring about. */
  giveUp(thread: SupervisedThread): void;
  log: Logger;
  /** clock.ts, or a test's own. */
  now(): number;
  /** Called after each look. */
  onLooked(): void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #seats: Int32Array;
  #late = new Set<number>();
  /** When a thread without a seat was first seen. */
  #loadingSinceMs = new Map<number, number>();
  /** When a thread was told to end that has not yet. */
  readonly #endingSinceMs = new Map<number, number>();
  #lastLookMs = Number.NEGATIVE_INFINITY;
  /** Silence from before this is not held against anybody. */
  #watchingSinceMs = 0;
  /** We were late ourselves; until then it is the machine. */
  #busyUntilMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #hung = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#seats = new Int32Array(options.seats);
  }

  /** Threads that miss their beats now. */
  get late(): number {
    return this.#late.size;
  }

  /** Threads ended because they hung, since the start. */
  get hung(): number {
    return this.#hung;
  }

  /** Should no new call go to this thread? False for one that has not beaten yet: it is loading. */
  isLate(threadId: number): boolean {
    return this.#late.has(threadId);
  }

  /** Safe twice. Does not keep the process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Safe twice. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Judges every thread once. Public for tests; `start` does it regularly. */
  look(): void {
    const now = this.#options.now();
    // We were held up ourselves, as by a machine that was put to sleep: so were the workers, and silence counts anew.
    if (now - this.#lastLookMs > STOOD_STILL_MS) this.#watchingSinceMs = now;
    if (now - this.#lastLookMs > LOOK_MS + LOOK_LATE_MS) this.#busyUntilMs = now + BUSY_FOR_MS;
    this.#lastLookMs = now;
    const late = new Set<number>();
    const hungMs = this.#isAnyBeating() && now >= this.#busyUntilMs ? HUNG_MS : ALL_HUNG_MS;
    const loadingSinceMs = new Map<number, number>();
    for (const thread of [...this.#options.threads()]) {
      const { threadId } = thread;
      const endingSinceMs = this.#endingSinceMs.get(threadId);
      if (endingSinceMs !== undefined) {
        late.add(threadId);
        if (now - endingSinceMs >= ENDING_MS_MAX) this.#giveUp(thread);
        continue;
      }
      const beatAgeMs = this.#beatAgeMs(threadId);
      if (beatAgeMs === null) {
        const sinceMs = this.#loadingSinceMs.get(threadId) ?? now;
        loadingSinceMs.set(threadId, sinceMs);
        if (!this.#seats.includes(threadId) && now - sinceMs > LOADING_MS_MAX) this.#end(thread, now - sinceMs);
        continue;
      }
      const ageMs = Math.min(beatAgeMs, now - this.#watchingSinceMs);
      if (ageMs < LATE_MS) continue;
      late.add(threadId);
      if (!this.#late.has(threadId)) this.#options.log.warn({ threadId, ageMs }, 'worker is late: no new calls for it');
      if (ageMs >= hungMs) this.#end(thread, ageMs);
    }
    this.#late = late;
    this.#loadingSinceMs = loadingSinceMs;
    this.#options.onLooked();
  }

  /** Somebody is there to go on with the calls of one that hangs. */
  #isAnyBeating(): boolean {
    return this.#options.threads().some(({ threadId }) => {
      const ageMs = this.#beatAgeMs(threadId);
      return ageMs !== null && ageMs < LATE_MS;
    });
  }

  /** null = it has no seat yet, or has not beaten. */
  #beatAgeMs(threadId: number): number | null {
    const seat = this.#seats.indexOf(threadId);
    return seat < 0 ? null : heartbeatAgeMs(this.#options.heartbeats, seat, this.#options.now());
  }

  #end(thread: SupervisedThread, silentMs: number): void {
    const { threadId } = thread;
    this.#hung++;
    this.#endingSinceMs.set(threadId, this.#options.now());
    this.#options.log.error({ threadId, silentMs: Math.round(silentMs) }, 'worker hangs: its thread is ended');
    // That a thread ends is an event of the pool's; a thread's own id is gone by then.
    void thread.terminate().finally(() => this.#endingSinceMs.delete(threadId));
  }

  #giveUp(thread: SupervisedThread): void {
    const { threadId } = thread;
    this.#endingSinceMs.delete(threadId);
    this.#options.log.error({ threadId }, 'worker hangs in native code and does not end: given up');
    this.#options.giveUp(thread);
  }
}
