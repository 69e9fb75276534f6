// One beat for all simulated callers of a process: absolute deadlines, no timer per call. It also measures how late the
// generator itself was, because a load test whose generator was late says nothing about the server.

import { nowMs } from '../../../src/clock.js';

export interface TickMember {
  /** Called on every beat; must not throw. */
  tick(nowMs: number): void;
}

const BUCKET_MS = 0.25;
const BUCKETS = 4000;

/** Fixed-size histogram of lateness; the last bucket holds everything from one second on. */
export class Lateness {
  readonly #counts = new Uint32Array(BUCKETS);
  count = 0;
  maxMs = 0;

  add(lateMs: number): void {
    this.#counts[Math.min(BUCKETS - 1, Math.max(0, Math.floor(lateMs / BUCKET_MS)))]++;
    this.count++;
    if (lateMs > this.maxMs) this.maxMs = lateMs;
  }

  /** Upper edge of the bucket that holds the quantile, ms; 0 when nothing was measured. */
  quantile(q: number): number {
    let left = Math.ceil(q * this.count);
    if (left === 0) return 0;
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#counts[i];
      if (left <= 0) return Math.min(this.maxMs, (i + 1) * BUCKET_MS);
    }
    return this.maxMs;
  }
}

export class CallerClock {
  /** Time from a beat's deadline to the moment its last caller was served: no frame of it left later. */
  readonly lateness = new Lateness();
  /** Beats that were skipped because the one before took too long. */
  beatsLost = 0;
  readonly tickMs: number;
  readonly #members: TickMember[] = [];
  #timer: NodeJS.Timeout | undefined;
  #deadlineMs = 0;

  /** `tickMs`: finer beats spread the callers' frames better and cost more wake-ups. */
  constructor(tickMs = 10) {
    this.tickMs = tickMs;
  }

  get size(): number {
    return this.#members.length;
  }

  /** The beat just served or about to come: a stream that starts now hangs its frames on this grid. */
  get beatMs(): number {
    return this.#deadlineMs;
  }

  add(member: TickMember): void {
    this.#members.push(member);
    if (this.#timer !== undefined) return;
    this.#deadlineMs = nowMs() + this.tickMs;
    this.#arm();
  }

  delete(member: TickMember): void {
    const at = this.#members.indexOf(member);
    if (at < 0) return;
    const last = this.#members.pop()!;
    if (last !== member) this.#members[at] = last;
    if (this.#members.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#beat(), Math.max(0, Math.ceil(this.#deadlineMs - nowMs())));
  }

  #beat(): void {
    const now = nowMs();
    // Backwards, so that a member which leaves during its own tick only moves one that was already served.
    for (let i = this.#members.length - 1; i >= 0; i--) this.#members[i]?.tick(now);
    const doneMs = nowMs();
    this.lateness.add(doneMs - this.#deadlineMs);
    this.#deadlineMs += this.tickMs;
    if (this.#deadlineMs < doneMs) {
      const lost = Math.floor((doneMs - this.#deadlineMs) / this.tickMs);
      this.beatsLost += lost;
      this.#deadlineMs += lost * this.tickMs;
    }
    if (this.#members.length > 0) this.#arm();
  }
}
