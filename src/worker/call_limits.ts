// When a call must end though nobody decided so: its stream never came, its line went dead, or it is as long as a call may
// be. Pure: time comes in as an argument.

import type { CallPlan } from '../agents/call_plan.js';
import type { EndReason } from '../call/call.js';

export class CallLimits {
  readonly #limits: CallPlan['limits'];
  #waitingSinceMs: number;
  #lastMediaMs: number;
  #startedMs: number | null = null;

  /** @param nowMs the order came */
  constructor(limits: CallPlan['limits'], nowMs: number) {
    this.#limits = limits;
    this.#waitingSinceMs = this.#lastMediaMs = nowMs;
  }

  /** The media socket is open: `start` has its own time to come. */
  opened(nowMs: number): void {
    this.#waitingSinceMs = this.#lastMediaMs = nowMs;
  }

  /** Something came over the media socket. Runs many times a second. */
  heard(nowMs: number): void {
    this.#lastMediaMs = nowMs;
  }

  /** The media stream began. */
  started(nowMs: number): void {
    this.#startedMs = nowMs;
  }

  get startedMs(): number | null {
    return this.#startedMs;
  }

  /** Length of the media stream so far. */
  durationMs(nowMs: number): number {
    return this.#startedMs === null ? 0 : nowMs - this.#startedMs;
  }

  /** Why the call has to end now; null = it has not. */
  exceeded(nowMs: number): EndReason | null {
    const { startTimeoutMs, mediaSilenceMs, maxDurationMs } = this.#limits;
    if (this.#startedMs === null) return nowMs - this.#waitingSinceMs > startTimeoutMs ? 'start_timeout' : null;
    if (nowMs - this.#lastMediaMs > mediaSilenceMs) return 'socket_lost';
    return nowMs - this.#startedMs > maxDurationMs ? 'max_duration' : null;
  }
}
