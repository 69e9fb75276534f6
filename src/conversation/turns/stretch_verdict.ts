// Judges a stretch of sound: is somebody speaking to us, or is it a nod, an echo, the room, a cough? Words decide where
// there are any; they come 300 to 500 ms after the sound, so until then the sound must. Pure, and asked again whenever
// there is more evidence: every verdict may be taken back. What is done about it is floor_policy.ts.

import { asksToStop, isBackchannel } from './backchannel.js';
import type { Stretch, Verdict } from './stretch.js';

export interface VerdictContext {
  nowMs: number;
  /** BCP 47. */
  language: string;
  /** Median level of the caller's own speech, dB; NaN = unknown. */
  callerDb: number;
  /** What we said in the last seconds, '' = nothing. */
  ourWords: string;
}

/** Where the line is drawn. Times in ms, levels in dB. Set from sounds made for it: loadtest/panel/sounds. */
export const VERDICT_TUNING = {
  /** Silent for so long: the sound is over as far as can be told. Pauses inside a word are shorter. */
  quietMs: 96,
  /** Less sound than this is a click or a knock: the shortest words ("no") have 150 ms and more. */
  shortestMs: 100,
  /** So sure must the VAD be on average that a short sound was a voice. */
  probabilityMin: 0.65,
  /** So far below the caller's own level a voice is not the caller's. Own words vary by some 6 dB. */
  backgroundDb: 12,
  /** Windows after which a level means something: 96 ms. */
  levelWindows: 3,
  /** How alike to our own sound an echo is, and from how many windows on that is no accident. */
  echoLikeness: 0.8,
  echoWindows: 6,
  /** Without pitch for so long, and in most of it: a cough, a sneeze, breath. An "s" lasts 150 ms. */
  unvoicedMs: 190,
  unvoicedShare: 0.7,
  /** As steady as this for so long: a hum, a tone, an engine. */
  steadyDb: 1.2,
  steadyChange: 1.5,
  steadyMs: 320,
  /** The words of a sound are there so long after its end, or there are none. */
  wordsLagMs: 800,
  /** A voice that goes on for so long has more to say than a nod, whatever the recogniser does. */
  longMs: 1200,
  /** Sound without a new word for so long is nobody who talks to us: a television, a machine. */
  stuckMs: 4000,
  /** A nod's words are known, and the voice went on for so long behind them: more words are coming. */
  goesOnMs: 500,
} as const;

/** O(text) with words, a few comparisons without. */
export function judgeStretch(stretch: Stretch, context: VerdictContext, tuning = VERDICT_TUNING): Verdict {
  const { nowMs, callerDb } = context;
  const isQuiet = stretch.ended || nowMs - stretch.lastSpeechMs >= tuning.quietMs;
  // NaN where a level is unknown: then nothing is far.
  const isFar = stretch.speechWindows >= tuning.levelWindows && stretch.levelDb - callerDb <= -tuning.backgroundDb;
  if (stretch.text !== '') {
    if (repeatsUs(stretch.text, context.ourWords, stretch.likeness)) return 'echo';
    if (isFar) return 'background';
    if (isBackchannel(stretch.text, context.language)) {
      const goesOn = !isQuiet && stretch.lastSpeechMs - stretch.coveredToMs >= tuning.goesOnMs;
      return goesOn ? 'undecided' : 'backchannel';
    }
    return asksToStop(stretch.text, context.language) ? 'stop' : 'speech';
  }
  if (stretch.likeness >= tuning.echoLikeness && stretch.speechWindows >= tuning.echoWindows) return 'echo';
  if (isFar) return 'background';
  if (soundsLikeNoise(stretch, tuning)) return 'noise';
  if (isQuiet) {
    const isShort = stretch.voicedMs < tuning.shortestMs || stretch.probability < tuning.probabilityMin;
    return isShort || nowMs - stretch.lastSpeechMs >= tuning.wordsLagMs ? 'noise' : 'undecided';
  }
  if (nowMs - stretch.onsetMs >= tuning.stuckMs) return 'background';
  return stretch.voicedMs >= tuning.longMs ? 'speech' : 'undecided';
}

function soundsLikeNoise(stretch: Stretch, tuning: typeof VERDICT_TUNING): boolean {
  const { unvoicedMs, voicedMs } = stretch;
  if (unvoicedMs >= tuning.unvoicedMs && unvoicedMs >= voicedMs * tuning.unvoicedShare) return true;
  return (
    voicedMs >= tuning.steadyMs && stretch.levelSpreadDb <= tuning.steadyDb && stretch.change <= tuning.steadyChange
  );
}

/** So many of our own words in a row are an echo by themselves; fewer when the sound is like ours, too. */
const ECHO_WORDS = 3;
const LIKE_US = 0.5;

function repeatsUs(text: string, ourWords: string, likeness: number): boolean {
  if (ourWords === '') return false;
  const said = plain(text);
  const words = said === '' ? 0 : said.split(' ').length;
  if (words === 0 || (words < ECHO_WORDS && !(likeness >= LIKE_US))) return false;
  return ` ${plain(ourWords)} `.includes(` ${said} `);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
