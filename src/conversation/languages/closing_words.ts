// The shape of a language's closing words, and how its file writes them: alternatives of regular expressions, each for a
// whole clause ("and goodbye for now") or for what may stand in one. Which clauses end a call is turns/farewell.ts.

/** What a language file gives: alternatives, written in small letters. */
export interface ClosingSource {
  /** The words that end a call by themselves. */
  goodbye: string;
  /** Ends it only when the caller was done, too. A whole clause. */
  wish: string;
  /** What is said around a goodbye and ends nothing: thanks, "see you on Friday". A whole clause. */
  courtesy: string;
  /** Words that may stand before a goodbye or a wish in its clause. */
  before: string;
  /** Words that may stand behind one. */
  after: string;
  /** Forms of address: a name follows. */
  titles: string;
  /** What callers say when they are done; anywhere in their words. */
  callerDone: string;
  /** Talking about a goodbye is not saying it: verbs of saying, before it in the sentence. */
  mention: string;
  /** Joins a goodbye to the clause before it. */
  and: string;
}

export interface ClosingWords {
  readonly goodbye: RegExp;
  readonly wish: RegExp;
  readonly courtesy: RegExp;
  /** A form of address at the beginning of a clause. */
  readonly title: RegExp;
  readonly callerDone: RegExp;
  readonly mention: RegExp;
  /** Cuts before a goodbye, a wish or a courtesy that is joined to what stands before it. */
  readonly joint: RegExp;
}

const NEVER = /(?!)/;

export const NO_CLOSING_WORDS: ClosingWords = {
  goodbye: NEVER,
  wish: NEVER,
  courtesy: NEVER,
  title: NEVER,
  callerDone: NEVER,
  mention: NEVER,
  joint: NEVER,
};

export function closingWords(source: ClosingSource): ClosingWords {
  const { goodbye, before, after, and } = source;
  const titled = `(?:${source.titles})\\.?(?: \\p{L}[\\p{L}'’-]*){0,2}`;
  const clause = (core: string): RegExp =>
    new RegExp(`^(?:(?:${before}) )*(?:${core})(?: (?:${after}|${titled}))*$`, 'iu');
  return {
    goodbye: clause(goodbye),
    wish: clause(source.wish),
    courtesy: clause(source.courtesy),
    title: new RegExp(`^(?:${source.titles})\\.?(?: |$)`, 'iu'),
    callerDone: whole(source.callerDone),
    mention: whole(`(?:${source.mention})(?: [^ ]+){0,4}? ["'“«„]?(?:${goodbye})`),
    joint: new RegExp(
      ` (?=(?:${and}) (?:(?:${before}) )*(?:${goodbye}|${source.wish}|${source.courtesy})(?![\\p{L}\\p{N}]))`,
      'iu',
    ),
  };
}

/** The alternatives as whole words anywhere in a text, upper or lower case. */
export function whole(alternatives: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, 'iu');
}
