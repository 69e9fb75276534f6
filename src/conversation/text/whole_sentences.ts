// What of a text that was cut off anywhere can still be said: its whole sentences. Where a sentence ends is
// sentence_splitter.ts; that the text was cut off, and why, is known to its owner.

import { SentenceSplitter } from './sentence_splitter.js';

/** Cleaned text in (as the splitter gives it), its leading whole sentences out; '' when there is none. */
export function wholeSentences(text: string, language: string): string {
  const splitter = new SentenceSplitter({
    language,
    // Sentences only: a clause is no place to stop, and no piece is too long.
    firstSentenceWords: 1,
    firstClauseWords: Number.POSITIVE_INFINITY,
    firstCharsMin: Number.POSITIVE_INFINITY,
    clauseChars: Number.POSITIVE_INFINITY,
    charsMax: Number.POSITIVE_INFINITY,
  });
  // The space tells the splitter that the last word is over; what it then still holds is no whole sentence.
  return splitter.push(`${text} `).join('').trimEnd();
}
