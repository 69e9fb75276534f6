// Whether a call may be recorded, where its agent says so before anything is: the caller is told, or asked. One a call, for
// all agents that get it. Nothing is recorded before it is decided, and nothing at all after a no.

import type { CallPlan } from '../agents/call_plan.js';
import { isOnlyAnswer, readConsent } from '../conversation/turns/consent.js';

export type ConsentState = 'given' | 'refused';
/** What is said next: the agent's greeting, the question once more, or an answer to what the caller said. */
export type NextWords = 'greeting' | 'consent' | 'answer';

/** How often the caller is asked who gives no clear answer. */
const ASKS_MAX = 2;

export class RecordingConsent {
  /** null = not decided yet. */
  state: ConsentState | null;
  readonly #mode: 'announce' | 'ask';
  readonly #language: string;
  readonly #onDecided: (state: ConsentState) => void;
  #asks = 1;

  /** @param before of a call that goes on here */
  constructor(
    { mode, language }: { mode: 'announce' | 'ask'; language: string },
    before: ConsentState | null,
    onDecided: (state: ConsentState) => void,
  ) {
    this.#mode = mode;
    this.#language = language;
    this.#onDecided = onDecided;
    this.state = before;
  }

  /** null = nobody has to be told: what is to be recorded is recorded from the first sound on. */
  static of(
    { consent, language }: CallPlan,
    before: ConsentState | null,
    onDecided: (state: ConsentState) => void,
  ): RecordingConsent | null {
    return consent === null ? null : new RecordingConsent({ mode: consent, language }, before, onDecided);
  }

  get isPending(): boolean {
    return this.state === null;
  }

  /** The line was said. Returns whether the greeting follows at once; else the caller's answer is awaited. */
  lineOver(isComplete: boolean): boolean {
    if (this.#mode === 'ask') return false;
    this.#decide(isComplete ? 'given' : 'refused');
    return true;
  }

  /** The caller's turn is over. Asked while pending or not. */
  answered(text: string): NextWords {
    if (!this.isPending || this.#mode === 'announce') return 'answer';
    const consent = readConsent(text, this.#language);
    const isOnly = isOnlyAnswer(text);
    if (consent === 'unclear' && isOnly && this.#asks < ASKS_MAX) {
      this.#asks++;
      return 'consent';
    }
    this.#decide(consent === 'yes' ? 'given' : 'refused');
    return isOnly ? 'greeting' : 'answer';
  }

  #decide(state: ConsentState): void {
    this.state = state;
    this.#onDecided(state);
  }
}
