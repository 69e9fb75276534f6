// Is the caller in the middle of something that has an end of its own: a number that lacks digits, an address without its
// postal code, an e-mail address, a word spelled out, a date? Pure reading of the words; how long to wait for the rest is
// end_of_turn.ts.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';
import { type ExpectedAnswer, namedNumber } from './expected_answer.js';
import { type DigitRun, digitsOf, isNumberWord, trailingDigits } from './spoken_number.js';
import type { SpokenWords } from './spoken_words.js';

/** `under_way`: more must come. `may_grow`: whole as it is, but longer ones are common. `whole`: nothing is missing. */
export type DictationState = 'under_way' | 'may_grow' | 'whole';

export interface Dictation {
  item: 'number' | 'address' | 'email' | 'spelling' | 'date' | 'amount';
  state: DictationState;
  /** Digits or letters so far, and how many make it whole (0 = not known), for the log. */
  count: number;
  wanted: number;
}

/** Digits of a number of unknown length that are whole in one breath: a code, and what is too long for one group. */
const CODE_DIGITS = 5;
const READ_OFF_DIGITS = 8;
/** Digits in a row that read as a dictated number though nobody asked for one. */
const UNASKED_DIGITS_MIN = 3;
/** More words without a letter are a sentence about it. */
const SPELLING_WORDS_MAX = 12;
/** "b as in boy": words behind a letter that explain it. */
const EXPLAINING_WORDS = 3;
/** Shorter names are rare. */
const SPELLED_NAME_MIN = 3;
/** Other words that may lie within a number that was asked for. */
const BRIDGE_WORDS = 2;

/**
 * What is being dictated, or null. `breathFrom`: index of the first word after this turn's last pause. `said`: what we
 * said last, for words the caller spells. O(words).
 */
export function dictation(
  spoken: SpokenWords,
  expected: ExpectedAnswer,
  language: EndOfTurnWords,
  breathFrom = 0,
  said = '',
): Dictation | null {
  const words = withoutCourtesies(spoken.words, language);
  if (words.length === 0) return null;
  return (
    email(words, expected, language) ??
    spelling(words, expected, language, said) ??
    address(words, expected, language, breathFrom) ??
    date(words, expected, language) ??
    amount(words, expected, language) ??
    number(words, expected, language, breathFrom)
  );
}

function withoutCourtesies(words: readonly string[], language: EndOfTurnWords): readonly string[] {
  let to = words.length;
  while (to > 0 && language.courtesies.has(words[to - 1])) to--;
  return to === words.length ? words : words.slice(0, to);
}

// ---- e-mail

function email(words: readonly string[], expected: ExpectedAnswer, language: EndOfTurnWords): Dictation | null {
  const last = words[words.length - 1];
  const sign = words.findIndex((word) => word.includes('@'));
  const spokenSign = lastIndex(words, (word) => language.at.has(word));
  if (sign < 0 && expected.kind !== 'email') return null;
  const made = (state: DictationState): Dictation => ({ item: 'email', state, count: words.length, wanted: 0 });
  if (/@[^@\s]+\.\p{L}{2,}$/u.test(last)) return made(last.endsWith('.co') ? 'may_grow' : 'whole');
  const dotted = words.length >= 2 && language.dot.has(words[words.length - 2]) && language.domainEnds.has(last);
  const written =
    /^[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}$/u.test(last) && language.domainEnds.has(last.split('.').pop() ?? '');
  if ((dotted || written) && (spokenSign >= 0 || sign >= 0))
    return made(last === 'co' || last.endsWith('.co') ? 'may_grow' : 'whole');
  if (sign >= 0 || spokenSign > 0 || expectsDictation(words, language)) return made('under_way');
  return null;
}

