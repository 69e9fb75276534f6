// A date as people say or type it, as ISO 8601: "March fifteenth nineteen eighty five", "15.3.1985", 03151985 on the keypad.
// What can't be told for certain is left to the words themselves: the caller confirms them anyway.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';
import { spokenWords } from '../turns/spoken_words.js';
import { digitsIn } from './spoken_digits.js';

/** A list of ordinals this long is in their order, from "first" to "twentieth". */
const ORDERED = 20;

/** `2026-03-15`, or null. `language`: BCP 47, also for whether the month or the day comes first in figures. */
export function dateIn(text: string, language: string, words: EndOfTurnWords): string | null {
  const figures = /(?<!\d)(\d{1,4})[/.\s-]+(\d{1,2})[/.\s-]+(\d{2,4})(?!\d)/.exec(text);
  if (figures !== null) return ofFigures(figures.slice(1, 4), language);
  const spoken = spokenWords(text, words).words;
  const month = spoken.findIndex((word) => monthOf(word, language) > 0);
  if (month < 0) return null;
  const behind = numbersIn(spoken.slice(month + 1), words);
  const before = numbersIn(spoken.slice(0, month), words);
  if (behind === null || before === null) return null;
  const [day, year] = before.length > 0 ? [before[before.length - 1], behind.join('')] : splitDay(behind);
  return made(Number(year), monthOf(spoken[month], language), Number(day));
}

/** Eight keys, or six with a short year. */
export function typedDate(keys: string, language: string): string | null {
  if (!/^\d{6}$|^\d{8}$/.test(keys)) return null;
  return ofFigures([keys.slice(0, 2), keys.slice(2, 4), keys.slice(4)], language);
}

function ofFigures([a, b, c]: readonly string[], language: string): string | null {
  if (a.length === 4) return made(Number(a), Number(b), Number(c));
  const year = c.length === 4 ? Number(c) : fullYear(Number(c));
  return monthFirst(language) ? made(year, Number(a), Number(b)) : made(year, Number(b), Number(a));
}

/** A year of two figures is one of the last ninety or the next ten, as birthdays and appointments are. */
function fullYear(short: number): number {
  return short <= 35 ? 2000 + short : 1900 + short;
}

function monthFirst(language: string): boolean {
  return language === 'en' || /^en-(?:us|ca|ph)/i.test(language);
}

/** Numbers in a row: each ordinal or run of digits by itself. Null = one of them is not certain. */
function numbersIn(words: readonly string[], language: EndOfTurnWords): string[] | null {
  const found: string[] = [];
  let run: string[] = [];
  let isCertain = true;
  const close = () => {
    const digits = digitsIn(run.join(' '), language);
    if (digits === null) isCertain = false;
    else if (digits !== '') found.push(digits);
    run = [];
  };
  const ordinals = [...language.ordinals];
  for (const word of words) {
    const ordinal = ordinals.indexOf(word);
    const suffixed = /^(\d{1,2})(?:st|nd|rd|th|\.|er|º|ª)$/.exec(word)?.[1];
    if (suffixed !== undefined) {
      close();
      found.push(suffixed);
    } else if (ordinal >= 0) {
      if (ordinals.length < ORDERED || ordinal >= ORDERED) return null;
      // "twenty first"
      const tens =
        run.length > 0 && language.tens.has(run[run.length - 1]) ? Number(language.digits.get(run.pop()!)) : 0;
      close();
      found.push(String(tens + ordinal + 1));
    } else run.push(word);
  }
  close();
  return isCertain ? found : null;
}

/** "fifteen nineteen eighty five" is one run of digits: the year is its end. */
function splitDay(numbers: readonly string[]): [day: string, year: string] {
  const [first = '', ...rest] = numbers;
  if (rest.length > 0) return [first, rest.join('')];
  return first.length > 4 ? [first.slice(0, -4), first.slice(-4)] : [first, ''];
}

function monthOf(word: string, language: string): number {
  const bare = word.replace(/\.$/, '');
  for (const style of ['long', 'short'] as const) {
    const names = monthNames(language, style);
    const at = names.indexOf(bare);
    if (at >= 0) return at + 1;
  }
  return 0;
}

const NAMES = new Map<string, string[]>();
function monthNames(language: string, style: 'long' | 'short'): string[] {
  const key = `${language} ${style}`;
  let names = NAMES.get(key);
  if (names === undefined) {
    const format = new Intl.DateTimeFormat(language, { month: style, timeZone: 'UTC' });
    names = Array.from({ length: 12 }, (_, i) =>
      format
        .format(new Date(Date.UTC(2026, i, 1)))
        .toLowerCase()
        .replace(/\.$/, ''),
    );
    NAMES.set(key, names);
  }
  return names;
}

function made(year: number, month: number, day: number): string | null {
  if (year < 1850 || year > 2200 || month < 1 || month > 12 || day < 1) return null;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}
