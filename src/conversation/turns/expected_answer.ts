// What kind of answer the agent's last words ask for: a yes or no, a number of so many digits, an address, a story. Read
// from the text we said, per language. The same reading of the caller's own words ("my zip code is") tells what they are
// about to give. What follows from it for the silence is turn_reading.ts.

import type { AnswerKind, EndOfTurnWords } from '../languages/end_of_turn_words.js';

export interface ExpectedAnswer {
  /** `statement`: nothing was asked. */
  kind: Exclude<AnswerKind, 'repeat'> | 'statement';
  /** For a number: the counts of digits that make it whole; empty = any count may. */
  digits: readonly number[];
  /** For a date or time: both were asked for. */
  alsoTime: boolean;
  /** We only said "okay", or said digits back: the caller is in the middle of giving it. */
  continued: boolean;
}

export const NOTHING_ASKED: ExpectedAnswer = { kind: 'statement', digits: [], alsoTime: false, continued: false };

/** "five-digit code", "the last 4 digits of your card" */
const COUNTED_DIGITS =
  /(?<![\p{L}\p{N}])([\p{L}\p{N}]+)[ -](?:digits?|cifras|dígitos|chiffres|stellige?[nr]?|ziffern)/iu;

/**
 * Reads what we said last. `before` is what had been expected until then: "could you repeat that?" and a mere echo of the
 * caller's digits ask for the same again. O(text).
 */
export function expectedAnswer(said: string, before: ExpectedAnswer, language: EndOfTurnWords): ExpectedAnswer {
  const sentences = said.match(/[^.!?。！？]+[.!?。！？]*/gu)?.map((each) => each.trim()) ?? [];
  const spoken = sentences.filter((each) => /[\p{L}\p{N}]/u.test(each)).slice(-3);
  if (spoken.length === 0) return before;
  // The last question counts, also when "Take your time." stands behind it.
  const questions = spoken.filter((each) => /[?？]$/.test(each));
  const asked = [...questions, ...(questions.length === 0 ? spoken : [])].reverse();
  for (const sentence of asked) {
    const kind = lastKind(sentence, language);
    if (kind === 'repeat') return before;
    if (kind !== null) return withDetails(kind, sentence, spoken.join(' '), language);
  }
  const lastSaid = plain(spoken[spoken.length - 1]);
  if (language.acknowledgements.test(lastSaid)) return { ...before, continued: true };
  const echoed = echoedDigits(lastSaid, language);
  if (echoed > 0) return { ...before, digits: stillWanted(before.digits, echoed), continued: true };
  if (questions.length === 0) return NOTHING_ASKED;
  return { ...NOTHING_ASKED, kind: language.confirms.test(asked[0]) ? 'yes_no' : 'choice' };
}

/** The number that a text speaks of ("my zip code is 4"), or null. The name that stands last counts. */
export function namedNumber(text: string, language: EndOfTurnWords): readonly number[] | null {
  let found: readonly number[] | null = null;
  let foundTo = -1;
  for (const { pattern, digits } of language.numbers) {
    const match = last(pattern, text);
    // "phone number" also holds "number": the more telling name stands first in the list and ends at the same place.
    if (match !== null && match.to > foundTo) [found, foundTo] = [digits, match.to];
  }
  return found;
}

function withDetails(
  kind: ExpectedAnswer['kind'],
  sentence: string,
  said: string,
  language: EndOfTurnWords,
): ExpectedAnswer {
  if (NAMED_THINGS.has(kind) && (language.confirms.test(sentence) || saysDigits(sentence, language)))
    return {
      kind: 'yes_no',
      digits: kind === 'number' ? numberAsked(sentence, said, language) : [],
      alsoTime: false,
      continued: false,
    };
  const digits = kind === 'number' ? numberAsked(sentence, said, language) : [];
  const time = language.asks.find(([asks]) => asks === 'time')?.[1];
  const alsoTime =
    (kind === 'date' || kind === 'time') &&
    dateAsked(sentence, language) &&
    time !== undefined &&
    last(time, sentence) !== null;
  return { kind: alsoTime ? 'date' : kind, digits, alsoTime, continued: false };
}

/** Things that are said back to be confirmed. */
const NAMED_THINGS: ReadonlySet<ExpectedAnswer['kind']> = new Set([
  'number',
  'address',
  'email',
  'name',
  'date',
  'time',
  'amount',
  'birth_date',
]);

function dateAsked(sentence: string, language: EndOfTurnWords): boolean {
  const day = language.asks.find(([asks]) => asks === 'date')?.[1];
  return day !== undefined && last(day, sentence) !== null;
}

/** The lengths of the number asked for; the sentences around the question may name it better: "A mobile number is fine." */
function numberAsked(sentence: string, said: string, language: EndOfTurnWords): readonly number[] {
  const counted = COUNTED_DIGITS.exec(sentence.toLowerCase())?.[1];
  if (counted !== undefined) {
    const count = Number(language.digits.get(counted) ?? counted);
    if (Number.isInteger(count) && count > 0) return [count];
  }
  const named = namedNumber(sentence, language) ?? [];
  return named.length > 0 ? named : (namedNumber(said, language) ?? []);
}

/** What is asked for by name, else by the form of the question; the one that stands last in the sentence. */
function lastKind(sentence: string, language: EndOfTurnWords): AnswerKind | null {
  // "Spell your last name" asks for letters, whatever they spell.
  const spelling = language.asks.find(([kind]) => kind === 'spelling')?.[1];
  if (spelling !== undefined && last(spelling, sentence) !== null) return 'spelling';
  const numbers = language.numbers.map(({ pattern }) => ['number', pattern] as const);
  return lastOf([...language.asks, ...numbers], sentence) ?? firstOf(language.askForms, sentence);
}

function firstOf(kinds: readonly (readonly [AnswerKind, RegExp])[], sentence: string): AnswerKind | null {
  return kinds.find(([, pattern]) => last(pattern, sentence) !== null)?.[0] ?? null;
}

function lastOf(kinds: readonly (readonly [AnswerKind, RegExp])[], sentence: string): AnswerKind | null {
  let found: AnswerKind | null = null;
  let foundTo = -1;
  for (const [kind, pattern] of kinds) {
    const match = last(pattern, sentence);
    if (match !== null && match.to > foundTo) [found, foundTo] = [kind, match.to];
  }
  return found;
}

/** How many digits we said back, in a sentence of nothing but digits; 0 = it is another kind of sentence. */
function echoedDigits(said: string, language: EndOfTurnWords): number {
  const digits = said.split(' ').map((word) => language.digits.get(word) ?? (/^\d+$/.test(word) ? word : null));
  return digits.includes(null) ? 0 : digits.join('').length;
}

/** What is left of the usual length; unknown when none is. */
function stillWanted([usual = 0]: readonly number[], given: number): readonly number[] {
  return usual > given ? [usual - given] : [];
}

/** Three digits and more in our question: it says a thing back. */
function saysDigits(sentence: string, language: EndOfTurnWords): boolean {
  const count = plain(sentence)
    .split(' ')
    .reduce((sum, word) => sum + (/^\d+$/.test(word) ? word.length : (language.digits.get(word)?.length ?? 0)), 0);
  return count >= 3;
}

function plain(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []).join(' ');
}

function last(pattern: RegExp, text: string): { to: number } | null {
  let to = -1;
  for (const match of text.matchAll(pattern)) to = match.index + match[0].length;
  return to < 0 ? null : { to };
}
