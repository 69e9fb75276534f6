// What the caller's words so far amount to, given what we asked: a finished sentence, an open one, a greeting before the
// point, a number that lacks digits. A class and a few features, for end_of_turn.ts to weigh.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';
import { type Dictation, dictation } from './dictation.js';
import type { ExpectedAnswer } from './expected_answer.js';
import { type SpokenWords, spokenWords } from './spoken_words.js';

/** Classes of text, from what must go on to what is over. */
export const READINGS = [
  /** Ends in a word or phrase that needs another: "and", "my name is", "um". */
  'open',
  /** Ends in one that mostly does: "is", "before". */
  'half_open',
  /** Something with an end of its own lacks a part. */
  'under_way',
  /** It could be whole, and could get longer. */
  'may_grow',
  /** The dictated thing is whole. */
  'whole',
  /** "Hi", and the point still to come. */
  'greeting',
  /** Greeting and name, where a request was asked for. */
  'introduction',
  /** "Okay" to a yes-or-no question, "yes" to another one. */
  'acknowledgement',
  /** A short answer of its own kind: "no that's it thank you". */
  'answer',
  /** A few words where a few words were asked for: "my savings account". */
  'phrase',
  /** One or two words where more was asked for. */
  'fragment',
  /** A sentence as far as one can tell. */
  'sentence',
  /** It asks us something. */
  'question',
] as const;
export type Reading = (typeof READINGS)[number];

export interface TurnReading {
  reading: Reading;
  /** Whether a full stop stands behind the last word; `unknown` where this recogniser writes none. */
  stop: 'there' | 'missing' | 'unknown';
  words: number;
  expected: ExpectedAnswer['kind'];
  dictation: Dictation | null;
}

/** Longer is a story, not a short answer. */
const ANSWER_WORDS_MAX = 14;
/** What is asked for by name or choice is given in so many words. */
const PHRASE_WORDS_MAX = 6;
/** "Maria del Carmen García López" */
const NAME_WORDS_MAX = 5;
/** "It took ten minutes, I think" has them, "and then I think" does not. */
const HEDGED_WORDS_MIN = 4;

const SHORT_ANSWER_KINDS: ReadonlySet<ExpectedAnswer['kind']> = new Set([
  'choice',
  'name',
  'date',
  'time',
  'street',
  'statement',
  'yes_no',
]);
/** Where a greeting or a name alone is not yet what was asked for. */
const POINT_WANTED: ReadonlySet<ExpectedAnswer['kind']> = new Set([
  'request',
  'story',
  'choice',
  'statement',
  'yes_no',
]);

export interface ReadContext {
  expected: ExpectedAnswer;
  language: EndOfTurnWords;
  /** How many of the text's words came before its last pause. */
  breathFrom: number;
  /** What we said last. */
  said: string;
}

/** Reads the text of a turn; null = no words. O(text), a few microseconds. */
export function readTurn(text: string, { expected, language, breathFrom, said }: ReadContext): TurnReading | null {
  const spoken = spokenWords(text, language);
  if (spoken.words.length === 0) return null;
  const item = dictation(spoken, expected, language, breathFrom, said);
  return {
    reading: classify(spoken, expected, language, item),
    stop: spoken.end === 'stop' ? 'there' : /[\p{Lu}.?!]/u.test(text) ? 'missing' : 'unknown',
    words: spoken.words.length,
    expected: expected.kind,
    dictation: item,
  };
}

function classify(
  spoken: SpokenWords,
  expected: ExpectedAnswer,
  language: EndOfTurnWords,
  item: Dictation | null,
): Reading {
  const { words, plain } = spoken;
  const last = words[words.length - 1];
  if (spoken.end === 'question' || asksAgain(plain, language)) return 'question';
  if (item?.state === 'under_way') return 'under_way';
  const isClosed = spoken.end === 'stop' && language.closedPhrases.test(plain);
  const trailing = !isClosed && !endsInHedge(spoken, language) && isOpen(spoken, last, language);
  // A spelled "a" or "i" is a letter, not a word that needs another.
  const isLetters = item?.item === 'spelling' && !language.fillers.has(last);
  if (item !== null) return trailing && !isLetters ? 'open' : item.state;
  if (isShort(words) && language.greetings.test(plain) && POINT_WANTED.has(expected.kind)) {
    if (!isAnswerTo(plain, expected, language)) return 'greeting';
  }
  if (isAnswer(spoken, language)) {
    return isMereNod(plain, expected, language) ? 'acknowledgement' : 'answer';
  }
  if (trailing) return 'open';
  if ((expected.kind === 'request' || expected.kind === 'story') && isIntroduction(words, language))
    return 'introduction';
  if (language.halfOpen.has(last) && !isClosed) return 'half_open';
  if (words.length <= PHRASE_WORDS_MAX && SHORT_ANSWER_KINDS.has(expected.kind)) return 'phrase';
  return words.length <= 2 ? 'fragment' : 'sentence';
}

