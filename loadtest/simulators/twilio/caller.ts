// The person on the line: a list of steps driven by what the caller hears. Pure: time is an argument, ear and mouth are
// handed in, so every behaviour is a row in a test. The person outlives a stream: after a redirect the script goes on
// with the next one. Sending frames is media_client.ts.

import { AudioClip, type SpeechSource } from './audio_clip.js';
import type { Playout } from './playout.js';

export type CallerStep =
  | {
      /**
       * A number: just so many ms. `agent_silence`: the agent has said something since the caller last began to speak
       * (or since this step began, if it didn't) and the line has then been empty for `silenceMs`. `greeting_end`: the
       * same, named for the first thing said. `agent_speech`: the agent begins, or is speaking. A function: until it says
       * true, for what can't be heard on the line.
       */
      wait: number | 'agent_silence' | 'greeting_end' | 'agent_speech' | (() => boolean);
      silenceMs?: number;
      /** Gives up after this long: the step counts as failed and the caller hangs up. */
      timeoutMs?: number;
    }
  | { say: SpeechSource; text?: string }
  | {
      /** Waits for the agent to speak and begins to speak itself so many ms later. */
      bargeInAfterMs: number;
      say: SpeechSource;
      text?: string;
      timeoutMs?: number;
    }
  /** Keys, one each `gapMs` (default 200). */
  | { dtmf: string; gapMs?: number }
  | { hangup: true }
  /** The line goes dead without `stop`. */
  | { cut: true };

/** Without a last `hangup` the caller stays on the line until the server ends the call. */
export type CallerScript = readonly CallerStep[];

export interface CallerOptions {
  /** Default of `silenceMs`. Longer than any pause inside the agent's speech, shorter than its patience. */
  silenceMs: number;
  stepTimeoutMs: number;
  /**
   * `empty`: silence is a playout buffer that ran dry. `quiet`: also audio too faint to be a voice, for servers that
   * stream silence all the time.
   */
  silence: 'empty' | 'quiet';
}
export const CALLER_DEFAULTS: CallerOptions = { silenceMs: 700, stepTimeoutMs: 30_000, silence: 'empty' };

/** The caller's mouth and hands. */
export interface CallerLine {
  say(clip: AudioClip): void;
  readonly isSpeaking: boolean;
  dtmf(digit: string): void;
  hangUp(): void;
  cut(): void;
}

/** What became of a step; times are of the clock the caller was ticked with. */
export interface StepReport {
  step: string;
  text: string;
  beganAtMs: number;
  endedAtMs: number | null;
  outcome: 'running' | 'done' | 'timed_out' | 'cut_short';
}

/** Whoever is on the line: the step script below, or somebody who decides for themselves. */
export interface Talker {
  readonly steps: readonly StepReport[];
  /** Everything that was meant to be done was. */
  readonly completed: boolean;
  /** A stream began: what is spoken into and heard from now on. */
  attach(line: CallerLine, ear: Playout): void;
  /** Call on every beat while the stream is open. */
  tick(nowMs: number): void;
  /** The call is over. */
  callEnded(nowMs: number): void;
}

type Prepared = CallerStep & { clip: AudioClip | null };
type StepOf<Key extends string> = Extract<Prepared, { [K in Key]: unknown }>;
type Outcome = 'running' | 'done' | 'timed_out';

export class Caller implements Talker {
  readonly steps: StepReport[] = [];
  readonly #script: Prepared[];
  #line: CallerLine | null = null;
  #ear: Playout | null = null;
  readonly #options: CallerOptions;
  #at = -1;
  #beganAtMs = 0;
  /** Audio that ended before was over, or cleared, before it could count. */
  #listenFromMs = 0;
  /** Agent audio that begins from here on may be the answer: a recording's silent end leaves time for a quick one. */
  #answerFromMs = 0;
  /** Of the running step: the agent was heard since it began; the barge-in's moment; digits sent. */
  #heard = false;
  #spoke = false;
  #agentSinceMs: number | null = null;
  #digits = 0;
  #clears = 0;
  #over = false;

