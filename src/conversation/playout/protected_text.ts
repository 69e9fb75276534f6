// Sentences that must be heard to their end, whatever the caller says meanwhile: a legal notice. Finds them in what a reply says, and
// tells whether they are still to be heard. Pure; that nothing stops us until then is turns/floor_policy.ts (`protected`).

export class ProtectedText {
  readonly #texts: readonly string[];
  /** The reply looked at last, how much of it there was, and where in its letters the last such sentence ends; 0 = it has none. */
  #reply: number | null = null;
  #seen = 0;
  #end = 0;

  /** @param texts as they are spoken */
  constructor(texts: readonly string[]) {
    this.#texts = texts.map(letters).filter((text) => text !== '');
  }

  /**
   * A sentence of reply number `id` is still to be heard, which says `pieces` so far, and of which the caller has heard
   * `heard()`. O(pieces), once for each that is new, and for what was heard while there is such a sentence.
   */
  isWaiting(id: number, pieces: string, heard: () => string): boolean {
    if (this.#reply !== id || this.#seen !== pieces.length) {
      this.#reply = id;
      this.#seen = pieces.length;
      const said = letters(pieces);
      this.#end = 0;
      for (const text of this.#texts) {
        const at = said.lastIndexOf(text);
        if (at >= 0) this.#end = Math.max(this.#end, at + text.length);
      }
    }
    return this.#end > 0 && letters(heard()).length < this.#end;
  }
}

/** What a voice makes sounds of: marks and capitals are written one way or another. */
function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}