/** Asked for something to dictate, and the words are not a sentence about it ("I don't have one"). */
function expectsDictation(words: readonly string[], language: EndOfTurnWords): boolean {
  const plain = words.join(' ');
  if (language.answers.test(plain) || language.greetings.test(plain)) return false;
  return !words.some((word) => word === 'not' || /n't$/.test(word));
}

// ---- spelling

function spelling(
  words: readonly string[],
  expected: ExpectedAnswer,
  language: EndOfTurnWords,
  said: string,
): Dictation | null {
  let from = words.length;
  let letters = '';
  let asWord = 0;
  for (let i = words.length - 1; i >= 0; i--) {
    const word = words[i];
    if (isLetter(word)) letters = word.slice(0, 1) + letters;
    else if (language.double.has(word) && letters !== '') letters = letters[0] + letters;
    else if (language.fillers.has(word)) continue;
    else if (letters !== '' || expected.kind !== 'spelling' || ++asWord > EXPLAINING_WORDS) break;
    from = i;
  }
  const asked = expected.kind === 'spelling';
  // "Sure, Miller", and then its letters; or the letters as names: "sierra mike india".
  if (asked && letters === '' && words.length <= SPELLING_WORDS_MAX && expectsDictation(words, language))
    return { item: 'spelling', state: words.length <= 4 ? 'under_way' : 'may_grow', count: 0, wanted: 0 };
  if (letters.length < (asked ? 1 : 2) || isTimeEnd(words, language)) return null;
  const rest = words.slice(0, from).join(' ');
  const known = `${rest} ${said.toLowerCase()}`.split(/[^\p{L}']+/u);
  const wanted = letters.length >= SPELLED_NAME_MIN && known.includes(letters);
  const state = wanted ? 'whole' : letters.length < SPELLED_NAME_MIN ? 'under_way' : 'may_grow';
  return { item: 'spelling', state, count: letters.length, wanted: 0 };
}

function isLetter(word: string): boolean {
  return /^\p{L}$/u.test(word) || /^\p{L}\.$/u.test(word);
}

/** "eleven a m" is no spelling. */
function isTimeEnd(words: readonly string[], language: EndOfTurnWords): boolean {
  const tail = words.slice(-2).join('');
  return language.timeEnds.has(tail) && words.length >= 2;
}

// ---- address

function address(
  words: readonly string[],
  expected: ExpectedAnswer,
  language: EndOfTurnWords,
  breathFrom: number,
): Dictation | null {
  const isStreet = expected.kind === 'street';
  if (!isStreet && expected.kind !== 'address' && !announcesAddress(words.join(' '), language)) return null;
  const firstDigit = words.findIndex((word) => isNumberWord(word, language));
  const made = (state: DictationState, count = 0): Dictation => ({ item: 'address', state, count, wanted: 5 });
  if (language.postalCode === 'last' && LETTERED_CODE.test(words.slice(-2).join(' '))) return made('whole');
  if (firstDigit < 0) return expected.continued && expectsDictation(words, language) ? made('under_way') : null;
  const run = trailingDigits(words, language);
  const wordsBetween = words
    .slice(firstDigit, run.from)
    .filter((word) => !isNumberWord(word, language) && !language.fillers.has(word)).length;
  const hasStreet = wordsBetween > 1 && words.slice(firstDigit).some((word) => language.streets.has(word));
  if (run.from === run.to && isStreet) return made(hasStreet ? 'whole' : wordsBetween > 0 ? 'may_grow' : 'under_way');
  if (run.from === run.to) {
    const code = postalCodeBefore(words, firstDigit, language);
    if (code && language.postalCode === 'before_town') return made('whole');
    return made(namesTown(words, firstDigit, breathFrom, language) ? 'may_grow' : 'under_way');
  }
  const behindUnit = run.from > 0 && language.unitWords.has(words[run.from - 1]);
  if (language.postalCode === 'before_town') return made('under_way', run.digits.length);
  if (wordsBetween === 0 || behindUnit) {
    // Only a number so far: that of the house, or the postal code said once more.
    const zip = run.digits.length >= 5 && wordsBetween === 0 && firstDigit === run.from;
    return made(zip ? 'whole' : 'under_way', run.digits.length);
  }
  return made(run.digits.length >= 5 ? 'whole' : 'under_way', run.digits.length);
}

/** "Salt Lake City Utah" */
const TOWN_WORDS_MAX = 4;
/** British ("sw1a 1aa") and Canadian ("k1a 0b1") postal codes. */
const LETTERED_CODE = /(?:^| )[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}$|(?:^| )[a-z]\d[a-z] \d[a-z]\d$/;

/** A code of five digits stands somewhere behind the house's number, and a town behind it. */
function postalCodeBefore(words: readonly string[], from: number, language: EndOfTurnWords): boolean {
  for (let to = words.length - 1; to > from; to--) {
    if (isNumberWord(words[to - 1], language) && !isNumberWord(words[to], language))
      if (trailingDigits(words, language, to).digits.length >= 5) return true;
  }
  return false;
}

/**
 * What was said last may be the town, and many people say no postal code: words behind the street, or in a breath of their
 * own behind the house's number.
 */
function namesTown(
  words: readonly string[],
  firstDigit: number,
  breathFrom: number,
  language: EndOfTurnWords,
): boolean {
  const isPart = (word: string) =>
    isNumberWord(word, language) || language.unitWords.has(word) || language.streets.has(word);
  const street = lastIndex(words, (word) => language.streets.has(word));
  const from =
    breathFrom > firstDigit ? breathFrom : street > firstDigit && language.postalCode === 'last' ? street + 1 : 0;
  if (from === 0 || words.slice(from).some((word) => language.streets.has(word))) return false;
  const town = words.slice(Math.max(from, lastIndex(words, isPart) + 1));
  const last = town[town.length - 1] ?? '';
  return town.length > 0 && town.length <= TOWN_WORDS_MAX && !isPartOfMore(last, language);
}

/** "second", and its floor is to come; "on the". */
function isPartOfMore(word: string, language: EndOfTurnWords): boolean {
  return language.open.has(word) || language.fillers.has(word) || isOrdinal(word, language);
}

function announcesAddress(plain: string, language: EndOfTurnWords): boolean {
  const pattern = language.asks.find(([kind]) => kind === 'address')?.[1];
  return pattern !== undefined && plain.search(pattern) >= 0;
}

// ---- date

const YEAR = /^(?:19|20)\d\d$/;

function date(words: readonly string[], expected: ExpectedAnswer, language: EndOfTurnWords): Dictation | null {
  const { kind } = expected;
  const isDate = kind === 'date' || kind === 'birth_date' || kind === 'time';
  const last = words[words.length - 1];
  const month = lastIndex(words, (word) => language.months.has(word));
  const made = (state: DictationState): Dictation => ({ item: 'date', state, count: words.length, wanted: 0 });
  if (/^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$/.test(last)) return made('whole');
  if (
    kind === 'date' &&
    !expected.alsoTime &&
    (YEAR.test(last) || YEAR.test(trailingDigits(words, language).digits.slice(-4)))
  )
    return made('whole');
  const hasNumber = words.some((word) => isNumberWord(word, language) || isOrdinal(word, language) || /\d/.test(word));
  // "You may" is no date: unasked a month counts only with a number beside it.
  if (!isDate && (month < 0 || month < words.length - 3 || !hasNumber)) return null;
  const hasDay = words.some((word) => language.days.has(word)) || (month >= 0 && hasNumber);
  if (kind === 'birth_date') return birthDate(words, month, hasNumber, language);
  if (kind === 'time') return hasTime(words, language) ? made(timeState(words, language)) : null;
  if (!hasDay && !hasNumber) return month >= 0 ? made('under_way') : null;
  if (month === words.length - 1 && !hasNumber) return made('under_way');
  if (expected.alsoTime) return made(hasTime(words, language) ? timeState(words, language) : 'under_way');
  // "March fifteenth" may get its year, "the fifteenth" its month; "Tuesday" is enough.
  const named = words.some((word) => language.days.has(word));
  if (month >= 0 && kind === 'date' && !named && !YEAR.test(last)) return made('may_grow');
  if (month >= 0 || named) return made('whole');
  return isNumberWord(last, language) || isOrdinal(last, language) ? made('may_grow') : null;
}

/** Day, month and a year of four digits, or two at the end of digits alone: "oh three fifteen eighty five". */
function birthDate(
  words: readonly string[],
  month: number,
  hasNumber: boolean,
  language: EndOfTurnWords,
): Dictation | null {
  if (month < 0 && !hasNumber) return null;
  const run = trailingDigits(words, language);
  const { length } = run.digits;
  const made = (state: DictationState): Dictation => ({ item: 'date', state, count: length, wanted: 8 });
  const whole = (state: DictationState): Dictation => made(run.mayGrow ? 'may_grow' : state);
  if (month < 0) {
    // "Seven four nineteen eighty five": day, month and a whole year.
    if (length >= 8 || (length >= 6 && YEAR.test(run.digits.slice(-4)))) return whole('whole');
    return made(length >= 5 ? 'may_grow' : 'under_way');
  }
  if (run.from === run.to) return made(YEAR.test(words[words.length - 1]) ? 'whole' : 'under_way');
  // Behind the month: day and year, or the year alone when the day stood in front of it.
  const behind = run.from > month ? run.digits : '';
  const dayBefore = words.slice(0, month).some((word) => isOrdinal(word, language) || isNumberWord(word, language));
  const dayInside = words
    .slice(month + 1, run.from)
    .some((word) => isOrdinal(word, language) || isNumberWord(word, language));
  const year = /(?:19|20)\d\d$/.test(behind);
  if (year && behind.length <= 6) return whole('whole');
  if ((dayBefore || dayInside) && behind.length === 2 && !/^(?:19|20)$/.test(behind)) return whole('may_grow');
  // "March fifteen eighty five", or "fifteen nineteen" with the year half said.
  return made(behind.length >= 3 && behind.length <= 4 ? 'may_grow' : 'under_way');
}

function isOrdinal(word: string, language: EndOfTurnWords): boolean {
  return language.ordinals.has(word) || /^\d{1,2}(?:st|nd|rd|th|\.|er|º|ª)$/.test(word);
}

function hasTime(words: readonly string[], language: EndOfTurnWords): boolean {
  return (
    isTimeEnd(words, language) ||
    words.some(
      (word) => language.timeEnds.has(word) || /^\d{1,2}[:.]\d\d/.test(word) || /^\d{1,2}(?:am|pm)$/.test(word),
    ) ||
    words.some((word) => digitsOf(word, language) !== '')
  );
}

/** "three forty five" may get its "p m". */
function timeState(words: readonly string[], language: EndOfTurnWords): DictationState {
  const last = words[words.length - 1];
  if (isTimeEnd(words, language) || language.timeEnds.has(last) || /[ap]\.?m\.?$/.test(last)) return 'whole';
  // "a quarter past one"
  if (words.length > 2 && language.timeJoins.has(words[words.length - 2])) return 'whole';
  return isNumberWord(last, language) ? 'may_grow' : 'whole';
}

// ---- amount

function amount(words: readonly string[], expected: ExpectedAnswer, language: EndOfTurnWords): Dictation | null {
  const last = words[words.length - 1];
  const asked = expected.kind === 'amount';
  const made = (state: DictationState): Dictation => ({ item: 'amount', state, count: words.length, wanted: 0 });
  const behind = words.length >= 2 && isNumberWord(words[words.length - 2], language);
  if (/^[$€£]\d/.test(last) || (language.currency.has(last) && behind)) return made('whole');
  if (!asked || !isNumberWord(last, language)) return null;
  return made('under_way');
}

// ---- a number

function number(
  words: readonly string[],
  expected: ExpectedAnswer,
  language: EndOfTurnWords,
  breathFrom: number,
): Dictation | null {
  const named = namedNumber(words.join(' '), language);
  const asked = expected.kind === 'number' || expected.digits.length > 0;
  const wanted = named !== null && named.length > 0 ? named : expected.digits;
  // "I don't have one" holds a digit, too.
  if ((asked || named !== null) && !expectsDictation(words, language)) return null;
  const run = trailingDigits(words, language, words.length, wanted.length > 0 ? BRIDGE_WORDS : 0);
  if (run.digits === '') return null;
  const announced = named !== null && isAnnounced(words.slice(0, run.from), run, language);
  if (!asked && !announced && !isDictatedUnasked(words, run, language)) return null;
  const count = run.digits.length;
  const inBreath = trailingDigits(words.slice(Math.min(breathFrom, words.length)), language).digits.length;
  const abroad = words.some((word) => word === 'plus' || word.startsWith('+'));
  const state = wanted.length > 0 ? againstLengths(run.digits, wanted, abroad) : ofAnyLength(count, inBreath);
  // Where we say the digits back, a group is whole until we did.
  const grows = state === 'whole' ? run.mayGrow && wanted.length === 0 : expected.continued && count >= 2;
  return { item: 'number', state: grows ? 'may_grow' : state, count, wanted: wanted[0] ?? 0 };
}

/** "My zip code is 4", not "I called that number 3 times". */
function isAnnounced(before: readonly string[], run: DigitRun, language: EndOfTurnWords): boolean {
  const last = before[before.length - 1] ?? '';
  if (run.digits.length >= UNASKED_DIGITS_MIN) return true;
  return language.open.has(last) || language.halfOpen.has(last) || language.openPhrases.test(before.join(' '));
}

/** Digits one by one, not a quantity or a year: "five five five", not "five hundred". */
function isDictatedUnasked(words: readonly string[], run: DigitRun, language: EndOfTurnWords): boolean {
  if (run.digits.length < UNASKED_DIGITS_MIN || /^(?:19|20)\d\d$/.test(run.digits)) return false;
  return words
    .slice(run.from, run.to)
    .every((word) => digitsOf(word, language).length === 1 || /^\d+$/.test(word) || !isNumberWord(word, language));
}

/** `wanted` ascends: the shorter counts are whole, too, but may grow to the longest. */
function againstLengths(digits: string, wanted: readonly number[], abroad: boolean): DictationState {
  const first = wanted[0];
  const longest = wanted[wanted.length - 1];
  const { length } = digits;
  if (first === 16) return cardState(digits);
  if (first === 10 && longest === 11 && length >= 7) return phoneState(digits, abroad);
  if (length >= longest) return 'whole';
  if (first === 5) return length === 5 ? 'whole' : 'under_way'; // the four digits behind a zip code are hardly ever said
  return wanted.includes(length) ? 'may_grow' : 'under_way';
}

/**
 * Ten digits, eleven with a country's 0 or 1 in front, more behind a plus sign; seven within a town. Where all numbers have
 * one length the language's list says so, and this is not asked.
 */
function phoneState(digits: string, abroad: boolean): DictationState {
  const { length } = digits;
  if (length >= 11) return abroad && length === 11 ? 'may_grow' : 'whole';
  if (length === 10) return abroad || /^[01]/.test(digits) ? 'may_grow' : 'whole';
  return length === 7 ? 'may_grow' : 'under_way';
}

/** American Express cards have 15 digits and begin with 34 or 37; the others 16. */
function cardState(digits: string): DictationState {
  const whole = /^3[47]/.test(digits) ? 15 : 16;
  return digits.length >= whole ? 'whole' : 'under_way';
}

/**
 * Nobody knows how long it is. Groups of three or four want another one; five in one breath are a code, eight a number that
 * was read off; six or seven may be the first part of a telephone number.
 */
function ofAnyLength(count: number, inBreath: number): DictationState {
  if (inBreath === count && (count === CODE_DIGITS || count >= READ_OFF_DIGITS)) return 'whole';
  return count >= 10 || count <= 2 || inBreath === count ? growing(count) : 'under_way';
}

function growing(count: number): DictationState {
  return count === 3 || count === 4 ? 'under_way' : 'may_grow';
}

function lastIndex(words: readonly string[], is: (word: string) => boolean): number {
  for (let i = words.length - 1; i >= 0; i--) if (is(words[i])) return i;
  return -1;
}
