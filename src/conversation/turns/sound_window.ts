// What is known of the sound of one window of the caller, 32 ms long, beside the VAD's probability. The numbers come from
// outside (they are computed for all calls of a worker in one pass); here stands what they mean. A feature that is not
// computed is NaN, and whoever judges does without it.

/** Length of a window, ms: the VAD's. */
export const WINDOW_MS = 32;

export interface SoundWindow {
  /** VAD: this window is speech, 0..1. */
  probability: number;
  /** 10 log10 of the mean square, full scale = 0 dB. -90 at least. */
  levelDb: number;
  /**
   * How periodic it is, 0..1: the highest normalised autocorrelation over the lags of 60 to 400 Hz. Vowels and hums are
   * near 1, breath, coughs and doors near 0.
   */
  voicing: number;
  /** Where it has a pitch. One window in six of a voice on a telephone line is an octave or a fifth off. */
  pitchHz: number;
  /** How far the spectrum moved since the window before: mean difference of the octave bands' levels, each against the window's level, dB. */
  change: number;
  /** Level below 1 kHz less level above, dB. A voice far from the phone, or through a wall, has more below. */
  tilt: number;
  /**
   * Likeness to what we put into the ear, 0..1: the highest correlation of the level over the last 768 ms with ours, over
   * delays of 0 to 500 ms. 0 while we are silent.
   */
  likeness: number;
  /**
   * That this line returns our voice, 0..1: the same correlation over the last seconds in which we were heard; 0 before a
   * second of it. After three, lines with an echo are above 0.85, callers who talk over us below 0.75; while a caller talks
   * over the echo it falls to 0.4 to 0.8.
   */
  echo: number;
}

/** A window of which only the probability is known. One object may be filled again and again: nobody keeps it. */
export function emptyWindow(): SoundWindow {
  return {
    probability: 0,
    levelDb: Number.NaN,
    voicing: Number.NaN,
    pitchHz: Number.NaN,
    change: Number.NaN,
    tilt: Number.NaN,
    likeness: Number.NaN,
    echo: Number.NaN,
  };
}
