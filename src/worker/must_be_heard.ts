// Tells the turns when a sentence that must be heard to its end is being said, and when it was. Which sentences those are is the
// agent's; where they stand in a reply, conversation/playout/protected_text.ts.

import { ProtectedText } from '../conversation/playout/protected_text.js';
import type { Playout } from './playout.js';
import type { Spoken } from './speaker.js';

/** What was heard changes word by word. */
const LOOK_EVERY_MS = 50;

export class MustBeHeard {
  readonly #text: ProtectedText;
  readonly #playout: Playout;
  #isOn = false;
  #lookMs = 0;

  private constructor(text: ProtectedText, playout: Playout) {
    this.#text = text;
    this.#playout = playout;
  }

  /** null = the agent has no such sentence: nothing is looked for. */
  static of(texts: readonly string[], playout: Playout): MustBeHeard | null {
    return texts.length === 0 ? null : new MustBeHeard(new ProtectedText(texts), playout);
  }

  /** The beat. Returns whether it is so from now on, null = as before. */
  tick(spoken: Spoken | null, nowMs: number): boolean | null {
    if (spoken !== null && nowMs < this.#lookMs) return null;
    this.#lookMs = nowMs + LOOK_EVERY_MS;
    const isOn = spoken !== null && this.#isIn(spoken, nowMs);
    if (isOn === this.#isOn) return null;
    this.#isOn = isOn;
    return isOn;
  }

  #isIn({ id, reply }: Spoken, nowMs: number): boolean {
    // A fixed line goes to the voice as it is, in one piece.
    const said = reply.pieces === '' ? reply.text : reply.pieces;
    return this.#text.isWaiting(id, said, () => this.#playout.heard(id, nowMs).text);
  }
}
