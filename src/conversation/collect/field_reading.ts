// What a caller's words or keys give of a field: all of it, a part, nothing, or something that can't be right. Digits gather over
// turns; the rest is given in one. Pure; what is said next is collector.ts.

import type { Field } from '../../call/field.js';
import type { LanguagePack } from '../languages/language_pack.js';
import { spokenWords } from '../turns/spoken_words.js';
import { cardLength, passesLuhn } from './luhn.js';
import { dateIn, typedDate } from './spoken_date.js';
import { digitsIn } from './spoken_digits.js';
import { emailIn } from './spoken_email.js';

export type FieldReading =
  | { state: 'none' | 'wrong' }
  /** `digits`: all that there are so far. */
  | { state: 'partial'; digits: string }
  /** `said`: the value in words for the ear. */
  | { state: 'whole'; value: string; said: string };

export interface ReadingContext {
  /** BCP 47. */
  language: string;
  pack: LanguagePack;
  /** Digits of this field from before. */
  before: string;
}

const PHONE_DIGITS = { min: 7, max: 15 } as const;
const ADDRESS_WORDS_MIN = 3;
const NONE: FieldReading = { state: 'none' };
const WRONG: FieldReading = { state: 'wrong' };

/** Whether the field is made of digits alone. */
export function isNumber({ kind }: Field): boolean {
  return kind === 'card_number' || kind === 'digits' || kind === 'phone';
}

/** What was said. */
export function readSpoken(field: Field, text: string, context: ReadingContext): FieldReading {
  const { language, pack } = context;
  if (isNumber(field)) {
    const digits = digitsIn(text, pack.endOfTurn);
    if (digits === null) return WRONG;
    return digits === '' ? NONE : ofDigits(field, context.before, digits, /(?:^|\s)\+\d/.test(text));
  }
  if (field.kind === 'email') {
    const address = emailIn(text, pack.endOfTurn, pack.symbols);
    if (address === null) return text.includes('@') || hasAt(text, pack) ? WRONG : NONE;
    return { state: 'whole', value: address, said: spelled(address, pack) };
  }
  const words = withoutLead(text);
  if (field.kind === 'date') {
    const value = dateIn(text, language, pack.endOfTurn);
    if (value !== null) return { state: 'whole', value, said: dateSaid(value, language) };
    return digitsIn(text, pack.endOfTurn) === '' ? NONE : { state: 'whole', value: words, said: words };
  }
  const isAddress = /\d/.test(words) || words.split(/\s+/).length >= ADDRESS_WORDS_MIN;
  return isAddress ? { state: 'whole', value: words, said: words } : NONE;
}

/** What was typed: digits only, without the keys that end or empty an entry. */
export function readTyped(field: Field, keys: string, context: ReadingContext): FieldReading {
  if (isNumber(field)) return keys === '' ? NONE : ofDigits(field, context.before, keys, false);
  if (field.kind !== 'date') return NONE;
  const value = typedDate(keys, context.language);
  return value === null ? WRONG : { state: 'whole', value, said: dateSaid(value, context.language) };
}

/** Whether an entry of so many keys needs no hash key. */
export function isWholeEntry(field: Field, keys: string): boolean {
  if (field.kind === 'card_number') return keys.length >= cardLength(keys);
  if (field.kind === 'date') return keys.length >= 8;
  if (field.kind === 'digits') return field.lengths.length > 0 && keys.length >= Math.max(...field.lengths);
  return keys.length >= PHONE_DIGITS.max;
}

function ofDigits(field: Field, before: string, more: string, isAbroad: boolean): FieldReading {
  const [shortest, longest] = lengthsOf(field, before + more);
  const fits = (digits: string) =>
    digits.length >= shortest &&
    digits.length <= longest &&
    (field.lengths.length === 0 || field.lengths.includes(digits.length)) &&
    (field.kind !== 'card_number' || passesLuhn(digits));
  // Whoever begins anew says all of it.
  for (const digits of before === '' ? [more] : [before + more, more]) {
    if (!fits(digits)) continue;
    const value = isAbroad && before === '' ? `+${digits}` : digits;
    return { state: 'whole', value, said: oneByOne(value) };
  }
  const all = before + more;
  return all.length < shortest ? { state: 'partial', digits: all } : WRONG;
}

function lengthsOf({ kind, lengths }: Field, digits: string): readonly [number, number] {
  if (kind === 'card_number') return [cardLength(digits), cardLength(digits)];
  if (kind === 'phone') return [PHONE_DIGITS.min, PHONE_DIGITS.max];
  return lengths.length === 0 ? [1, 64] : [Math.min(...lengths), Math.max(...lengths)];
}

/** Digits are heard best one by one, in groups. */
export function oneByOne(digits: string): string {
  const bare = digits.replace(/\D/g, '');
  const size = bare.length % 4 === 0 ? 4 : 3;
  const groups: string[] = [];
  for (let at = 0; at < bare.length; ) {
    // No digit stands alone at the end.
    const left = bare.length - at;
    const count = left <= size + 1 ? left : size;
    groups.push([...bare.slice(at, at + count)].join(' '));
    at += count;
  }
  return groups.join(', ');
}

function hasAt(text: string, { endOfTurn }: LanguagePack): boolean {
  return spokenWords(text, endOfTurn).words.some((word) => endOfTurn.at.has(word));
}

function spelled(address: string, { symbols }: LanguagePack): string {
  const said: Record<string, string> = {
    '@': symbols?.at ?? 'at',
    '.': symbols?.dot ?? 'dot',
    _: symbols?.underscore ?? 'underscore',
    '-': symbols?.dash ?? 'dash',
    '+': symbols?.plus ?? 'plus',
  };
  return address.replace(/[@._+-]/g, (sign) => ` ${said[sign]} `).trim();
}

function dateSaid(iso: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${iso}T00:00:00Z`));
}

/** Without the full stop that a recogniser puts, and without "my address is". */
function withoutLead(text: string): string {
  return text
    .trim()
    .replace(/[.!]+$/, '')
    .replace(/^(?:(?:um|uh|yes|sure|okay|so|well)[, ]+)*(?:it is|it's|that is|that's|my [\p{L} ]{1,20} is)\s+/iu, '');
}
