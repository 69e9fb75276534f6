// Recognises that the agent has said goodbye, so that the call ends when it was heard. Conservative: a call that stays
// open costs a few seconds of silence, one that is cut costs a customer. So a farewell word is not enough ("so long as
// you arrive by eight"): a clause must be the closing phrase, and what stands behind it must be courtesy.

import type { ClosingWords } from '../languages/closing_words.js';
import { languagePack } from '../languages/languages.js';

export interface FarewellRules {
  readonly words: ClosingWords;
  /** The agent's own closing words, anywhere in the last two sentences; null = those of the language. */
  readonly pattern: RegExp | null;
}

/** The rules of a language; `goodbyePattern` replaces its goodbye words. Unknown language: only the pattern counts. */
export function farewellRules(language: string, goodbyePattern: string | null): FarewellRules {
  return {
    words: languagePack(language).closing,
    pattern: goodbyePattern === null ? null : new RegExp(goodbyePattern, 'iu'),
  };
}

/** What a sentence is for the end of a call. */
type Closing = 'goodbye' | 'wish' | 'courtesy' | 'other';

/**
 * The reply ends the call: it closes on a goodbye, or on a good wish after the caller was done; and nothing after it,
 * nor in its last two sentences, asks for an answer.
 */
export function readsAsFarewell(replyText: string, callerText: string, rules: FarewellRules): boolean {
  const sentences = replyText.match(/[^.!?。！？]+[.!?。！？]*/gu)?.map((sentence) => sentence.trim()) ?? [];
  const closing = sentences.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence)).slice(-2);
  if (closing.length === 0 || closing.some((sentence) => /[?？]["'”»]?$/.test(sentence))) return false;
  const { words, pattern } = rules;
  const callerDone = words.callerDone.test(callerText) && !/[?？]\s*$/.test(callerText);
  if (pattern !== null) {
    const text = closing.join(' ');
    if (words.mention.test(text)) return false;
    if (pattern.test(text)) return true;
  }
  const ends = (kind: Closing): boolean => (kind === 'goodbye' && pattern === null) || (kind === 'wish' && callerDone);
  const kinds = closing.map((sentence) => closingOf(sentence, words));
  // A sentence that is no courtesy takes back what stands before it: "Bye-bye is our parrot. It says so."
  return ends(kinds[kinds.length - 1]) || (kinds.length > 1 && kinds[1] !== 'other' && ends(kinds[0]));
}

/** A clause this short between others and a goodbye makes a list of words: "the commands are stop, help, goodbye". */
const LISTED_WORDS_MAX = 2;

function closingOf(sentence: string, words: ClosingWords): Closing {
  if (words.mention.test(sentence)) return 'other';
  const clauses = sentence
    .split(/[,;:—–()"“”„«»…]+|\s-\s/u)
    .flatMap((clause) => clause.split(words.joint))
    .map((clause) => clause.replace(/^[\s.!¡-]+|[\s.!-]+$/gu, ''))
    .filter((clause) => clause !== '');
  let found: Closing = 'other';
  let isListed = false;
  let before: Closing = 'courtesy';
  for (const [index, clause] of clauses.entries()) {
    const kind = clauseKind(clause, words);
    if (kind === 'goodbye' && isListed) return 'other';
    if (kind !== 'other') {
      if (found !== 'goodbye' && (found === 'other' || kind !== 'courtesy')) found = kind;
    } else if (found === 'other' || found === 'courtesy') {
      found = 'other';
      isListed = before === 'other' && clause.split(' ').length <= LISTED_WORDS_MAX;
    } else if (!isName(clause, words, index)) return 'other';
    before = kind;
  }
  // "Goodbye, Mr. Smith." is cut at the title: a name alone belongs to what stands before.
  if (found === 'other' && clauses.length === 1 && isName(clauses[0], words, 1)) return 'courtesy';
  return found;
}

function clauseKind(clause: string, { goodbye, wish, courtesy }: ClosingWords): Closing {
  if (goodbye.test(clause)) return 'goodbye';
  if (wish.test(clause)) return 'wish';
  return courtesy.test(clause) ? 'courtesy' : 'other';
}

/** A caller's name behind the goodbye: at most two words and a title, each with a capital. */
function isName(clause: string, words: ClosingWords, index: number): boolean {
  return index > 0 && /^(?:\p{Lu}[\p{L}'’-]*(?: |$)){0,2}$/u.test(clause.replace(words.title, ''));
}
