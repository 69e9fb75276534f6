// One stretch of sound from the caller's side, from its onset to a silence long enough to be no pause inside a word, with
// all evidence about it in one place: what was heard, and the words the recogniser found in it. What it is, is
// stretch_verdict.ts; what follows from that, floor.ts.

import { type SoundWindow, WINDOW_MS } from './sound_window.js';
import type { StretchReading } from './stretch_reading.js';

/**
 * `stop`: asks us to stop. `speech`: meant for us. `backchannel`: "mm-hmm", go on. `echo`: ourselves, through the
 * caller's loudspeaker. `background`: a voice, not the caller's or not for us. `noise`: no voice.
 */
export type Verdict = 'undecided' | 'speech' | 'stop' | 'backchannel' | 'noise' | 'echo' | 'background';

/** A window counts as speech from this probability on. */
export const SPEECH_PROBABILITY = 0.5;

/** Mean of a feature over the windows that were speech; NaN when no window had it. */
class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    this.#sum += value;
    this.#count += 1;
  }

  get value(): number {
    return this.#count === 0 ? Number.NaN : this.#sum / this.#count;
  }
}

export class Stretch {
  /** When its first window began, ms on the clock of the caller's audio. */
  readonly onsetMs: number;
  /** When its last window of speech ended: without the VAD's wait for silence. */
  lastSpeechMs: number;
  /** When its last window ended that was about as loud as the others: the VAD hears speech for up to 100 ms longer. */
  lastLoudMs: number;
  /** Speech windows so far, ms. */
  voicedMs = 0;
  /** It is over. */
  ended = false;
  /** Words the recogniser found in it so far; '' = none yet. May still change. */
  text = '';
  /** How far the recogniser has heard. */
  coveredToMs = Number.NEGATIVE_INFINITY;
  /** The part of `text` that no longer changes, and how far it reaches. */
  finalText = '';
  finalToMs = Number.NEGATIVE_INFINITY;
  /** How loud the line was over its words, dB; NaN = not known. */
  wordsDb = Number.NaN;
  verdict: Verdict = 'undecided';
  /** What its words say by themselves, as last read. */
  reading: StretchReading | null = null;
  readonly #probability = new Mean();
  readonly #voicing = new Mean();
  readonly #change = new Mean();
  readonly #tilt = new Mean();
  readonly #likeness = new Mean();
  #power = 0;
  #levels = 0;
  #levelsSquared = 0;
  #levelCount = 0;
  #unvoiced = 0;

  constructor(onsetMs: number) {
    this.onsetMs = onsetMs;
    this.lastSpeechMs = this.lastLoudMs = onsetMs;
  }

  /** A window that ended at `atMs`. No allocation: 31 times a second while there is sound. */
  add(window: SoundWindow, atMs: number): void {
    if (window.probability < SPEECH_PROBABILITY) return;
    this.lastSpeechMs = atMs;
    if (!(window.levelDb < this.levelDb - FAINT_DB)) this.lastLoudMs = atMs;
    this.voicedMs += WINDOW_MS;
    this.#probability.add(window.probability);
    this.#voicing.add(window.voicing);
    // The first window's spectrum is compared with silence.
    if (this.voicedMs > WINDOW_MS) this.#change.add(window.change);
    this.#tilt.add(window.tilt);
    if (atMs - this.onsetMs > LIKENESS_FROM_MS) this.#likeness.add(window.likeness);
    if (window.voicing < UNVOICED) this.#unvoiced += WINDOW_MS;
    if (Number.isNaN(window.levelDb)) return;
    this.#power += 10 ** (window.levelDb / 10);
    this.#levels += window.levelDb;
    this.#levelsSquared += window.levelDb * window.levelDb;
    this.#levelCount += 1;
  }

  get speechWindows(): number {
    return this.voicedMs / WINDOW_MS;
  }

  /** Mean power of its speech windows, or over its words where the VAD noticed hardly any; dB, NaN = unknown. */
  get levelDb(): number {
    if (this.#levelCount < LEVEL_WINDOWS && !Number.isNaN(this.wordsDb)) return this.wordsDb;
    return this.#levelCount === 0 ? Number.NaN : 10 * Math.log10(this.#power / this.#levelCount + 1e-9);
  }

  /** The level without the line's own noise, which adds to whatever is heard. `noiseDb` NaN = none is known. */
  signalDb(noiseDb: number): number {
    const level = this.levelDb;
    if (!(noiseDb < level)) return Number.isNaN(noiseDb) ? level : Math.min(level, noiseDb) - BURIED_DB;
    const power = 10 ** (level / 10) - 10 ** (noiseDb / 10);
    return Math.max(10 * Math.log10(power), noiseDb - BURIED_DB);
  }

  /** Standard deviation of the level from window to window, dB: a hum has none. */
  get levelSpreadDb(): number {
    if (this.#levelCount === 0) return Number.NaN;
    const mean = this.#levels / this.#levelCount;
    return Math.sqrt(Math.max(0, this.#levelsSquared / this.#levelCount - mean * mean));
  }

  get probability(): number {
    return this.#probability.value;
  }

  get voicing(): number {
    return this.#voicing.value;
  }

  /** Windows without a pitch, ms. */
  get unvoicedMs(): number {
    return this.#unvoiced;
  }

  get change(): number {
    return this.#change.value;
  }

  get tilt(): number {
    return this.#tilt.value;
  }

  /** NaN in its first half second: at its onset every sound is like ours, since both rise from silence. */
  get likeness(): number {
    return this.#likeness.value;
  }
}

/** Two thirds of what is compared: from here on the likeness is of this sound. */
const LIKENESS_FROM_MS = 512;
/** Of fewer windows the mean says little: a word begins and ends softly. */
const LEVEL_WINDOWS = 6;
/** So far below the sound's mean a window is its echo in the room, or the line's noise. */
const FAINT_DB = 15;
/** Sound that is no louder than the noise is taken to be so far below it. */
const BURIED_DB = 6;
/** Below this a window has no pitch. */
const UNVOICED = 0.35;
