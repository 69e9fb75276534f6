// The beat of a fleet: callers are spread over the phases of a 20 ms wheel, as real calls are, instead of all speaking in
// one burst. One timer for the process, absolute deadlines. Takes the place of the simulator's own clock.

import { nowMs } from '../../src/clock.js';
import { CallerClock, Lateness, type TickMember } from '../simulators/twilio/caller_clock.js';

export interface PhasedClockOptions {
  /** How often each caller is served: a frame's length, or shorter when frames are jittered. */
  periodMs: number;
  /** Distance of the phases. Smaller spreads the load better and wakes this process more often. */
  phaseMs: number;
}

export class PhasedClock extends CallerClock {
  /** Like `lateness`, but only since the last `startWindow`. */
  windowLateness = new Lateness();
  windowBeatsLost = 0;
  readonly #phases: TickMember[][];
  readonly #phaseOf = new Map<TickMember, number>();
  readonly #phaseMs: number;
  #phase = 0;
  #timer: NodeJS.Timeout | undefined;
  #deadlineMs = 0;
  #beatMs = 0;

  constructor(options: PhasedClockOptions = { periodMs: 20, phaseMs: 2 }) {
    super(options.periodMs);
    this.#phaseMs = options.phaseMs;
    this.#phases = Array.from({ length: Math.round(options.periodMs / options.phaseMs) }, () => []);
  }

  override get size(): number {
    return this.#phaseOf.size;
  }

  /** A beat of the member that was added last: its frames hang on this grid. */
  override get beatMs(): number {
    return this.#beatMs;
  }

  /** Puts the caller on the emptiest phase. */
  override add(member: TickMember): void {
    if (this.#phaseOf.has(member)) return;
    if (this.#timer === undefined) {
      this.#deadlineMs = nowMs() + this.#phaseMs;
      this.#arm();
    }
    let best = 0;
    for (let i = 1; i < this.#phases.length; i++) if (this.#phases[i].length < this.#phases[best].length) best = i;
    this.#phases[best].push(member);
    this.#phaseOf.set(member, best);
    const ahead = (best - this.#phase + this.#phases.length) % this.#phases.length;
    this.#beatMs = this.#deadlineMs + ahead * this.#phaseMs;
  }

  override delete(member: TickMember): void {
    const phase = this.#phaseOf.get(member);
    if (phase === undefined) return;
    this.#phaseOf.delete(member);
    const members = this.#phases[phase];
    const last = members.pop()!;
    if (last !== member) members[members.indexOf(member)] = last;
    if (this.#phaseOf.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  startWindow(): void {
    this.windowLateness = new Lateness();
    this.windowBeatsLost = 0;
  }

  #arm(): void {
    this.#timer = setTimeout(this.#beat, Math.max(0, Math.ceil(this.#deadlineMs - nowMs())));
  }

  /** Serves every phase that is due; after a stall all that were missed, one after the other. */
  readonly #beat = (): void => {
    let now = nowMs();
    let served = 0;
    while (this.#deadlineMs <= now && served < this.#phases.length) {
      const members = this.#phases[this.#phase];
      // Backwards, so that a member which leaves during its own tick only moves one that was already served.
      for (let i = members.length - 1; i >= 0; i--) members[i]?.tick(now);
      now = nowMs();
      if (members.length > 0) {
        this.lateness.add(now - this.#deadlineMs);
        this.windowLateness.add(now - this.#deadlineMs);
      }
      this.#phase = (this.#phase + 1) % this.#phases.length;
      this.#deadlineMs += this.#phaseMs;
      served++;
    }
    if (this.#deadlineMs <= now) {
      const lost = Math.floor((now - this.#deadlineMs) / this.#phaseMs) + 1;
      this.beatsLost += lost;
      this.windowBeatsLost += lost;
      this.#deadlineMs += lost * this.#phaseMs;
      this.#phase = (this.#phase + lost) % this.#phases.length;
    }
    if (this.#phaseOf.size > 0) this.#arm();
  };
}
