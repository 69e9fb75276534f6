// How a sound that is not judged yet is met while we speak or think: when we stop for it, and when we go on. What the sound
// is, says stretch_verdict.ts; what it means for the agent, floor_policy.ts. Pure, one for a call.
//
//   a short sound         nothing: it costs nothing to speak on while the caller cannot know yet whether we heard them
//   goes on, near         `pause`: silent at once. Who wants the floor is as loud as when they answer, or louder
//   goes on, softer       `hold`: silent when the lead has run out. Nods are softer than turns, and over by then
//
// A voice that goes on is waited for until its words are known; one that is over, for a gap that is hardly noticed. While
// we think nothing is heard of us, and any sound holds.

import type { AgentState, FloorAction } from './floor_policy.js';
import { WINDOW_MS } from './sound_window.js';
import type { Stretch } from './stretch.js';
import { isOver, VERDICT_TUNING } from './stretch_verdict.js';

/** So much voice is met, when it is as loud as the caller's own, and by so much less for each decibel more. */
const MET_MS = 160;
const SOONER_MS_PER_DB = 25;
const MET_MS_MIN = 96;
const MET_MS_MAX = 256;
/** A voice this much below the caller's own level, or less, is near. Of people's own utterances nine of ten are, at this length. */
const NEAR_DB = 4;
/** A nod is never so much louder than the caller's answers: its words are waited for. */
const INSISTS_DB = 2;
/** After so many stops in a row that came to nothing, each so soon after the one before, sound alone stops us no more. */
const FALSE_STOPS_MAX = 2;
const FALSE_STOPS_WITHIN_MS = 3000;
/** Longer than a nod, and going on behind what we took for its end. */
const LONGER_THAN_A_NOD_MS = 480;

export interface FloorHoldOptions {
  /** How far ahead of the ear we feed, ms: so long a hold is free. */
  leadMs: number;
  /** So long we stay silent for a sound that is over while its words are not there, ms. */
  gapMsMax: number;
}

export type FloorMove = 'none' | 'hold' | 'pause' | 'resume' | 'yield';

