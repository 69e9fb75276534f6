// Hears what really lies in the audio of a simulated call. The telephone keeps what it sent and which words lie where in
// it; here the place of each piece of received audio is found again by its content. So a gap, a late start or audio sent
// twice after a reconnect is heard as a recogniser would hear it, and no word before its sound has come. Audio time only.

import type { Ear, HeardWord } from './hearing.js';
import { WINDOW_MS } from './speech_level.js';

/** What the recogniser makes of a piece of the telephone's audio; ms from its first byte. */
export interface TrueWord {
  text: string;
  startMs: number;
  endMs: number;
  /** The recogniser makes it out only so long after its end. */
  lateMs?: number;
}

export interface CallerTruth {
  /** Where in the telephone's audio `bytes` (mu-law) begin, in bytes; `expected` when they can't be told apart there. */
  locate(bytes: Uint8Array, expected: number): number;
  /** By end. More may come while the call goes on, never for audio that has left. */
  readonly words: readonly TrueWord[];
}

const BYTES_PER_MS = 8;
/** Silence after which speech is a new stretch. */
const STRETCH_GAP_MS = 200;
/** A gap between two words that no recogniser calls silence. */
const WORD_GAP_MS = 40;
/** Words that ended so long ago are not looked at any more. */
const PAST_MS = 10_000;

export class TimedHearing implements Ear {
  audioMs = 0;
  speaking = false;
  speechStartMs = 0;
  lastWordEndMs = Number.NEGATIVE_INFINITY;
  readonly stirring = false;
  readonly pending: HeardWord[] = [];
  #lastLoudMs = Number.NEGATIVE_INFINITY;
  #receivedBytes = 0;
  /** Place of the next byte in the telephone's audio; negative = nothing received yet. */
  #placeBytes = -1;
  /** Telephone time minus time of this connection, for the audio now being stepped through. */
  #shiftMs = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #oldest = 0;

  constructor(
    readonly truth: CallerTruth,
    readonly interimEveryMs: number,
  ) {}

  get silenceMs(): number {
    return this.audioMs - this.#lastLoudMs;
  }

  receive(audio: Uint8Array): void {
    const place = this.truth.locate(audio, Math.max(0, this.#placeBytes));
    this.#shiftMs = (place - this.#receivedBytes) / BYTES_PER_MS;
    this.#firstMs = Math.min(this.#firstMs, place / BYTES_PER_MS);
    this.#placeBytes = place + audio.length;
    this.#receivedBytes += audio.length;
  }

  step(): boolean {
    this.audioMs += WINDOW_MS;
    const nowMs = this.audioMs + this.#shiftMs;
    const wasSilentMs = this.silenceMs;
    let inWord = false;
    const { words } = this.truth;
    while (this.#oldest < words.length && words[this.#oldest].endMs < nowMs - PAST_MS) this.#oldest++;
    for (let i = this.#oldest; i < words.length; i++) {
      const { text, startMs, endMs, lateMs = 0 } = words[i];
      const dueMs = endMs + lateMs;
      if (startMs < nowMs && endMs + WORD_GAP_MS > nowMs - WINDOW_MS) inWord = true;
      // It comes due in this window, and most of it was heard here.
      if (dueMs <= nowMs - WINDOW_MS || dueMs > nowMs || (startMs + endMs) / 2 < this.#firstMs || text === '') continue;
      this.pending.push({
        text,
        startMs: Math.max(0, startMs - this.#shiftMs),
        endMs: Math.max(0, endMs - this.#shiftMs),
      });
      this.lastWordEndMs = endMs - this.#shiftMs;
    }
    const began = inWord && !this.speaking && wasSilentMs > STRETCH_GAP_MS;
    if (began) this.speechStartMs = this.audioMs - WINDOW_MS;
    this.speaking = inWord;
    if (inWord) this.#lastLoudMs = this.audioMs;
    return began;
  }

  /** A word is heard when its sound is over, whatever pause follows. */
  endPause(): void {}

  takeWords(): HeardWord[] {
    return this.pending.splice(0);
  }
}
