// The shape of a language's closing words, and how its file writes them: alternatives of a regular expression.

export interface ClosingWords {
  /** The word that ends a call by itself. */
  readonly goodbye: RegExp;
  /** Ends it only when the caller was done, too. */
  readonly wish: RegExp;
  /** What callers say when they are done. */
  readonly callerDone: RegExp;
  /** Talking about a goodbye is not saying it. */
  readonly mention: RegExp;
}

const NEVER = /(?!)/;

export const NO_CLOSING_WORDS: ClosingWords = { goodbye: NEVER, wish: NEVER, callerDone: NEVER, mention: NEVER };

/** The alternatives as whole words anywhere in a text, upper or lower case. */
export function whole(alternatives: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, 'iu');
}
