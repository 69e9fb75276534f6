// A caller who stays on the line whatever happens: asks, waits for an answer, listens to its end, asks again; after a broken
// stream the talk goes on with the next one. It remembers when it asked and when it was answered. Pure: time is an argument.

import type { AudioClip } from '../simulators/twilio/audio_clip.js';
import type { CallerLine, StepReport, Talker } from '../simulators/twilio/caller.js';
import type { Playout } from '../simulators/twilio/playout.js';

export interface Question {
  /** When the voice ended, and the first voice that came after it began; null = none yet. Process clock, ms. */
  endMs: number;
  answerMs: number | null;
}

export interface PatientCallerOptions {
  /** The n-th thing to say. */
  clip(n: number): AudioClip;
  /** Pause before the n-th question, ms. */
  thinkMs(n: number): number;
  /** Hangs up after this long on the line; null = never. */
  staysMs: number | null;
  /** Never says a word. */
  mute?: boolean;
}

/** Longer than any pause inside the agent's speech. */
const SILENCE_MS = 450;
/** A greeting or an answer that never came, or never ends: the caller speaks again. */
const PATIENCE_MS = 12_000;
const LISTENING_MS_MAX = 25_000;

type Mood = 'greeting' | 'thinking' | 'speaking' | 'awaiting' | 'listening';

export class PatientCaller implements Talker {
  readonly steps: readonly StepReport[] = [];
  readonly completed = false;
  readonly questions: Question[] = [];
  readonly #options: PatientCallerOptions;
  #line: CallerLine | null = null;
  #ear: Playout | null = null;
  #mood: Mood = 'greeting';
  #sinceMs: number | null = null;
  #firstMs: number | null = null;
  #leavesMs = Number.POSITIVE_INFINITY;
  #spokeMs = 0;
  #asked = 0;

  constructor(options: PatientCallerOptions) {
    this.#options = options;
  }

  hangUpAt(atMs: number): void {
    this.#leavesMs = Math.min(this.#leavesMs, atMs);
  }

  attach(line: CallerLine, ear: Playout): void {
    this.#line = line;
    this.#ear = ear;
    // What was being said went down with the old stream; a question that was asked stays asked.
    if (this.#mood !== 'awaiting') this.#mood = 'greeting';
    this.#spokeMs = 0;
    this.#sinceMs = null;
  }

  callEnded(): void {
    this.#line = this.#ear = null;
  }

  tick(nowMs: number): void {
    const line = this.#line;
    const ear = this.#ear;
    if (line === null || ear === null) return;
    this.#sinceMs ??= nowMs;
    if (this.#firstMs === null) {
      this.#firstMs = nowMs;
      if (this.#options.staysMs !== null) this.hangUpAt(nowMs + this.#options.staysMs);
    }
    if (nowMs >= this.#leavesMs) return line.hangUp();
    if (this.#options.mute) return;
    const waitedMs = nowMs - this.#sinceMs;
    switch (this.#mood) {
      case 'greeting': {
        const greeted = ear.segments.some(({ voicedAtMs }) => voicedAtMs !== null);
        if ((greeted && this.#isQuiet(ear, nowMs)) || waitedMs > PATIENCE_MS) this.#enter('thinking', nowMs);
        break;
      }
      case 'thinking':
        if (waitedMs >= this.#options.thinkMs(this.#asked)) {
          line.say(this.#options.clip(this.#asked++));
          this.#spokeMs = nowMs;
          this.#enter('speaking', nowMs);
        }
        break;
      case 'speaking':
        if (line.isSpeaking) break;
        this.questions.push({ endMs: nowMs, answerMs: null });
        this.#enter('awaiting', nowMs);
        break;
      case 'awaiting': {
        const last = ear.segments[ear.segments.length - 1];
        if (last !== undefined && last.atMs > this.#spokeMs && last.voicedAtMs !== null) {
          this.questions[this.questions.length - 1].answerMs = last.voicedAtMs;
          this.#enter('listening', nowMs);
        } else if (waitedMs > PATIENCE_MS) this.#enter('thinking', nowMs);
        break;
      }
      case 'listening':
        if (this.#isQuiet(ear, nowMs) || waitedMs > LISTENING_MS_MAX) this.#enter('thinking', nowMs);
    }
  }

  #isQuiet(ear: Playout, nowMs: number): boolean {
    return !ear.isPlaying(nowMs) && nowMs - ear.emptyAtMs >= SILENCE_MS;
  }

  #enter(mood: Mood, nowMs: number): void {
    this.#mood = mood;
    this.#sinceMs = nowMs;
  }
}
