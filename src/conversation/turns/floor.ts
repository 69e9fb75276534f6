// Who has the floor while the agent speaks, thinks or waits: judges every stretch of sound of the caller as it grows and
// says keep, hold, yield. Pure: time is an argument, decisions are values, so a conversation is a table in floor.test.ts.
//
// We hand audio over some 400 ms ahead of the ear, so to stop feeding costs nothing until that lead has run out. Neither
// `hold` nor `pause` gives anything up: after `resume` we go on from the word that was cut off. Only `yield` gives the
// reply up. Words that come late can still turn a `resume` into a `yield`, and a yield follows from words (or from a voice
// that goes on), never from a cough.
//
// When a sound is met, and for how long, is floor_hold.ts; carrying it out (clear, cancel, feed from a word's start) is the
// playout's; whether the caller's turn is over is endpointing.ts; the caller's words are put together in transcript.ts.

import { isBackchannel } from './backchannel.js';
import { CallerLevel } from './caller_level.js';
import { EchoLatch } from './echo_latch.js';
import { FloorHold, type FloorMove } from './floor_hold.js';
import { type AgentState, FLOOR_POLICY, type FloorAction, type FloorPolicy } from './floor_policy.js';
import { RecentLevels } from './recent_levels.js';
import { type SoundWindow, WINDOW_MS } from './sound_window.js';
import { SPEECH_PROBABILITY, Stretch, type Verdict } from './stretch.js';
import { judgeStretch, VERDICT_TUNING, type VerdictContext, type VerdictTuning } from './stretch_verdict.js';
import { newWords, overlaps } from './stretch_words.js';

export interface FloorOptions {
  /** BCP 47. */
  language: string;
  /** How far ahead of the ear we feed, ms: so long a hold is free. */
  leadMs: number;
  policy: FloorPolicy;
  /** A voice that goes on for so long wants the floor before any word of it is known, ms. */
  voiceMs: number;
  /** After the lead has run out, so long we stay silent for a short sound that is over while its words are not there. */
  gapMsMax: number;
}
export const FLOOR_DEFAULTS = {
  language: 'en',
  leadMs: 400,
  policy: FLOOR_POLICY,
  voiceMs: VERDICT_TUNING.longMs,
  gapMsMax: 320,
} as const satisfies FloorOptions;

/** Silence that ends a stretch: longer than the pause inside "uh-huh". */
const JOIN_MS = 200;
/** So much louder than a stretch that was nothing, for two windows, begins another: the caller talks over a television. */
const LOUDER_DB = 8;
/** Surely nobody speaks. */
const SILENCE_PROBABILITY = 0.2;
/** Of each such window's power goes into the noise of the line: it follows within a second. */
const NOISE_SHARE = 0.05;
/** An answer overlaps the end of a question by about this much. */
const ANSWER_OVERLAP_MS = 800;

/** Windows of speech that pass without a judgement while the agent is quiet: 96 ms. One in four is judged. */
const UNJUDGED_MAX = 3;

/** So many voices in a row from far away while we listen are the caller after all. */
const FAR_ANSWERS_MAX = 2;

/** What our own sentence does while the caller makes a sound. */
export interface OurSentence {
  /** What we said in the last seconds, as far as it was heard. */
  words: string;
  /** When the question our reply ends in was, or will be, heard to its end; null = it ends in none, or not soon. */
  questionEndMs: number | null;
}

export interface FloorDecision {
  /**
   * What changes now: `hold` stop feeding; `pause` be silent, keep everything; `resume` go on, nothing happened; `yield` be
   * silent and listen; `none`. Reused: read it before the next call.
   */
  do: FloorMove;
  verdict: Verdict;
  /** The policy's cell behind it. */
  action: FloorAction;
  /** Ask again at this time if nothing comes before; Infinity = no need. */
  checkAtMs: number;
}

