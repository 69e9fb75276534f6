// How loud this caller is in their own voice, and how loud the line is without them. A voice in the room, a television
// or a child is heard through the same telephone some 15 dB weaker than whoever holds it.

const LOWEST_DB = -90;
/** So many windows of the caller's own speech are known before their level means something: a quarter of a second. */
const WINDOWS_MIN = 8;
/** The weight of what was heard halves when it passes this: a caller who switches to the loudspeaker is followed. */
const WINDOWS_MAX = 2000;

export class CallerLevel {
  /** Median level of the caller's speech, dB; NaN while too little is known. */
  medianDb = Number.NaN;
  /** Windows per decibel, -90..0. */
  readonly #counts = new Uint16Array(91);
  #total = 0;

  /** `windows` of the caller's own speech were at `levelDb` on average. */
  learn(levelDb: number, windows: number): void {
    if (!Number.isFinite(levelDb) || windows <= 0) return;
    const bin = Math.min(90, Math.max(0, Math.round(levelDb - LOWEST_DB)));
    const weight = Math.min(windows, WINDOWS_MAX / 4);
    this.#counts[bin] += weight;
    this.#total += weight;
    if (this.#total > WINDOWS_MAX) {
      this.#total = 0;
      for (let i = 0; i < this.#counts.length; i++) {
        this.#counts[i] >>= 1;
        this.#total += this.#counts[i];
      }
    }
    if (this.#total >= WINDOWS_MIN) this.medianDb = this.#median();
  }

  #median(): number {
    let seen = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      seen += this.#counts[i];
      if (seen * 2 >= this.#total) return LOWEST_DB + i;
    }
    return Number.NaN;
  }
}
