// Which language the caller speaks, where they may change it: what the recogniser hears of each turn, and when that is
// enough to answer in another one. Pure.

import type { SttTranscript } from '../../providers/stt.js';

/** A single word is "okay", a name, or a mistake of the recogniser: so many make a language. */
const WORDS_MIN = 2;

export class CallerLanguage {
  readonly #own: string;
  #settled: string;
  /** Words of the turn under way, by language. */
  readonly #words = new Map<string, number>();

  /** @param own the agent's, BCP 47: what is spoken until the caller speaks another one */
  constructor(own: string) {
    this.#own = this.#settled = own;
  }

  /** The language to answer in, BCP 47: with what is heard of this turn so far. */
  get current(): string {
    let best = this.#settled;
    let most = WORDS_MIN - 1;
    for (const [language, words] of this.#words) {
      if (words <= most) continue;
      most = words;
      best = language;
    }
    // The agent's own tag may name a region, the recogniser's names none.
    return primary(best) === primary(this.#own) ? this.#own : best;
  }

  /** A result of recognition; only final ones count. */
  heard({ text, isFinal, language }: Pick<SttTranscript, 'text' | 'isFinal' | 'language'>): void {
    if (!isFinal || language === undefined) return;
    const words = text.split(/\s+/).filter((word) => /\p{L}/u.test(word)).length;
    if (words > 0) this.#words.set(language, (this.#words.get(language) ?? 0) + words);
  }

  /** The turn is over. */
  endTurn(): void {
    this.#settled = this.current;
    this.#words.clear();
  }
}

function primary(tag: string): string {
  return tag.split('-')[0].toLowerCase();
}
