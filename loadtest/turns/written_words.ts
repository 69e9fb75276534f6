// Writes spoken words the ways a recogniser may: as they are, with capitals and full stops, with numbers as digits. The
// same words in another spelling must bring the same decision.

import type { TimedWord } from './turns_file.js';

export const SPELLINGS = ['plain', 'punctuated', 'numerals'] as const;
export type Spelling = (typeof SPELLINGS)[number];

type Word = Pick<TimedWord, 'text' | 'first' | 'last'>;

/** The text of `words` as a recogniser with this setting writes it. Words it did not understand are left out. */
export function written(words: readonly Word[], spelling: Spelling): string {
  const heard = words.filter(({ text }) => text !== '<unk>');
  if (spelling === 'plain') return heard.map(({ text }) => text).join(' ');
  const tokens = spelling === 'numerals' ? withNumerals(heard) : heard;
  return tokens.map(({ text, first, last }) => `${first ? capital(text) : text}${last ? '.' : ''}`).join(' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const UNITS = 'zero one two three four five six seven eight nine'.split(' ');
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** Value of one number word, or null. "oh" is a zero among digits only, so it is left to the run. */
function wordValue(word: string): number | null {
  if (UNITS.includes(word)) return UNITS.indexOf(word);
  if (TEENS.includes(word)) return 10 + TEENS.indexOf(word);
  if (TENS.includes(word)) return 20 + 10 * TENS.indexOf(word);
  return null;
}

/** Runs of number words become one written number, within one stretch of speech: "seven one five" is 715, and a pause parts it. */
function withNumerals(words: readonly Word[]): Word[] {
  const made: Word[] = [];
  for (let i = 0; i < words.length; ) {
    const to = runEnd(words, i);
    // A lone "one" is rarely a number: "send me a new one".
    if (to === i || (to === i + 1 && words[i].text === 'one')) {
      made.push(words[i++]);
      continue;
    }
    const digits = number(words.slice(i, to).map(({ text }) => text));
    const { shown, through } = withUnit(digits, words, to);
    made.push({ text: shown, first: words[i].first, last: words[through - 1].last });
    i = through;
  }
  return made;
}

/** "$48" and "9:30 AM": the words behind the number that it takes in. */
function withUnit(digits: string, words: readonly Word[], to: number): { shown: string; through: number } {
  const next = words[to - 1].last ? '' : (words[to]?.text ?? '');
  if (/^dollars?$/.test(next)) return { shown: `$${digits}`, through: to + 1 };
  if (/^[ap]m$/.test(next)) return { shown: `${clock(digits)} ${next.toUpperCase()}`, through: to + 1 };
  if (/^[ap]$/.test(next) && words[to + 1]?.text === 'm')
    return { shown: `${clock(digits)} ${next.toUpperCase()}M`, through: to + 2 };
  return { shown: digits, through: to };
}

/** End of the run of number words that begins at `from`; a stretch's last word ends it. */
function runEnd(words: readonly Word[], from: number): number {
  let to = from;
  while (to < words.length) {
    const { text } = words[to];
    const inside = to > from && (text === 'hundred' || text === 'thousand' || text === 'oh');
    const joins =
      to > from && text === 'and' && words[to - 1].text === 'hundred' && wordValue(words[to + 1]?.text ?? '') !== null;
    const begins = to === from && text === 'a' && words[to + 1]?.text === 'hundred';
    if (wordValue(text) === null && !inside && !joins && !begins) break;
    to++;
    if (words[to - 1].last) break;
  }
  return to;
}

/** "five hundred" 500, "one hundred and six" 106, "forty eight" 48, "seven zero nine" 709. */
function number(words: readonly string[]): string {
  if (!words.includes('hundred') && !words.includes('thousand')) return words.reduce(append, '');
  let total = 0;
  let part = 0;
  for (const word of words) {
    if (word === 'hundred') part = Math.max(1, part) * 100;
    else if (word === 'thousand') [total, part] = [total + Math.max(1, part) * 1000, 0];
    else part += wordValue(word) ?? 0;
  }
  return `${total + part}`;
}

function append(digits: string, word: string, at: number, words: readonly string[]): string {
  const value = word === 'oh' ? 0 : (wordValue(word) ?? 0);
  const afterTens = at > 0 && TENS.includes(words[at - 1]) && value > 0 && value < 10;
  return afterTens ? `${digits.slice(0, -1)}${value}` : `${digits}${value}`;
}

/** 930 -> 9:30 */
function clock(digits: string): string {
  return digits.length >= 3 ? `${digits.slice(0, -2)}:${digits.slice(-2)}` : digits;
}
