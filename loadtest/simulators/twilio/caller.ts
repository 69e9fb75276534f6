// The person on the line: a list of steps driven by what the caller hears. Pure: time is an argument, the ear and the
// mouth are an interface, so every behaviour is a row in a test. Sending frames is media_client.ts.

import { AudioClip, type SpeechSource } from './audio_clip.js';
import type { Playout } from './playout.js';

export type CallerStep =
  | {
      /**
       * A number: just so many ms. `agent_silence`: the agent has said something since this step began and the line
       * has then been empty for `silenceMs`. `greeting_end`: the same, named for the first thing said.
       * `agent_speech`: the agent begins, or is speaking.
       */
      wait: number | 'agent_silence' | 'greeting_end' | 'agent_speech';
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

type Prepared = CallerStep & { clip: AudioClip | null };

export class Caller {
  readonly steps: StepReport[] = [];
  readonly #script: Prepared[];
  readonly #line: CallerLine;
  readonly #ear: Playout;
  readonly #options: CallerOptions;
  #at = -1;
  #beganAtMs = 0;
  /** Of the running step: the agent was heard since it began; the barge-in's moment; digits sent. */
  #heard = false;
  #spoke = false;
  #agentSinceMs: number | null = null;
  #digits = 0;
  #clears = 0;
  #over = false;

  constructor(script: CallerScript, line: CallerLine, ear: Playout, options: CallerOptions = CALLER_DEFAULTS) {
    this.#script = script.map((step) => ({
      ...step,
      clip: 'say' in step ? AudioClip.from(step.say, step.text) : null,
    }));
    this.#line = line;
    this.#ear = ear;
    this.#options = options;
  }

  /** True when every step was done. */
  get completed(): boolean {
    return this.#at >= this.#script.length;
  }

  /** Call on every beat while the stream is open. */
  tick(nowMs: number): void {
    if (this.#over) return;
    if (this.#at < 0) this.#begin(0, nowMs);
    // Several steps may be done in one beat (hang up right after a key), but never endlessly many.
    while (!this.#over && this.#at < this.#script.length) {
      const outcome = this.#advance(this.#script[this.#at], nowMs);
      if (outcome === 'running') return;
      this.#finish(outcome, nowMs);
    }
  }

  /** The stream is gone: what was running was cut short. */
  lineClosed(nowMs: number): void {
    if (this.#over) return;
    this.#over = true;
    const step = this.steps[this.#at];
    if (step?.outcome === 'running') {
      step.outcome = 'cut_short';
      step.endedAtMs = nowMs;
    }
  }

  #begin(at: number, nowMs: number): void {
    this.#at = at;
    this.#beganAtMs = nowMs;
    this.#heard = false;
    this.#spoke = false;
    this.#agentSinceMs = null;
    this.#digits = 0;
    this.#clears = this.#ear.clears;
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
      this.#line.hangUp();
      return;
    }
    this.#begin(this.#at + 1, nowMs);
  }

  #advance(step: Prepared, nowMs: number): 'running' | 'done' | 'timed_out' {
    this.#listen(nowMs);
    if ('wait' in step) return this.#wait(step, nowMs);
    if ('bargeInAfterMs' in step) return this.#bargeIn(step, nowMs);
    if ('say' in step) return this.#say(step.clip!);
    if ('dtmf' in step) return this.#press(step, nowMs);
    this.#over = true;
    this.steps[this.#at].outcome = 'done';
    this.steps[this.#at].endedAtMs = nowMs;
    this.#at++;
    if ('hangup' in step) this.#line.hangUp();
    else this.#line.cut();
    return 'running';
  }

  #listen(nowMs: number): void {
    // A clear ends what was being said: only what comes after it can be the answer that is waited for.
    if (this.#ear.clears !== this.#clears) {
      this.#clears = this.#ear.clears;
      this.#heard = false;
      this.#agentSinceMs = null;
    }
    if (this.#isAgentSpeaking(nowMs)) {
      this.#heard = true;
      this.#agentSinceMs ??= nowMs;
    }
  }

  #isAgentSpeaking(nowMs: number): boolean {
    return this.#agentEndMs() > nowMs;
  }

  #agentEndMs(): number {
    return this.#options.silence === 'quiet' ? this.#ear.voicedEndMs : this.#ear.emptyAtMs;
  }

  #wait(
    step: Prepared & { wait: unknown; silenceMs?: number; timeoutMs?: number },
    nowMs: number,
  ): 'running' | 'done' | 'timed_out' {
    if (typeof step.wait === 'number') return nowMs - this.#beganAtMs >= step.wait ? 'done' : 'running';
    const silenceMs = step.silenceMs ?? this.#options.silenceMs;
    // Audio shorter than a beat may never be seen playing; its end still shows.
    const heard = this.#heard || this.#agentEndMs() > this.#beganAtMs;
    if (step.wait === 'agent_speech' ? this.#heard : heard && nowMs - this.#agentEndMs() >= silenceMs) return 'done';
    return this.#timeout(step.timeoutMs, nowMs);
  }

  #bargeIn(
    step: Prepared & { bargeInAfterMs: number; timeoutMs?: number },
    nowMs: number,
  ): 'running' | 'done' | 'timed_out' {
    if (this.#spoke) return this.#say(step.clip!);
    if (this.#agentSinceMs !== null && nowMs - this.#agentSinceMs >= step.bargeInAfterMs) return this.#say(step.clip!);
    return this.#timeout(step.timeoutMs, nowMs);
  }

  #say(clip: AudioClip): 'running' | 'done' {
    if (!this.#spoke) {
      this.#spoke = true;
      this.#line.say(clip);
    }
    return this.#line.isSpeaking ? 'running' : 'done';
  }

  #press(step: { dtmf: string; gapMs?: number }, nowMs: number): 'running' | 'done' {
    const gapMs = step.gapMs ?? 200;
    while (this.#digits < step.dtmf.length && nowMs - this.#beganAtMs >= this.#digits * gapMs) {
      this.#line.dtmf(step.dtmf[this.#digits++]);
    }
    return this.#digits === step.dtmf.length ? 'done' : 'running';
  }

  #timeout(timeoutMs: number | undefined, nowMs: number): 'running' | 'timed_out' {
    return nowMs - this.#beganAtMs >= (timeoutMs ?? this.#options.stepTimeoutMs) ? 'timed_out' : 'running';
  }
}

function describe(step: CallerStep): string {
  if ('wait' in step) return `wait ${step.wait}`;
  if ('bargeInAfterMs' in step) return `barge in after ${step.bargeInAfterMs}`;
  if ('say' in step) return 'say';
  if ('dtmf' in step) return `dtmf ${step.dtmf}`;
  return 'hangup' in step ? 'hangup' : 'cut';
}