/** "Sorry, what was that?" without its question mark. */
function asksAgain(plain: string, language: EndOfTurnWords): boolean {
  const pattern = language.asks.find(([kind]) => kind === 'repeat')?.[1];
  if (pattern === undefined || plain.length > 60) return false;
  for (const match of plain.matchAll(pattern)) if (match.index + match[0].length >= plain.length) return true;
  return false;
}

function isOpen(spoken: SpokenWords, last: string, language: EndOfTurnWords): boolean {
  if (spoken.end === 'comma' || last.endsWith('~')) return true;
  if (isShort(spoken.words) && language.answers.test(spoken.plain)) return false;
  return language.fillers.has(last) || language.open.has(last) || language.openPhrases.test(spoken.plain);
}

/** "About ten minutes, I think": doubt behind what is said, not the beginning of more. */
function endsInHedge({ plain, end, words }: SpokenWords, language: EndOfTurnWords): boolean {
  const hedge = language.hedges.exec(plain);
  if (hedge === null) return false;
  const before = plain.slice(0, hedge.index).trim().split(' ');
  const last = before[before.length - 1];
  // Without a full stop as many words must stand before it as a sentence has.
  const isEnough = before.length >= (end === 'stop' ? 2 : HEDGED_WORDS_MIN) && before.length < words.length;
  return isEnough && !language.open.has(last) && !language.halfOpen.has(last) && !language.fillers.has(last);
}

function isShort(words: readonly string[]): boolean {
  return words.length <= ANSWER_WORDS_MAX;
}

/** All of it short answers, or those behind the last full stop ("It was fine. Thank you."). */
function isAnswer(spoken: SpokenWords, language: EndOfTurnWords): boolean {
  const plain = withoutFillers(spoken.words, language);
  if (isShort(spoken.words) && language.answers.test(plain)) return true;
  const { lastSentence } = spoken;
  return lastSentence.length < spoken.plain.length && lastSentence.length <= 60 && language.answers.test(lastSentence);
}

/** "Yes" greets where a request was asked for, and answers a yes-or-no question. */
function isAnswerTo(plain: string, expected: ExpectedAnswer, language: EndOfTurnWords): boolean {
  return expected.kind !== 'request' && expected.kind !== 'story' && language.answers.test(plain);
}

/** "Okay" is no answer to a yes-or-no question, nor "yes" to what, which or how many. */
function isMereNod(plain: string, expected: ExpectedAnswer, language: EndOfTurnWords): boolean {
  if (expected.kind === 'statement' || expected.continued) return false;
  return language.acknowledgements.test(plain) || (expected.kind !== 'yes_no' && language.assents.test(plain));
}

/** Nothing but fillers, greetings and a name. */
function isIntroduction(words: readonly string[], language: EndOfTurnWords): boolean {
  let from = 0;
  // Longest greeting in front, word by word: "uh yeah good evening linda" ends at the unknown name.
  for (let to = 1; to <= Math.min(words.length, ANSWER_WORDS_MAX); to++) {
    if (language.greetings.test(words.slice(0, to).join(' '))) from = to;
  }
  const rest = words.slice(from);
  const atName = rest.findIndex((_, i) => language.nameIntroductions.test(rest.slice(i).join(' ')));
  if (atName < 0 || atName > 1) return false;
  const tail = rest.slice(atName).join(' ');
  const name = tail.slice(language.nameIntroductions.exec(tail)?.[0].length ?? 0).split(' ');
  return name.length <= NAME_WORDS_MAX && !name.some((word) => language.notInNames.has(word));
}

function withoutFillers(words: readonly string[], language: EndOfTurnWords): string {
  return words.filter((word) => !language.fillers.has(word)).join(' ');
}
