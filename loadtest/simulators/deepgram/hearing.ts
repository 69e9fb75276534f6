// What has been said so far, by the audio received: stretches of speech take lines from the script, and words come due
// in proportion to the speech that was heard. Audio time only, no clock. The wire formats are v1_stream and v2_stream.

import type { ScriptLine } from './script.js';
import { WINDOW_MS } from './speech_level.js';

/** A word that was heard; times in milliseconds of audio received on this connection. */
export interface HeardWord {
  text: string;
  startMs: number;
  endMs: number;
}

/** How a stream asks what has been said by now: by loudness and script (`Hearing`), or by what really lies in the audio. */
export interface Ear {
  readonly audioMs: number;
  /** Speech is going on. */
  readonly speaking: boolean;
  readonly speechStartMs: number;
  /** When the newest word that came due was over; -Infinity before the first. */
  readonly lastWordEndMs: number;
  /** Heard, but not yet taken by `takeWords`. */
  readonly pending: readonly HeardWord[];
  readonly silenceMs: number;
  /** Something is heard that may turn out to be speech: no moment to call it silence. */
  readonly stirring: boolean;
  /** An interim result each so much speech. */
  readonly interimEveryMs: number;
  /** Audio came in, before the windows it completes are stepped through. */
  receive(audio: Uint8Array): void;
  /** Advances by one 10 ms window. Returns true when speech begins with it. */
  step(loud: boolean): boolean;
  /** The speaker is taken to pause. */
  endPause(pauseMinMs?: number): void;
  takeWords(): HeardWord[];
}

export interface HearingOptions {
  /** Loud for this long is speech; anything shorter is a knock or a cough and consumes no line. */
  speechMinMs: number;
  /** Silence that ends a line whatever else is known. */
  lineGapMs: number;
  /** Rate assumed for lines without `speechMs`. */
  wordsPerSecond: number;
  /** The vendor's is about a second. */
  interimEveryMs: number;
}
export const HEARING_DEFAULTS = {
  speechMinMs: 120,
  lineGapMs: 700,
  wordsPerSecond: 2.6,
  interimEveryMs: 1000,
} as const satisfies HearingOptions;

/** A line given with its length is taken as finished from here on when its speaker pauses: detectors start late. */
const NEARLY_ALL = 0.8;
/** Less than this missing is nothing missing. */
const REST_MS = 250;
/** A line of unknown length is finished at the first pause longer than one inside a word. */
const PAUSE_MS = 200;
/** Within a line this much sound is speech again. */
const RESUME_MIN_MS = 30;

interface SpokenLine {
  words: string[];
  /** Share of the line's length at which each word is over, by its letters. */
  endShare: number[];
  lengthMs: number;
  lengthKnown: boolean;
  startMs: number;
  released: number;
}

export class Hearing implements Ear {
  audioMs = 0;
  /** Speech is going on (true from its first window once it has lasted `speechMinMs`, until it falls silent). */
  speaking = false;
  /** When the current or last stretch began and when its last loud window ended. */
  speechStartMs = 0;
  lastLoudMs = Number.NEGATIVE_INFINITY;
  /** When the newest word that came due was over; -Infinity before the first. */
  lastWordEndMs = Number.NEGATIVE_INFINITY;
  /** Heard, but not yet taken by `takeWords`. */
  readonly pending: HeardWord[] = [];
  #loudRunMs = 0;
  #line: SpokenLine | null = null;

  constructor(
    readonly nextLine: () => ScriptLine | null,
    readonly options: HearingOptions = HEARING_DEFAULTS,
  ) {}

  get interimEveryMs(): number {
    return this.options.interimEveryMs;
  }

  /** Loudness is all that counts here. */
  receive(): void {}

  /** Silence since the last loud window. */
  get silenceMs(): number {
    return this.audioMs - this.lastLoudMs;
  }

  /** Something is heard that may turn out to be speech: no moment to call it silence. */
  get stirring(): boolean {
    return !this.speaking && this.#loudRunMs > 0;
  }

