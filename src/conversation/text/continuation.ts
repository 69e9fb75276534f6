// A model's answer that broke off is asked for again from where it stopped: the request that says so, and what comes back.
// Chat models are not bound to go on after their own words: many begin again. What they say once more is left out here.

import type { ChatMessage } from '../../providers/llm.js';

const GO_ON_HINT =
  'Your last message was cut off by a technical fault and the caller has heard it as it stands. Go on from exactly there: ' +
  'do not repeat a word of it, do not mention the fault.';

/** The conversation with `said`, the beginning of its answer, as the last message. The rules stay the first message. */
export function askToGoOn(messages: readonly ChatMessage[], said: string): ChatMessage[] {
  const [first, ...others] = messages;
  const begun: ChatMessage = { role: 'assistant', content: said.trim() };
  if (first?.role !== 'system') return [...messages, begun];
  return [{ role: 'system', content: `${first.content}\n\n${GO_ON_HINT}` }, ...others, begun];
}

/** Takes the stream of the second request; lets through what comes after a beginning that was said already. */
export class Continuation {
  readonly #said: readonly string[];
  /** Held while it may be the beginning again; null = decided. */
  #held: string | null = '';

  constructor(said: string) {
    this.#said = wordsOf(said);
  }

  /** More of the stream; returns what is new of all that came so far. O(held text). */
  push(text: string): string {
    if (this.#held === null) return text;
    this.#held += text;
    // The last word may go on in the next piece.
    const whole = /^[\s\S]*\s/.exec(this.#held)?.[0] ?? '';
    const words = wordsOf(whole);
    const said = this.#said;
    if (words.some((word, i) => i < said.length && word !== said[i])) return this.#let(this.#held);
    return words.length > said.length ? this.#let(afterWords(this.#held, said.length)) : '';
  }

  /** The stream is over; returns what was held of it, unless it was the beginning again. */
  flush(): string {
    const held = this.#held ?? '';
    this.#held = null;
    const words = wordsOf(held);
    const isAgain = words.length >= this.#said.length && this.#said.every((word, i) => word === words[i]);
    return isAgain ? afterWords(held, this.#said.length) : held;
  }

  #let(text: string): string {
    this.#held = null;
    return text;
  }
}

/** Written tokens with a letter or digit, bare and in lower case. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).map(bare).filter(Boolean);
}

function bare(token: string): string {
  return token.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function afterWords(text: string, count: number): string {
  let left = count;
  for (const match of text.matchAll(/\S+/g)) {
    if (bare(match[0]) === '') continue;
    if (left === 0) return text.slice(match.index);
    left--;
  }
  return '';
}
