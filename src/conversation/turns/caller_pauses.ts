// How long this caller pauses inside what they say, so far in this call: a moving quantile. Who pauses long is given more
// time. Pauses become known when the caller goes on; silences that were answered and accepted are no pauses.

/** The newest so many pauses count. */
const KEPT = 16;
/** Shorter gaps lie between words, longer ones are another matter than a way of speaking. */
const PAUSE_MS_MIN = 200;
const PAUSE_MS_MAX = 4000;
const QUANTILE = 0.8;
/** With none known a caller counts as one whose long pauses last so long. */
const USUAL_MS = 600;
/** That guess weighs as much as so many pauses heard. */
const USUAL_WEIGHT = 2;

export class CallerPauses {
  readonly #pauses = new Float64Array(KEPT);
  readonly #sorted = new Float64Array(KEPT);
  #count = 0;

  /** The caller fell silent for `ms` and then went on with the same turn. */
  add(ms: number): void {
    if (ms < PAUSE_MS_MIN) return;
    this.#pauses[this.#count % KEPT] = Math.min(ms, PAUSE_MS_MAX);
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** A length that four of five of this caller's pauses do not reach, drawn to the usual one while few are known. */
  get longMs(): number {
    const known = Math.min(this.#count, KEPT);
    if (known === 0) return USUAL_MS;
    const sorted = this.#sorted.subarray(0, known);
    sorted.set(this.#pauses.subarray(0, known));
    sorted.sort();
    const own = sorted[Math.min(known - 1, Math.floor(QUANTILE * known))];
    return (own * known + USUAL_MS * USUAL_WEIGHT) / (known + USUAL_WEIGHT);
  }
}
