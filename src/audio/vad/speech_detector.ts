// Turns window probabilities into speech starts and ends. Pure: time comes in with each window, so every rule is a row
// in speech_detector.test.ts. The probabilities come from vad_batch.ts; whether speech interrupts the agent or a silence ends a turn
// is decided in conversation/.

export interface VadOptions {
  /** A window counts as speech from this probability on, 0..1. */
  startThreshold: number;
  /** A window counts as silence below this. Between the two thresholds a window is neither: hysteresis. */
  endThreshold: number;
  /** Speech windows that make a start; shorter bursts (a click, a knock) are never reported. */
  minSpeechMs: number;
  /** Silence that makes an end; shorter is a pause between words. */
  minSilenceMs: number;
  /** Silence within speech that is reported as a pause: it may be the end, or a gap between two words. Default 32. */
  pauseMs?: number;
  /** Subtracted from the onset: the first phoneme is often too soft for its window. Default 30, as in Silero's tools. */
  padMs?: number;
}

/** One window of the network, 256 samples at 8 kHz. */
export const WINDOW_MS = 32;
const PAD_MS = 30;
/**
 * One window: the network is itself some 80 ms behind, and takes few gaps between words for silence. On recordings of people
 * the end is reported 123 ms after it, with 1.6 pauses in 10 s of speech; with three windows after 193 ms, with 1.0.
 */
const PAUSE_MS = WINDOW_MS;
/** Doubtful windows in a row that an onset survives. More, and what began was not speech. */
const DOUBT_MS_MAX = 3 * WINDOW_MS;

/**
 * `speech_pause`: silence within speech, once per silence and only where it is shorter than what makes an end; speech behind
 * it is `speech_resume`.
 */
export type SpeechEdge = 'speech_start' | 'speech_pause' | 'speech_resume' | 'speech_end';
type State =
  | 'silent'
  /** Speech windows came, not yet enough of them. */
  | 'rising'
  | 'speaking'
  /** Silence windows came, not yet enough of them. */
  | 'falling';

/** Hysteresis of one stream. Allocates nothing after construction. */
export class SpeechDetector {
  /** When the last reported speech began (its onset less the pad); -Infinity before the first. */
  speechStartMs = Number.NEGATIVE_INFINITY;
  /** When the last ended speech fell silent; -Infinity before the first end. */
  speechEndMs = Number.NEGATIVE_INFINITY;

  readonly #options: Readonly<VadOptions>;
  readonly #padMs: number;
  readonly #pauseMs: number;
  #state: State = 'silent';
  #onsetMs = 0;
  #voicedMs = 0;
  #doubtMs = 0;
  #silenceSinceMs = 0;
  #silentMs = 0;
  #pauseReported = false;

  constructor(options: VadOptions) {
    this.#options = options;
    this.#padMs = options.padMs ?? PAD_MS;
    this.#pauseMs = options.pauseMs ?? PAUSE_MS;
  }

  /** True from `speech_start` to `speech_end`. */
  get speaking(): boolean {
    return this.#state === 'speaking' || this.#state === 'falling';
  }

  /** When the silence of the last `speech_pause` began. */
  get pauseStartMs(): number {
    return this.#silenceSinceMs;
  }

  /** Takes the window that ended at `atMs`; returns what this window decided, which is mostly nothing. */
  push(probability: number, atMs: number): SpeechEdge | null {
    const isSpeech = probability >= this.#options.startThreshold;
    const isSilence = probability < this.#options.endThreshold;
    switch (this.#state) {
      case 'silent':
        if (!isSpeech) return null;
        this.#state = 'rising';
        this.#onsetMs = atMs - WINDOW_MS;
        this.#voicedMs = 0;
        return this.#hearSpeech();
      case 'rising':
        if (isSpeech) return this.#hearSpeech();
        this.#doubtMs += WINDOW_MS;
        if (isSilence || this.#doubtMs > DOUBT_MS_MAX) this.#state = 'silent';
        return null;
      case 'speaking':
        if (!isSilence) return null;
        this.#state = 'falling';
        this.#pauseReported = false;
        this.#silenceSinceMs = atMs - WINDOW_MS;
        this.#silentMs = WINDOW_MS;
        return this.#hearSilence();
      case 'falling':
        this.#silentMs += WINDOW_MS;
        if (isSilence) return this.#hearSilence();
        if (!isSpeech) return null;
        this.#state = 'speaking';
        return this.#pauseReported ? 'speech_resume' : null;
    }
  }

  #hearSpeech(): SpeechEdge | null {
    this.#doubtMs = 0;
    this.#voicedMs += WINDOW_MS;
    if (this.#voicedMs < this.#options.minSpeechMs) return null;
    this.#state = 'speaking';
    this.speechStartMs = Math.max(this.#onsetMs - this.#padMs, this.speechEndMs);
    return 'speech_start';
  }

  #hearSilence(): SpeechEdge | null {
    // Counted in windows: the clock that gives `atMs` may be put right in the middle of a word.
    if (this.#silentMs < this.#options.minSilenceMs) {
      if (this.#pauseReported || this.#silentMs < this.#pauseMs) return null;
      this.#pauseReported = true;
      return 'speech_pause';
    }
    this.#state = 'silent';
    this.speechEndMs = this.#silenceSinceMs;
    return 'speech_end';
  }
}