export class FloorHold {
  readonly #options: FloorHoldOptions;
  #holding = false;
  #isPause = false;
  #insists = false;
  /** When the ear runs dry, or ran. */
  #dryAtMs = Number.POSITIVE_INFINITY;
  /** The sound was waited for long enough, with so much voice in it. */
  #settledMs = Number.POSITIVE_INFINITY;
  #yielded = false;
  #falseStops = 0;
  /** What the last stop was for that we went on after; its words may still come. */
  #stoppedFor: Stretch | null = null;
  #resumedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FloorHoldOptions) {
    this.#options = options;
  }

  get holding(): boolean {
    return this.#holding;
  }

  /** Another sound, or another state of the agent: it is met anew. */
  anew(): void {
    this.#settledMs = Number.POSITIVE_INFINITY;
    this.#yielded = false;
  }

  /** What was held is no more. Returns whether anything was. */
  drop(): boolean {
    const wasHolding = this.#holding;
    this.#holding = false;
    return wasHolding;
  }

  /** What to do about the sound now. `aboveDb`: its level above the caller's own, without the line's noise; NaN = unknown. */
  move(action: FloorAction, stretch: Stretch, nowMs: number, agent: AgentState, aboveDb: number): FloorMove {
    if (action === 'yield') {
      if (this.#yielded) return 'none';
      this.#yielded = true;
      this.#holding = false;
      this.#falseStops = 0;
      this.#stoppedFor = null;
      return 'yield';
    }
    if (action !== 'hold' || this.#isSettled(stretch)) return this.#resume(stretch, nowMs);
    const isNear = aboveDb >= -NEAR_DB && isVoice(stretch);
    this.#insists = aboveDb >= INSISTS_DB;
    if (!this.#holding) return this.#meet(agent, stretch, isNear, metMs(aboveDb), nowMs);
    if (nowMs >= this.#untilMs(agent, stretch, nowMs)) {
      this.#settledMs = stretch.voicedMs;
      return this.#resume(stretch, nowMs);
    }
    return agent === 'speaking' && isNear && !this.#isPause && !isOver(stretch, nowMs) ? this.#pause(nowMs) : 'none';
  }

  /** Ask again at this time if nothing comes before; Infinity = no need. */
  checkAtMs(agent: AgentState, stretch: Stretch, nowMs: number): number {
    if (stretch.verdict !== 'undecided') return Number.POSITIVE_INFINITY;
    const quietAtMs = stretch.lastSpeechMs + VERDICT_TUNING.quietMs;
    if (nowMs < quietAtMs) return quietAtMs;
    return this.#holding ? this.#untilMs(agent, stretch, nowMs) : stretch.lastSpeechMs + VERDICT_TUNING.wordsLagMs;
  }

  #meet(agent: AgentState, stretch: Stretch, isNear: boolean, fromMs: number, nowMs: number): FloorMove {
    const isSpeaking = agent === 'speaking';
    if (isSpeaking && (stretch.voicedMs < fromMs || isOver(stretch, nowMs))) return 'none';
    // Sound upon sound that was nothing: an echo of what we went on with, a television. Only words stop us for a while.
    if (nowMs - this.#resumedAtMs > FALSE_STOPS_WITHIN_MS) this.#falseStops = 0;
    else if (this.#stoppedFor !== null && wasNothing(this.#stoppedFor)) this.#falseStops++;
    this.#stoppedFor = null;
    if (this.#falseStops >= FALSE_STOPS_MAX) return 'none';
    this.#holding = true;
    this.#isPause = false;
    if (isSpeaking && isNear) return this.#pause(nowMs);
    this.#dryAtMs = nowMs + (isSpeaking ? this.#options.leadMs : 0);
    return 'hold';
  }

  #pause(nowMs: number): 'pause' {
    this.#isPause = true;
    this.#dryAtMs = Math.min(nowMs, this.#holding ? this.#dryAtMs : nowMs);
    return 'pause';
  }

  #resume(stretch: Stretch, nowMs: number): FloorMove {
    if (!this.#holding) return 'none';
    this.#holding = false;
    this.#stoppedFor = stretch;
    this.#resumedAtMs = nowMs;
    return 'resume';
  }

  /** Waited for long enough; a voice that goes on behind that is met once more. */
  #isSettled({ voicedMs }: Stretch): boolean {
    if (this.#yielded) return true;
    if (voicedMs < this.#settledMs) return false;
    return voicedMs < Math.max(LONGER_THAN_A_NOD_MS, this.#settledMs + MET_MS);
  }

  /** A sound that is over is waited for so long; one that goes on, until it is decided. */
  #untilMs(agent: AgentState, stretch: Stretch, nowMs: number): number {
    if (!isOver(stretch, nowMs)) return Number.POSITIVE_INFINITY;
    const wordsDueMs = stretch.lastSpeechMs + VERDICT_TUNING.wordsLagMs;
    return agent === 'speaking' && !this.#insists
      ? Math.min(this.#dryAtMs + this.#options.gapMsMax, wordsDueMs)
      : wordsDueMs;
  }
}

/** A nod was something, and so is what had words: no reason not to listen to the next. */
function wasNothing({ text, verdict }: Stretch): boolean {
  return text === '' || verdict === 'noise' || verdict === 'echo' || verdict === 'background';
}

/** A cough is as loud as a voice, but has no pitch. */
function isVoice({ unvoicedMs, voicedMs }: Stretch): boolean {
  return unvoicedMs < voicedMs * VERDICT_TUNING.unvoicedShare;
}

/** How much of a sound is heard before it is met. */
function metMs(aboveDb: number): number {
  if (Number.isNaN(aboveDb)) return MET_MS;
  const windows = Math.round((MET_MS - SOONER_MS_PER_DB * aboveDb) / WINDOW_MS);
  return Math.min(MET_MS_MAX, Math.max(MET_MS_MIN, windows * WINDOW_MS));
}
