// Between the turn manager and the floor: says to the floor what the agent is doing, keeps when it wants to be asked again,
// and whether anything in the caller's turn was meant for us. The judgement itself is floor.ts.

import { Floor, type FloorDecision, type OurSentence } from './floor.js';
import type { FloorMove } from './floor_hold.js';
import { type AgentState, floorPolicy } from './floor_policy.js';
import type { SoundWindow } from './sound_window.js';
import type { Stretch } from './stretch.js';
import type { TurnEvent, TurnOptions, TurnState } from './turn_events.js';

export type TurnFloorOptions = Pick<
  TurnOptions,
  'language' | 'leadMs' | 'bargeInMinSpeechMs' | 'greetingProtectMs' | 'floor'
>;

export class TurnFloor {
  /** The floor wants to be asked again then; Infinity = it does not. */
  checkMs = Number.POSITIVE_INFINITY;
  /** Something in this turn was said to us, not beside us. */
  isForUs = false;
  /** What is being said must be heard to its end. */
  isProtected = false;
  /** Words whose voice was in doubt until another sound came: they are not the room's for that. */
  #wasUndecided = false;
  #last: Stretch | null = null;
  /** From then on what is said over the greeting counts; Infinity = it does already. */
  #protectionEndsMs = Number.POSITIVE_INFINITY;
  readonly #floor: Floor;
  readonly #greetingProtectMs: number;

  constructor({ language = 'en', leadMs, bargeInMinSpeechMs: voiceMs, greetingProtectMs, floor }: TurnFloorOptions) {
    const own = floor === undefined ? {} : { policy: floorPolicy(floor) };
    this.#floor = new Floor({ language, leadMs, voiceMs, ...own });
    this.#greetingProtectMs = greetingProtectMs;
  }

  /** The sound under way, or the last one. */
  get stretch(): Stretch | null {
    return this.#floor.stretch;
  }

  /** That sound is something the caller said to us. */
  get judgedForUs(): boolean {
    return this.#floor.isForUs;
  }

  /** The agent has said what it had to: what the caller says from now on is a turn, with what they said last if that was for us. */
  endTurn(): void {
    this.isForUs = this.#floor.isForUs || this.#wasUndecided;
    this.#wasUndecided = false;
  }

  /** The agent does something else, or its own sentence is known better. */
  agent(state: TurnState, nowMs: number, ours?: OurSentence): FloorMove {
    const agent = this.#agentState(state, nowMs);
    this.#protectionEndsMs = agent === 'greeting' ? this.protectedUntilMs(state) : Number.POSITIVE_INFINITY;
    const decision = ours === undefined ? this.#floor.agent(agent, nowMs) : this.#floor.agent(agent, nowMs, ours);
    return this.#note(decision, state);
  }

  /** The reply was given up, and what was held of it with it. */
  givenUp(): void {
    this.#floor.givenUp();
  }

  /** A window of sound that ended at `atMs`. No allocation but for a new sound. */
  window(window: SoundWindow, state: TurnState, atMs: number): FloorMove {
    return this.#note(this.#floor.window(window, atMs), state);
  }

  /** Words of the recogniser, put on the clock of the windows. */
  transcribed(event: TurnEvent & { on: 'transcript' }, state: TurnState, nowMs: number): FloorMove {
    const { transcript, behindMs, ours } = event;
    const lengthMs = Math.max(0, transcript.endMs - transcript.startMs);
    const endMs = behindMs === undefined ? nowMs : Math.min(nowMs, transcript.endMs + behindMs);
    // What was said before our reply began, or in its protected part, does not interrupt it when it is transcribed: it is
    // the caller's next turn.
    if (endMs <= this.protectedUntilMs(state)) return 'none';
    if (state.kind === 'speaking' && ours !== undefined) this.#floor.sentence(ours);
    const { text, isFinal } = transcript;
    return this.#note(this.#floor.words(text, endMs - lengthMs, endMs, isFinal, nowMs), state);
  }

  /** Something is being said, or thought of, that may be stopped: not a protected beginning, nor last words. */
  mayBeStopped(state: TurnState, nowMs: number): boolean {
    const agent = this.#agentState(state, nowMs);
    return agent === 'speaking' || agent === 'thinking';
  }

  /** `checkMs` has come. */
  tick(state: TurnState, nowMs: number): FloorMove {
    this.checkMs = Number.POSITIVE_INFINITY;
    const told = this.agent(state, nowMs);
    return told === 'none' ? this.#note(this.#floor.tick(nowMs), state) : told;
  }

  /** Words said until then do not interrupt what is being said. */
  protectedUntilMs(state: TurnState): number {
    if (state.kind !== 'speaking') return Number.NEGATIVE_INFINITY;
    return state.sinceMs + (state.reply === 'greeting' ? this.#greetingProtectMs : 0);
  }

  #note({ do: does, checkAtMs }: FloorDecision, state: TurnState): FloorMove {
    this.checkMs = Math.min(checkAtMs, this.#protectionEndsMs);
    const { stretch } = this.#floor;
    if (stretch !== this.#last) {
      // None comes after it where it was answered.
      if (stretch !== null && this.#last?.verdict === 'undecided' && this.#last.text !== '') this.#wasUndecided = true;
      this.#last = stretch;
    }
    if (state.kind !== 'listening') return does;
    if (this.#floor.isForUs || this.#wasUndecided) this.isForUs = true;
    this.#wasUndecided = false;
    return does;
  }

  #agentState(state: TurnState, nowMs: number): AgentState {
    if (state.kind !== 'speaking') return state.kind === 'thinking' ? 'thinking' : 'quiet';
    const { reply } = state;
    if (this.isProtected) return 'protected';
    // Nobody could answer what is said over the news that we can't hear.
    if (reply === 'farewell' || reply === 'cannot_hear' || reply.endsWith('_goodbye')) return 'closing';
    return reply === 'greeting' && nowMs < this.protectedUntilMs(state) ? 'greeting' : 'speaking';
  }
}