  /** Advances by one 10 ms window. Returns true when speech begins with it. */
  step(loud: boolean): boolean {
    this.audioMs += WINDOW_MS;
    // Leaky, so that the gap of a stop consonant does not start the count anew.
    this.#loudRunMs = Math.max(0, this.#loudRunMs + (loud ? WINDOW_MS : -WINDOW_MS));
    if (loud && this.speaking) this.#loudRunMs = this.options.speechMinMs;
    let began = false;
    if (this.speaking && !loud) {
      this.speaking = false;
      this.#loudRunMs = 0;
    } else if (!this.speaking && loud && this.#loudRunMs >= (this.#line ? RESUME_MIN_MS : this.options.speechMinMs)) {
      began = this.#resume(this.audioMs - this.#loudRunMs);
    }
    if (this.speaking) {
      this.lastLoudMs = this.audioMs;
      this.#release((this.audioMs - (this.#line as SpokenLine).startMs) / (this.#line as SpokenLine).lengthMs);
    } else if (this.#line && this.silenceMs >= this.options.lineGapMs) this.endPause(this.options.lineGapMs);
    return began;
  }

  /**
   * The speaker is taken to pause (endpointer or Finalize): when the line is as good as over, the rest of its words
   * come due and the next speech is the next line. A line of known length that was broken off early keeps what was
   * not spoken to itself; it ends without it after `lineGapMs`.
   */
  endPause(pauseMinMs = PAUSE_MS): void {
    const line = this.#line;
    if (!line || this.speaking) return;
    const spokenMs = this.lastLoudMs - line.startMs;
    const isAtEnd = line.lengthKnown && line.lengthMs - spokenMs <= REST_MS;
    // A short endpointer hears the last word of a line too; the line itself stays, should there be more of it.
    if (isAtEnd) this.#release(1);
    if (this.silenceMs < Math.min(pauseMinMs, this.options.lineGapMs)) return;
    if (!line.lengthKnown || spokenMs >= line.lengthMs * NEARLY_ALL) this.#release(1);
    // A known length is trusted, and what follows a gap between two words is the end of this line, said already or not.
    const isOver = (isAtEnd || !line.lengthKnown) && this.silenceMs >= PAUSE_MS;
    if (isOver || this.silenceMs >= this.options.lineGapMs) this.#line = null;
  }

  /** Hands over everything pending. */
  takeWords(): HeardWord[] {
    return this.pending.splice(0);
  }

  /** Speech from `startMs` on: more of the same line, or a new one. True when somebody would say that speech begins. */
  #resume(startMs: number): boolean {
    const line = this.#line;
    const isNewStretch = !line || this.silenceMs > PAUSE_MS;
    const isOver = line && line.released === line.words.length && startMs - line.startMs >= line.lengthMs;
    if (!line || (isNewStretch && isOver)) this.#line = this.#begin(startMs);
    if (isNewStretch) this.speechStartMs = startMs;
    this.speaking = true;
    return isNewStretch;
  }

  #begin(startMs: number): SpokenLine {
    const line = this.nextLine();
    const words = line ? line.text.split(' ') : [];
    const letters = words.map((word) => word.length + 1);
    const total = letters.reduce((sum, n) => sum + n, 0);
    let soFar = 0;
    const endShare = letters.map((n) => (soFar += n) / total);
    const lengthMs = line?.speechMs ?? Math.max(300, (words.length / this.options.wordsPerSecond) * 1000);
    return { words, endShare, lengthMs, lengthKnown: line?.speechMs !== undefined, startMs, released: 0 };
  }

  #release(share: number): void {
    const line = this.#line as SpokenLine;
    // Words squeezed out by a pause are timed within the speech that was really heard.
    const spanMs = share >= 1 ? Math.min(line.lengthMs, this.lastLoudMs - line.startMs) : line.lengthMs;
    while (line.released < line.words.length && line.endShare[line.released] <= share) {
      const startShare = line.released === 0 ? 0 : line.endShare[line.released - 1];
      this.pending.push({
        text: line.words[line.released],
        startMs: line.startMs + startShare * spanMs,
        endMs: line.startMs + line.endShare[line.released] * spanMs,
      });
      this.lastWordEndMs = line.startMs + line.endShare[line.released] * spanMs;
      line.released++;
    }
  }
}
