// The marks under way to Twilio and back: names them, and tells a proof of playout from an echo that proves nothing.
// Positions and times are only kept here; what they mean is play_head.ts.

/** Marks under way at once. At one per 200 ms this is more than ten seconds of buffered audio. */
const MARKS_KEPT = 64;

/** More clears than there are in a call. */
const GENERATIONS_A_LIFE = 1_000_000;

export type EchoVerdict = 'played' | 'stale' | 'unknown';

export class MarkBook {
  /** Counts clears. */
  generation = 0;
  /** Of the mark that `echoed` last called 'played'. */
  position = 0;
  reachMs = 0;

  readonly #positions = new Float64Array(MARKS_KEPT);
  readonly #reachTimesMs = new Float64Array(MARKS_KEPT);
  #next = 0; // sequence of the next mark; index = sequence % MARKS_KEPT
  #oldest = 0; // of those outstanding

  /** A mark goes out behind stream position `position`. Its name is unique in the call and tagged with the generation. */
  send(position: number, reachMs: number): string {
    const sequence = this.#next++;
    if (this.outstanding > MARKS_KEPT) this.#oldest += 1; // a later echo proves what this one would have
    this.#positions[sequence % MARKS_KEPT] = position;
    this.#reachTimesMs[sequence % MARKS_KEPT] = reachMs;
    return `g${this.generation}.${sequence}`;
  }

  /**
   * 'played' = all before the mark was heard (`position`, `reachMs` tell which). 'stale' = it was outstanding at a clear,
   * or came back before. 'unknown' = never sent.
   */
  echoed(name: string): EchoVerdict {
    const match = /^g(\d{1,9})\.(\d{1,9})$/.exec(name);
    if (match === null) return 'unknown';
    const generation = Number(match[1]);
    const sequence = Number(match[2]);
    if (sequence >= this.#next || generation > this.generation) return 'unknown';
    if (sequence < this.#oldest) return 'stale';
    if (generation !== this.generation) return 'unknown';
    this.position = this.#positions[sequence % MARKS_KEPT];
    this.reachMs = this.#reachTimesMs[sequence % MARKS_KEPT];
    this.#oldest = sequence + 1; // FIFO: the ones before it are answered too
    return 'played';
  }

  /** A clear goes out: Twilio will echo everything outstanding at once, unplayed. */
  cleared(): void {
    this.generation += 1;
    this.#oldest = this.#next;
  }

  /** Marks of `lives` earlier books of the same stream may still come back: none of ours is named like them. */
  goOn(lives: number): void {
    this.generation = lives * GENERATIONS_A_LIFE;
  }

  /** Sent, neither echoed nor made stale. */
  get outstanding(): number {
    return this.#next - this.#oldest;
  }

  /** An echo is still to come for a mark at or behind `position`. */
  awaits(position: number): boolean {
    return this.outstanding > 0 && this.#positions[(this.#next - 1) % MARKS_KEPT] >= position;
  }
}
