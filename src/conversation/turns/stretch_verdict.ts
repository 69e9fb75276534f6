// Judges a stretch of sound: is somebody speaking to us, or is it a nod, an echo, the room, a cough? Words decide where
// there are any; they come 300 to 500 ms after the sound, so until then the sound must. Pure, and asked again whenever
// there is more evidence: every verdict may be taken back. What is done about it is floor_policy.ts.

import { WINDOW_MS } from './sound_window.js';
import type { Stretch, Verdict } from './stretch.js';
import { plainWords, readWords, type StretchReading } from './stretch_reading.js';

export interface VerdictContext {
  nowMs: number;
  /** BCP 47. */
  language: string;
  /** Median level of the caller's own speech, dB; NaN = unknown. */
  callerDb: number;
  /** Level of the echoes in this call, dB; NaN = it has none. */
  echoDb: number;
  /** That the line gives our voice back, by its sound over the last seconds, 0..1; NaN = unknown. */
  lineEcho: number;
  /** This line surely returns us, and we are speaking: echo_latch.ts. */
  isEchoLine: boolean;
  /** Level of the line when nobody speaks, dB; NaN = unknown. */
  noiseDb: number;
  /** Nothing is heard of us: the newest word of an interim result counts, since to listen on costs nothing. */
  isUnheard: boolean;
  /** What we said in the last seconds, '' = nothing. */
  ourWords: string;
}

/** Where the line is drawn. Times in ms, levels in dB. Set from sounds made for it: loadtest/panel/sounds. */
export const VERDICT_TUNING = {
  /** Silent for so long: the sound is over as far as can be told. Pauses inside a word are shorter. */
  quietMs: 96,
  /** The same for what is not silent yet, only faint: the VAD lags, and the stop inside "okay" is as faint for so long. */
  faintMs: 96,
  /** Less sound than this is a click or a knock: the shortest words ("no") have 150 ms and more. */
  shortestMs: 100,
  /** So sure must the VAD be on average that a short sound was a voice. */
  probabilityMin: 0.65,
  /**
   * So far below the caller's own level a voice is not the caller's. A single word of people varies by 10 dB and more, what
   * lasts longer than 0.8 s by 5. What was judged so stays so until it is `backgroundBackDb` nearer.
   */
  backgroundDb: 10,
  backgroundLongDb: 6.5,
  backgroundBackDb: 3,
  /** Nearer than this it is the caller; what lies between is known when the sound is long, or over. */
  nearDb: 4,
  /** The next word of somebody who goes on is known so long after the one before. */
  moreWordsMs: 600,
  /** Windows after which a level means something, since a word may begin softly, and after which it is that of a long sound. */
  levelWindows: 4,
  longWindows: 24,
  /** So far below the caller, a sound as loud as this call's echoes, or on a line that surely returns us, is one more. */
  echoLevelDb: 4,
  lineEcho: 0.75,
  belowCallerDb: 5,
  /** On a line that always returns us: so much louder than its echoes, or so unlike us, somebody talks over them. */
  aboveEchoDb: 6,
  overEcho: 0.6,
  /** How alike to our own sound an echo is, and from how many windows on that is no accident: half a second is compared. */
  echoLikeness: 0.78,
  echoWindows: 30,
  /** Without pitch for so long, and in most of it: a cough, a sneeze, breath. An "s" lasts 150 ms. */
  unvoicedMs: 190,
  unvoicedShare: 0.7,
  /** As steady as this for so long: a hum, a tone, an engine. */
  steadyDb: 1.2,
  steadyChange: 1.5,
  steadyMs: 320,
  /** The words of a sound are there so long after its end, or there are none. */
  wordsLagMs: 800,
  /** The VAD hears a voice for about so long after its last word; no word is as short. */
  lastWordMs: 120,
  /** A voice that goes on for so long has more to say than a nod, whatever the recogniser does. */
  longMs: 1200,
  /** Sound without a new word for so long is nobody who talks to us: a television, a machine. */
  stuckMs: 4000,
  /** A nod's words are known, and the voice went on for so long behind them: more words are coming. */
  goesOnMs: 500,
};
export type VerdictTuning = typeof VERDICT_TUNING;