export class Floor {
  readonly caller = new CallerLevel();
  /** How loud we come back from the caller's loudspeaker, when we do. */
  readonly #echo = new CallerLevel();
  readonly #latch = new EchoLatch();
  readonly #options: FloorOptions;
  readonly #decision: FloorDecision = {
    do: 'none',
    verdict: 'undecided',
    action: 'keep',
    checkAtMs: Number.POSITIVE_INFINITY,
  };
  readonly #context: VerdictContext;
  readonly #tuning: VerdictTuning;
  #agent: AgentState = 'quiet';
  #ours: OurSentence = { words: '', questionEndMs: null };
  #stretch: Stretch | null = null;
  readonly #hold: FloorHold;
  readonly #levels = new RecentLevels();
  #louder = 0;
  /** Windows of speech since the last judgement. */
  #unjudged = 0;
  #noisePower = 0;
  /** The recogniser's text under way when the stretch began: words of before. */
  #textBefore = '';
  #lastText = '';
  #learned: Stretch | null = null;
  #farAnswers = 0;

  constructor(options: Partial<FloorOptions> = {}) {
    this.#options = { ...FLOOR_DEFAULTS, ...options };
    this.#hold = new FloorHold(this.#options);
    this.#tuning = { ...VERDICT_TUNING, longMs: this.#options.voiceMs };
    const { language } = this.#options;
    const unknown = Number.NaN;
    this.#context = {
      nowMs: 0,
      language,
      callerDb: unknown,
      echoDb: unknown,
      noiseDb: unknown,
      lineEcho: unknown,
      isEchoLine: false,
      isUnheard: false,
      ourWords: '',
    };
  }

  /** The sound under way, or the last one; null = there was none yet. */
  get stretch(): Stretch | null {
    return this.#stretch;
  }

  get holding(): boolean {
    return this.#hold.holding;
  }

  /**
   * The stretch is something the caller said to us: it begins or continues their turn. A nod does when we listen, or
   * when it can be the answer to the question our reply ends in.
   */
  get isForUs(): boolean {
    const stretch = this.#stretch;
    if (stretch === null) return false;
    if (stretch.verdict === 'speech' || stretch.verdict === 'stop') return true;
    if (stretch.verdict !== 'backchannel') return false;
    return this.#agent === 'quiet' || this.#answersQuestion(stretch);
  }

  /** What the agent does from now on, and what its own sentence is. */
  agent(state: AgentState, nowMs: number, ours: OurSentence = { words: '', questionEndMs: null }): FloorDecision {
    const before = this.#agent;
    // A hold belongs to the reply that was held: when that is over, what comes next must not wait for this sound.
    const wasHeld = state === 'quiet' && this.#hold.drop();
    this.#agent = state;
    this.#ours = ours;
    if (state !== before) {
      // What is being answered was meant for us, and its last windows ask for nothing more: a sound that goes on is a new one.
      const isAnswered = before === 'quiet' && state === 'thinking';
      if (isAnswered) this.#learnFrom(this.#stretch);
      if (isAnswered || ((before === 'quiet' || before === 'greeting') && this.#stretch?.ended)) this.#stretch = null;
      this.#hold.anew();
    }
    const decision = this.#decide(nowMs);
    if (wasHeld && decision.do === 'none') decision.do = 'resume';
    return decision;
  }

  /** The reply was given up, and what was held of it with it. */
  givenUp(): void {
    this.#hold.drop();
  }

  /** Its own sentence is known better; what follows is decided with the next event. */
  sentence(ours: OurSentence): void {
    this.#ours = ours;
  }

  /** The window of sound that ended at `nowMs`. Allocates only when a stretch begins. */
  window(window: SoundWindow, nowMs: number): FloorDecision {
    const isSpeech = window.probability >= SPEECH_PROBABILITY;
    let stretch = this.#stretch;
    this.#context.lineEcho = window.echo;
    this.#levels.add(window.levelDb, nowMs);
    const wasEnded = stretch === null || stretch.ended;
    if (stretch !== null && nowMs - stretch.lastSpeechMs >= JOIN_MS) stretch.ended = true;
    if (isSpeech && (stretch === null || stretch.ended || this.#isLouder(stretch, window))) {
      if (stretch !== null) stretch.ended = true;
      stretch = this.#begin(nowMs - WINDOW_MS);
    }
    if (window.probability < SILENCE_PROBABILITY && wasEnded) this.#hearNoise(window.levelDb);
    if (isSpeech) stretch?.add(window, nowMs);
    if (isSpeech && !this.#isSilent) this.#latch.heard(window.echo);
    // Nothing of ours is at stake: judged now and then, with each word, and when the agent begins to do something.
    if (isSpeech && this.#agent === 'quiet' && !this.#hold.holding && this.#unjudged++ < UNJUDGED_MAX) {
      this.#decision.do = 'none';
      return this.#decision;
    }
    // Most windows of a call: silence behind a sound that is over and judged.
    else if (stretch === null || (wasEnded && stretch.verdict !== 'undecided' && !this.#hold.holding)) {
      this.#decision.do = 'none';
      return this.#decision;
    }
    return this.#decide(nowMs);
  }

  /**
   * A result of the recogniser, interim or final, whose audio is from `startMs` to `endMs` on the windows' clock. Only what
   * is new: words that were already answered and come again (transcript.ts knows) are none of a sound's.
   */
  words(text: string, startMs: number, endMs: number, isFinal: boolean, nowMs: number): FloorDecision {
    if (/[\p{L}\p{N}]/u.test(text)) {
      const stretch = this.#stretchOf(startMs, endMs);
      if (stretch === null) this.#textBefore = text;
      else if (endMs > stretch.finalToMs) {
        const isOlder = startMs < stretch.onsetMs - JOIN_MS && stretch.finalText === '';
        const own = isOlder ? newWords(text, this.#textBefore) : text.trim();
        stretch.text = `${stretch.finalText} ${own}`.trim();
        stretch.coveredToMs = Math.max(stretch.coveredToMs, endMs);
        stretch.wordsDb = this.#levels.meanDb(Math.max(startMs, stretch.onsetMs), endMs);
        if (isFinal) {
          stretch.finalText = stretch.text;
          stretch.finalToMs = endMs;
        }
      }
    }
    this.#lastText = isFinal ? '' : text;
    if (isFinal) this.#textBefore = '';
    return this.#decide(nowMs);
  }

  /** The stretch that words belong to; null: one before this, which was judged without them and is over. */
  #stretchOf(startMs: number, endMs: number): Stretch | null {
    const known = this.#stretch;
    if (known !== null && overlaps(known, startMs, endMs)) return known;
    if (known !== null && endMs <= known.lastSpeechMs) return null;
    // Words of a sound that the VAD did not notice.
    const stretch = this.#begin(Math.max(startMs, known?.lastSpeechMs ?? startMs));
    stretch.lastSpeechMs = stretch.lastLoudMs = endMs;
    stretch.voicedMs = Math.max(WINDOW_MS, endMs - stretch.onsetMs);
    stretch.ended = true;
    return stretch;
  }

  /** Time passed. */
  tick(nowMs: number): FloorDecision {
    const stretch = this.#stretch;
    if (stretch !== null && nowMs - stretch.lastSpeechMs >= JOIN_MS) stretch.ended = true;
    return this.#decide(nowMs);
  }

  #begin(onsetMs: number): Stretch {
    this.#textBefore = this.#lastText;
    this.#stretch = new Stretch(onsetMs);
    this.#hold.anew();
    this.#louder = 0;
    return this.#stretch;
  }

  #hearNoise(levelDb: number): void {
    if (Number.isNaN(levelDb)) return;
    const power = 10 ** (levelDb / 10);
    this.#noisePower += (power - this.#noisePower) * (Number.isNaN(this.#context.noiseDb) ? 1 : NOISE_SHARE);
    this.#context.noiseDb = 10 * Math.log10(this.#noisePower + 1e-9);
  }

  #isLouder(stretch: Stretch, window: SoundWindow): boolean {
    const wasNothing = stretch.verdict === 'noise' || stretch.verdict === 'echo' || stretch.verdict === 'background';
    this.#louder = wasNothing && window.levelDb >= stretch.levelDb + LOUDER_DB ? this.#louder + 1 : 0;
    return this.#louder >= 2;
  }

  #decide(nowMs: number): FloorDecision {
    this.#unjudged = 0;
    const decision = this.#decision;
    const stretch = this.#stretch;
    decision.do = 'none';
    decision.checkAtMs = Number.POSITIVE_INFINITY;
    if (stretch === null) {
      decision.verdict = 'undecided';
      decision.action = 'keep';
      return decision;
    }
    this.#context.nowMs = nowMs;
    this.#context.callerDb = this.caller.medianDb;
    // What comes back can only come while we speak.
    const isSilent = this.#isSilent;
    this.#context.isEchoLine = this.#latch.isOn && !isSilent;
    if (isSilent) this.#context.lineEcho = Number.NaN;
    this.#context.echoDb = isSilent ? Number.NaN : this.#echo.medianDb;
    this.#context.isUnheard = this.#agent === 'thinking';
    this.#context.ourWords = this.#ours.words;
    stretch.verdict = judgeStretch(stretch, this.#context, this.#tuning);
    this.#learn(stretch);
    decision.verdict = stretch.verdict;
    decision.action = this.#options.policy[this.#agent][stretch.verdict];
    // A television beside a caller who is done: only words take an answer back that nobody has heard yet.
    if (this.#agent === 'thinking' && decision.action === 'yield' && stretch.text === '') decision.action = 'hold';
    const signalDb = stretch.signalDb(this.#context.noiseDb);
    decision.do = this.#hold.move(decision.action, stretch, nowMs, this.#agent, signalDb - this.#context.callerDb);
    decision.checkAtMs = this.#hold.checkAtMs(this.#agent, stretch, nowMs);
    return decision;
  }

  /** Nothing of ours is heard. */
  get #isSilent(): boolean {
    return this.#agent === 'quiet' || this.#agent === 'thinking';
  }

  #answersQuestion(stretch: Stretch): boolean {
    const { questionEndMs } = this.#ours;
    if (questionEndMs === null || !isBackchannel(stretch.text, this.#options.language)) return false;
    return stretch.lastSpeechMs >= questionEndMs - ANSWER_OVERLAP_MS;
  }

  /** What we answer was the caller, also where a television goes on behind it. */
  #learnFrom(stretch: Stretch | null): void {
    if (stretch === null) return;
    stretch.ended = true;
    this.#learn(stretch);
  }

  /** Only what surely was the caller teaches their level: what is over and has words. */
  #learn(stretch: Stretch): void {
    if (!stretch.ended || stretch === this.#learned) return;
    const { verdict } = stretch;
    if (verdict === 'echo') {
      this.#learned = stretch;
      this.#echo.learn(stretch.signalDb(this.#context.noiseDb), stretch.speechWindows);
    }
    if (stretch.text === '') return;
    if (verdict === 'background' && this.#agent === 'quiet') {
      // Nobody else answers us, again and again: the caller has become so much weaker.
      this.#learned = stretch;
      if (++this.#farAnswers < FAR_ANSWERS_MAX) return;
    } else if (verdict !== 'speech' && verdict !== 'stop') return;
    this.#learned = stretch;
    this.#farAnswers = 0;
    this.caller.learn(stretch.signalDb(this.#context.noiseDb), stretch.speechWindows);
  }
}
