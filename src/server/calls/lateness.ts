// Can the machine take more calls? Judged by what callers would hear: how many frames of the agent's sound were handed over too
// late. One bad second is an incident, such as a worker that died, and says nothing about new calls; several in a row are
// more load than the machine bears.

/** Observations of a histogram so far, for each bound, +Inf last. */
export interface LateFrames {
  bounds: readonly number[];
  counts: readonly number[];
}

/** Fewer frames in a second than one call's fifty say nothing. */
const FRAMES_MIN = 40;
/** Above this share of late frames a second is bad. */
const SHARE_MAX = 0.05;
const BAD_SECONDS = 3;

export class Lateness {
  readonly #lateMs: number;
  #lastCounts: readonly number[] | null = null;
  #badSeconds = 0;
  #share = 0;

  /** @param lateMs a frame later than this is late; 0 = none ever is */
  constructor(lateMs: number) {
    this.#lateMs = lateMs;
  }

  /** Share of late frames in the last second that had enough of them. */
  get share(): number {
    return this.#share;
  }

  /** Too many for one second: nobody should be rung. */
  get isStrained(): boolean {
    return this.#badSeconds >= 1;
  }

  /** Too many for seconds: nobody should be taken. */
  get isOver(): boolean {
    return this.#badSeconds >= BAD_SECONDS;
  }

  /** Once a second. */
  look({ bounds, counts }: LateFrames): void {
    const before = this.#lastCounts;
    this.#lastCounts = counts;
    if (before === null || this.#lateMs === 0) return;
    const since = counts.map((count, i) => count - before[i]);
    const all = since.reduce((sum, count) => sum + count, 0);
    if (all < FRAMES_MIN) {
      this.#badSeconds = 0;
      return;
    }
    // What lies in the bucket of the limit itself has the benefit of the doubt.
    const from = bounds.findIndex((bound) => bound >= this.#lateMs);
    const late = from < 0 ? 0 : since.slice(from + 1).reduce((sum, count) => sum + count, 0);
    this.#share = late / all;
    this.#badSeconds = this.#share > SHARE_MAX ? this.#badSeconds + 1 : 0;
  }
}
