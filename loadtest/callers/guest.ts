// A person who rings up: an async script that speaks through a telephone line and reacts to what comes out of it, driven by
// the simulated call's beat. Remembers what was done when, for the judges.

import { nowMs as clockNowMs } from '../../src/clock.js';
import type { CallerEvent, EventKind } from '../ear/caller_event.js';
import type { CallerLine, StepReport, Talker } from '../simulators/twilio/caller.js';
import type { Playout } from '../simulators/twilio/playout.js';
import { Listener } from './listener.js';
import type { Utterance } from './person.js';
import type { PhoneLine, Playing } from './phone_line.js';

/** The call ended while the script was waiting. */
export class CallOver extends Error {
  constructor() {
    super('the call is over');
  }
}

export type GuestScript = (guest: Guest) => Promise<void>;

interface Waiting {
  condition: () => boolean;
  untilMs: number;
  settle(met: boolean): void;
  fail(error: Error): void;
}

export class Guest implements Talker {
  readonly steps: readonly StepReport[] = [];
  readonly events: CallerEvent[] = [];
  readonly agent = new Listener();
  /** What the script died of, if it did. */
  error: unknown = null;
  /** Process clock at which the first stream began. */
  startedMs = Number.NaN;
  #completed = false;
  #started = false;
  #over = false;
  #line: CallerLine | null = null;
  #ear: Playout | null = null;
  #waiting: Waiting[] = [];
  #nowMs = 0;

  constructor(
    readonly line: PhoneLine,
    readonly script: GuestScript,
  ) {}

  get completed(): boolean {
    return this.#completed;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Milliseconds since the call's stream began. */
  get timeMs(): number {
    return this.#nowMs - this.startedMs;
  }

  attach(line: CallerLine, ear: Playout): void {
    this.#line = line;
    this.#ear = ear;
    const nowMs = clockNowMs();
    if (Number.isNaN(this.startedMs)) this.startedMs = nowMs;
    this.line.attachEar(ear, nowMs);
  }

  tick(nowMs: number): void {
    if (this.#over || !this.#ear) return;
    this.#nowMs = nowMs;
    this.agent.listen(this.#ear, nowMs);
    if (!this.#started) this.#begin();
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter(({ condition, untilMs }) => nowMs >= untilMs || condition());
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { condition, settle } of ready) settle(condition());
  }

  callEnded(): void {
    this.#over = true;
    for (const { fail } of this.#waiting.splice(0)) fail(new CallOver());
  }

  /** True as soon as `condition` holds, false after `timeoutMs`. Rejects with CallOver when the call ends first. */
  until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (this.#over) return Promise.reject(new CallOver());
    return new Promise((settle, fail) => {
      this.#waiting.push({ condition, untilMs: this.#nowMs + timeoutMs, settle, fail });
    });
  }

  async wait(ms: number): Promise<void> {
    await this.until(() => false, ms);
  }

  /** The agent has said something since `sinceMs` (call time; default: ever) and been silent for `ms`. */
  agentDone(ms: number, timeoutMs = 30_000, sinceMs = Number.NEGATIVE_INFINITY): Promise<boolean> {
    return this.until(
      () => this.agent.lastSoundMs - this.startedMs > sinceMs && this.agent.silentForMs(this.#nowMs) >= ms,
      timeoutMs,
    );
  }

  /** The agent begins to speak after `sinceMs` (call time), or is speaking. */
  agentSpeaks(timeoutMs: number, sinceMs = this.timeMs): Promise<boolean> {
    return this.until(() => this.agent.lastSoundMs - this.startedMs >= sinceMs && this.agent.isSpeaking, timeoutMs);
  }

  /** The agent has been speaking for `ms`; false when it stops or does not begin. */
  agentSpeaking(ms: number, timeoutMs = 10_000): Promise<boolean> {
    return this.until(() => this.agent.speakingForMs(this.#nowMs) >= ms, timeoutMs);
  }

  get agentSilentMs(): number {
    return this.agent.silentForMs(this.#nowMs);
  }

  get agentSpeakingMs(): number {
    return this.agent.speakingForMs(this.#nowMs);
  }

  /** Sounds and is remembered; resolves with the event when the last frame has left. */
  async say(
    kind: EventKind,
    utterance: Utterance,
    { heardAs, again }: { heardAs?: Utterance['words']; again?: boolean } = {},
  ): Promise<CallerEvent> {
    const event: CallerEvent = {
      kind,
      text: utterance.text,
      startMs: this.timeMs,
      endMs: this.timeMs,
      ...(again && { again }),
    };
    this.#ear?.callerSpoke();
    const playing = this.line.play(utterance, heardAs);
    this.events.push(event);
    await this.until(() => this.#follow(event, playing), utterance.pcm.length / 8 + 5000);
    return event;
  }

  /** The same without waiting for its end. */
  sound(kind: EventKind, utterance: Utterance, options: { heardAs?: Utterance['words'] } = {}): void {
    // What becomes of it is remembered in the event; a call that ends meanwhile is no error of the sound.
    this.say(kind, utterance, options).catch(() => {});
  }

  press(digits: string): void {
    for (const digit of digits) this.#line?.dtmf(digit);
  }

  hangUp(): void {
    this.#line?.hangUp();
  }

  #follow(event: CallerEvent, playing: Playing): boolean {
    if (playing.startMs === null) return false;
    event.startMs = playing.startMs;
    event.endMs = playing.startMs + playing.durationMs;
    return this.timeMs >= event.endMs;
  }

  #begin(): void {
    this.#started = true;
    this.script(this).then(
      () => {
        this.#completed = true;
        this.hangUp();
      },
      (error: unknown) => {
        if (!(error instanceof CallOver)) this.error = error;
        this.hangUp();
      },
    );
  }
}