/** O(text) when its words are new, a few comparisons else. */
export function judgeStretch(stretch: Stretch, context: VerdictContext, tuning = VERDICT_TUNING): Verdict {
  const { nowMs, callerDb } = context;
  const isQuiet = isOver(stretch, nowMs, tuning);
  // NaN where a level is unknown: then nothing is far.
  const levelDb = stretch.signalDb(context.noiseDb);
  const farDb = callerDb - belowDb(stretch, tuning) + (stretch.verdict === 'background' ? tuning.backgroundBackDb : 0);
  const isFar = (stretch.text !== '' || stretch.speechWindows >= tuning.levelWindows) && levelDb <= farDb;
  if (stretch.text !== '') {
    const reading = readWords(stretch, context.language, stretch.reading);
    stretch.reading = reading;
    if (repeatsUs(reading, context, stretch.likeness)) return 'echo';
    if (isFar) return 'background';
    if (reading.isBackchannel) {
      const goesOn = !isQuiet && stretch.lastSpeechMs - stretch.coveredToMs >= tuning.goesOnMs;
      return goesOn ? 'undecided' : 'backchannel';
    }
    const isWhole = context.isUnheard || hasAllWords(stretch, nowMs, tuning);
    if (!context.isUnheard && levelDb < callerDb - tuning.nearDb && mayGrow(stretch, nowMs, tuning)) return 'undecided';
    if (!isWhole && reading.mayBecomeBackchannel) return 'undecided';
    if (reading.asksToStop) return 'stop';
    return isWhole || reading.hasSettledWord ? 'speech' : 'undecided';
  }
  if (stretch.likeness >= tuning.echoLikeness && stretch.speechWindows >= tuning.echoWindows) return 'echo';
  if (isFar) return 'background';
  // There our voice may be as loud as the caller's. Who talks over it is known by their words, if not sooner.
  const talksOver = levelDb > context.echoDb + tuning.aboveEchoDb || context.lineEcho < tuning.overEcho;
  if (context.isEchoLine && !talksOver) return 'echo';
  const returnsUs = context.lineEcho >= tuning.lineEcho || levelDb <= context.echoDb + tuning.echoLevelDb;
  if (returnsUs && levelDb <= callerDb - tuning.belowCallerDb && stretch.speechWindows >= tuning.levelWindows)
    return 'echo';
  if (soundsLikeNoise(stretch, tuning)) return 'noise';
  if (isQuiet) {
    const isShort = stretch.voicedMs < tuning.shortestMs || stretch.probability < tuning.probabilityMin;
    return isShort || nowMs - stretch.lastSpeechMs >= tuning.wordsLagMs ? 'noise' : 'undecided';
  }
  if (nowMs - stretch.onsetMs >= tuning.stuckMs) return 'background';
  return stretch.voicedMs >= tuning.longMs ? 'speech' : 'undecided';
}

/** The sound is over as far as can be told; it may still go on in the same breath. */
export function isOver(stretch: Stretch, nowMs: number, tuning = VERDICT_TUNING): boolean {
  const { ended, lastSpeechMs, lastLoudMs } = stretch;
  return ended || nowMs - lastSpeechMs >= tuning.quietMs || nowMs - lastLoudMs >= tuning.faintMs;
}

/** How far below the caller's level a sound of this length is not the caller's, dB. */
function belowDb(stretch: Stretch, tuning: VerdictTuning): number {
  const { backgroundDb, backgroundLongDb, levelWindows, longWindows } = tuning;
  const share = Math.min(1, Math.max(0, (windowsOf(stretch) - levelWindows) / (longWindows - levelWindows)));
  return backgroundDb + (backgroundLongDb - backgroundDb) * share;
}

/** Too short yet to tell by its level whose voice it is, and more of its words may come. */
function mayGrow(stretch: Stretch, nowMs: number, { longWindows, moreWordsMs }: VerdictTuning): boolean {
  return windowsOf(stretch) < longWindows && nowMs - Math.max(stretch.lastSpeechMs, stretch.coveredToMs) < moreWordsMs;
}

/**
 * Its newest word is no longer likely to become another one, or nobody waits for that. A final that ends before the sound
 * does is a part: "no" of "no problem".
 */
function hasAllWords(stretch: Stretch, nowMs: number, tuning: VerdictTuning): boolean {
  const { wordsLagMs, longMs, lastWordMs } = tuning;
  const { text, finalText, finalToMs, lastSpeechMs, voicedMs } = stretch;
  const isFinal = text === finalText && finalToMs >= lastSpeechMs - lastWordMs;
  return isFinal || nowMs - lastSpeechMs >= wordsLagMs || voicedMs >= longMs;
}

/** Its length in windows: as the VAD heard it, or as far as its words reach. */
function windowsOf({ speechWindows, text, onsetMs, coveredToMs }: Stretch): number {
  return text === '' ? speechWindows : Math.max(speechWindows, (coveredToMs - onsetMs) / WINDOW_MS);
}

function soundsLikeNoise(stretch: Stretch, tuning: VerdictTuning): boolean {
  const { unvoicedMs, voicedMs } = stretch;
  if (unvoicedMs >= tuning.unvoicedMs && unvoicedMs >= voicedMs * tuning.unvoicedShare) return true;
  return (
    voicedMs >= tuning.steadyMs && stretch.levelSpreadDb <= tuning.steadyDb && stretch.change <= tuning.steadyChange
  );
}

/** So many of our own words in a row are an echo by themselves; fewer when the sound is like ours, too. */
const ECHO_WORDS = 3;
const LIKE_US = 0.5;
/** On a line that always returns us the recogniser makes other words of some of ours. */
const OURS_MIN = 0.6;

function repeatsUs(
  { plain, words }: StretchReading,
  { ourWords, isEchoLine }: VerdictContext,
  likeness: number,
): boolean {
  if (ourWords === '' || words === 0) return false;
  if (isEchoLine && words >= ECHO_WORDS && shareOf(plain, ourWords) >= OURS_MIN) return true;
  if (words < ECHO_WORDS && !(likeness >= LIKE_US)) return false;
  return ` ${plainWords(ourWords)} `.includes(` ${plain} `);
}

/** Which share of its words are among ours. */
function shareOf(plain: string, ourWords: string): number {
  const ours = new Set(plainWords(ourWords).split(' '));
  const all = plain.split(' ');
  return all.filter((word) => ours.has(word)).length / all.length;
}