  constructor(script: CallerScript, options: Partial<CallerOptions> = {}) {
    this.#script = script.map((step) => ({
      ...step,
      clip: 'say' in step ? AudioClip.from(step.say, step.text) : null,
    }));
    this.#options = { ...CALLER_DEFAULTS, ...options };
  }

  /** True when every step was done. */
  get completed(): boolean {
    return this.#at >= this.#script.length;
  }

  /** Call on every beat while the stream is open. */
  tick(nowMs: number): void {
    if (this.#over || this.#ear === null || this.#line === null) return;
    if (this.#at < 0) this.#begin(0, nowMs);
    // Several steps may be done in one beat (hang up right after a key), but never endlessly many.
    while (!this.#over && this.#at < this.#script.length) {
      const outcome = this.#advance(this.#script[this.#at], this.#line, this.#ear, nowMs);
      if (outcome === 'running') return;
      this.#finish(outcome, nowMs);
    }
  }

  /** A stream began: this is what the caller speaks into and hears. The running step goes on there. */
  attach(line: CallerLine, ear: Playout): void {
    this.#line = line;
    this.#ear = ear;
    this.#heard = false;
    this.#agentSinceMs = null;
    this.#clears = ear.clears;
  }

  /** The call is over: what was running was cut short. */
  callEnded(nowMs: number): void {
    if (this.#over) return;
    this.#over = true;
    const step = this.steps[this.#at];
    if (step?.outcome !== 'running') return;
    step.outcome = 'cut_short';
    step.endedAtMs = nowMs;
  }

  #begin(at: number, nowMs: number): void {
    this.#at = at;
    this.#beganAtMs = nowMs;
    this.#listenFromMs = nowMs;
    this.#heard = false;
    this.#spoke = false;
    this.#agentSinceMs = null;
    this.#digits = 0;
    this.#clears = this.#ear?.clears ?? 0;
    const step = this.#script[at];
    if (step === undefined) return;
    this.steps.push({
      step: describe(step),
      text: step.clip?.text ?? '',
      beganAtMs: nowMs,
      endedAtMs: null,
      outcome: 'running',
    });
  }

  #finish(outcome: 'done' | 'timed_out', nowMs: number): void {
    const report = this.steps[this.#at];
    report.outcome = outcome;
    report.endedAtMs = nowMs;
    if (outcome === 'timed_out') {
      this.#over = true;
      this.#line?.hangUp();
      return;
    }
    this.#begin(this.#at + 1, nowMs);
  }

  #advance(step: Prepared, line: CallerLine, ear: Playout, nowMs: number): Outcome {
    this.#listen(ear, nowMs);
    if ('wait' in step) return this.#wait(step, ear, nowMs);
    if ('bargeInAfterMs' in step) return this.#bargeIn(step, line, nowMs);
    if ('say' in step) return this.#say(step, line, nowMs);
    if ('dtmf' in step) return this.#press(step, line, nowMs);
    this.#over = true;
    this.steps[this.#at].outcome = 'done';
    this.steps[this.#at].endedAtMs = nowMs;
    this.#at++;
    if ('hangup' in step) line.hangUp();
    else line.cut();
    return 'running';
  }

  #listen(ear: Playout, nowMs: number): void {
    // A clear ends what was being said: only what comes after it can be the answer that is waited for.
    if (ear.clears !== this.#clears) {
      this.#clears = ear.clears;
      this.#heard = false;
      this.#agentSinceMs = null;
      this.#listenFromMs = nowMs;
    }
    if (this.#agentEndMs(ear) > nowMs) {
      this.#heard = true;
      const segment = ear.segments[ear.segments.length - 1];
      this.#agentSinceMs ??= segment !== undefined && segment.atMs >= this.#answerFromMs ? segment.atMs : nowMs;
    }
  }

  #agentEndMs(ear: Playout): number {
    return this.#options.silence === 'quiet' ? ear.voicedEndMs : ear.emptyAtMs;
  }

  #wait(step: StepOf<'wait'>, ear: Playout, nowMs: number): Outcome {
    const { wait, silenceMs = this.#options.silenceMs, timeoutMs } = step;
    if (typeof wait === 'number') return nowMs - this.#beganAtMs >= wait ? 'done' : 'running';
    if (typeof wait === 'function') return wait() ? 'done' : this.#timeout(timeoutMs, nowMs);
    const endMs = this.#agentEndMs(ear);
    const last = ear.segments[ear.segments.length - 1];
    const answered = last !== undefined && last.atMs >= this.#answerFromMs && !last.cleared;
    // Audio shorter than a beat may never be seen playing; its end still shows.
    const heard = this.#heard || answered || endMs > this.#listenFromMs;
    if (wait === 'agent_speech' ? this.#heard : heard && nowMs - endMs >= silenceMs) {
      this.#answerFromMs = nowMs;
      return 'done';
    }
    return this.#timeout(timeoutMs, nowMs);
  }

  #bargeIn(step: StepOf<'bargeInAfterMs'>, line: CallerLine, nowMs: number): Outcome {
    const due = this.#agentSinceMs !== null && nowMs - this.#agentSinceMs >= step.bargeInAfterMs;
    if (this.#spoke || due) return this.#say(step, line, nowMs);
    return this.#timeout(step.timeoutMs, nowMs);
  }

  #say(step: Prepared, line: CallerLine, nowMs: number): Outcome {
    if (!this.#spoke && step.clip) {
      this.#spoke = true;
      this.#answerFromMs = nowMs;
      line.say(step.clip);
    }
    return line.isSpeaking ? 'running' : 'done';
  }

  #press(step: StepOf<'dtmf'>, line: CallerLine, nowMs: number): Outcome {
    const gapMs = step.gapMs ?? 200;
    if (this.#digits === 0) this.#answerFromMs = nowMs;
    while (this.#digits < step.dtmf.length && nowMs - this.#beganAtMs >= this.#digits * gapMs) {
      line.dtmf(step.dtmf[this.#digits++]);
    }
    return this.#digits === step.dtmf.length ? 'done' : 'running';
  }

  #timeout(timeoutMs: number | undefined, nowMs: number): Outcome {
    return nowMs - this.#beganAtMs >= (timeoutMs ?? this.#options.stepTimeoutMs) ? 'timed_out' : 'running';
  }
}

function describe(step: CallerStep): string {
  if ('wait' in step) return `wait ${typeof step.wait === 'function' ? 'until told' : step.wait}`;
  if ('bargeInAfterMs' in step) return `barge in after ${step.bargeInAfterMs}`;
  if ('say' in step) return 'say';
  if ('dtmf' in step) return `dtmf ${step.dtmf}`;
  return 'hangup' in step ? 'hangup' : 'cut';
}
