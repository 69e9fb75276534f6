// Says the signs of one expression: a word, or the few words around a number that belong together ("5 - 10 %"). Amounts
// and units are quantities.ts; here ranges, calculations, comparisons and all other signs. Pure, a table in the tests.

import type { SymbolWords } from '../languages/symbol_words.js';
import { type Item, Quantities } from './quantities.js';
import { tokensOf } from './sign_tokens.js';

const DASH = /^[-–—−]$/;
/** Brackets, quotes and marks of markdown: never said. */
const SILENT = /^[()[\]{}|"“”„«»‹›「」『』`*_~\\|^#<>]$/;
/** Between two words without white space these part them; others join. */
const ARROW = /^(?:→|->|-->|⟶|➔|➜|➝|›)$/;
const PAUSE = /^(?:[•·●▪◦‣|⇒←↔⟵]|=>|<-|<->)$/;
const PUNCTUATION = /^[.,?!;:'’¿¡…]$/;

export class SpokenSigns {
  readonly #words: SymbolWords;
  readonly #quantities: Quantities;
  readonly #language: string;
  #days: ReadonlySet<string> | null = null;
  #items: Item[] = [];
  #out = '';
  /** The next word begins behind a space, whatever was written. */
  #gap = false;

  constructor(language: string, words: SymbolWords) {
    this.#language = language;
    this.#words = words;
    this.#quantities = new Quantities(language, words);
  }

  /** A weekday or a month, long or short: what may begin a range. */
  isDay(word: string): boolean {
    this.#days ??= dayNames(this.#language);
    return this.#days.has(word.toLowerCase().replace(/\.$/, ''));
  }

  /** The expression in words; numbers stay in digits. Marks of punctuation stay. */
  say(text: string): string {
    const days = text.replace(/(\p{L}{2,5})\.(?=\s?[-–]\s?\p{L})/gu, (whole, word: string) =>
      this.isDay(word) ? word : whole,
    );
    this.#items = this.#withRanges(this.#quantities.find(tokensOf(days)));
    this.#out = '';
    this.#gap = false;
    for (let i = 0; i < this.#items.length; i++) this.#item(i);
    return this.#out;
  }

  /** Ranges become one item: "$5" "-" "$10" is "5 to 10 dollars". */
  #withRanges(items: Item[]): Item[] {
    const isEquation = items.some(({ text }) => text === '=');
    const merged: Item[] = [];
    for (let i = 0; i < items.length; i++) {
      const [from, dash, to] = [items[i], items[i + 1], items[i + 2]];
      const isBetween =
        dash !== undefined && to !== undefined && dash.spaced === to.spaced && /^[-–—~]$/.test(dash.text);
      const isChain = isDashAt(items, i - 1, false) || isDashAt(items, i + 3, false);
      if (isBetween && from.kind === 'quantity' && to.kind === 'quantity' && !isEquation && !isChain) {
        if (dash.text !== '-' || isRange(from, to) || (dash.spaced && areHours(from, to))) {
          merged.push({ ...to, text: this.#quantities.range(from, to), spaced: from.spaced });
          i += 2;
          continue;
        }
      }
      if (isBetween && this.#areNames(from, dash, to)) {
        merged.push({ ...from, text: `${from.text} ${this.#words.to} ${to.text}` });
        i += 2;
        continue;
      }
      merged.push(from);
    }
    return merged;
  }

  /** "Mon–Fri", "A-Z". */
  #areNames(from: Item, dash: Item, to: Item): boolean {
    if (from.kind === 'sign' || to.kind === 'sign' || dash.text === '~') return false;
    const isLetters = /^\p{Lu}$/u.test(from.text) && /^\p{Lu}$/u.test(to.text) && from.text < to.text;
    if (isLetters && !dash.spaced && (dash.text !== '-' || from.text + to.text === 'AZ')) return true;
    const [a, b] = [this.isDay(from.text), this.isDay(to.text)];
    return (a && (b || to.kind === 'quantity')) || (b && from.kind === 'quantity');
  }

  #item(at: number): void {
    const item = this.#items[at];
    const { text } = item;
    if (item.kind === 'quantity' || item.kind === 'number' || item.kind === 'letters') return this.#letters(at);
    if (item.kind === 'currency') {
      if (!/^(?:\p{Sc}|\S*\$|¢)$/u.test(text) || !this.#isNamed(text)) return this.#put(text, item.spaced);
      return this.#say(this.#quantities.currencyName(text));
    }
    if (DASH.test(text)) return this.#dash(at);
    const word = this.#sign(at);
    if (word !== null) return this.#say(word);
    if (PAUSE.test(text) && (text !== '|' || item.spaced)) return this.#pause(item.spaced);
    if (text === '/') return this.#slash(at);
    if (SILENT.test(text)) {
      // What parted two words does not join them when it goes.
      this.#gap ||= item.spaced || (at > 0 && this.#items[at + 1]?.spaced === false && !this.#isPunctuation(at + 1));
      return;
    }
    this.#put(text, item.spaced);
  }

  #letters(at: number): void {
    const item = this.#items[at];
    if (/^x$/i.test(item.text) && this.#isBetweenQuantities(at)) {
      return this.#say(this.#isEquation() ? this.#words.times : this.#words.by);
    }
    // "-5": said before the number, and behind whatever stood there.
    this.#put(item.text, item.spaced);
    this.#gap ||= item.kind === 'quantity' && item.text.includes(' ') && !this.#isPunctuation(at + 1);
  }

  /** A sign that has a word of its own here; null: none. */
  #sign(at: number): string | null {
    const w = this.#words;
    const [before, { text, spaced }, next] = [this.#items[at - 1], this.#items[at], this.#items[at + 1]];
    const beforeNumber = next?.kind === 'quantity' && !next.spaced;
    const stands =
      (before === undefined || spaced) && (next === undefined || next.spaced || this.#isPunctuation(at + 1));
    switch (text) {
      case '+':
        return w.plus;
      case '−':
        return w.minus;
      case '±':
      case '+/-':
      case '+-':
        return w.plusMinus;
      case '×':
        return this.#isEquation() || spaced ? w.times : w.by;
      case '*':
        if (this.#isBetweenQuantities(at)) return w.times;
        return stands || (beforeNumber && before === undefined) ? w.star : null;
      case '÷':
        return w.dividedBy;
      case '=':
      case '==':
        return w.equals;
      case '≠':
      case '!=':
        return w.notEqual;
      case '<':
        return stands || isTerm(next) || isTerm(before) ? this.#compared(at, w.less) : null;
      case '>':
        return stands || next?.kind === 'quantity' || before?.kind === 'quantity' ? this.#compared(at, w.more) : null;
      case '≤':
      case '<=':
        return this.#compared(at, w.atMost);
      case '≥':
      case '>=':
        return this.#compared(at, w.atLeast);
      case '≈':
        return w.about;
      case '~':
        return beforeNumber || (stands && next?.kind === 'quantity') ? w.about : null;
      case '^':
        return before !== undefined && next?.spaced === spaced && next.kind !== 'sign' ? w.toThePower : null;
      case '#':
        if (next?.kind === 'quantity') return w.number;
        if (before?.kind === 'letters' && /^\p{Lu}$/u.test(before.text) && !spaced) return w.sharp;
        return stands || (before?.kind === 'quantity' && !spaced) ? w.hash : null;
      case '@':
        return w.at;
      case '&':
        return w.and;
      case '%':
        return w.percent;
      case '‰':
        return w.perMille;
      case '°':
        return w.degrees[1];
      case '§':
        return w.section;
      default:
        return ARROW.test(text) ? w.to : null;
    }
  }

  /** "less than 5", but "5 is less than 10". */
  #compared(at: number, word: string): string {
    const before = this.#items[at - 1];
    return before === undefined || before.kind === 'sign' ? word : `${this.#words.is} ${word}`;
  }

  #dash(at: number): void {
    const [before, { text, spaced }, next] = [this.#items[at - 1], this.#items[at], this.#items[at + 1]];
    const beforeQuantity = next?.kind === 'quantity' && !next.spaced;
    const begins = before === undefined || spaced || (before.kind === 'sign' && !this.#isPunctuation(at - 1));
    if (text === '−' || (beforeQuantity && begins && text !== '—')) return this.#say(this.#words.minus);
    if (this.#isBetweenQuantities(at) && this.#isEquation()) return this.#say(this.#words.minus);
    if (this.#isBetweenQuantities(at) && spaced && text === '-') {
      if (!isDashAt(this.#items, at - 2, true) && !isDashAt(this.#items, at + 2, true))
        return this.#say(this.#words.minus);
      this.#gap = true; // "555 - 123 - 4567" is read group by group
      return;
    }
    const joins = before !== undefined && next !== undefined && !spaced && !next.spaced;
    if (joins && (text === '-' || (text === '–' && isName(before) && isName(next)))) return this.#put('-', false);
    this.#pause(true);
  }

  /** Between words a space, alone a pause. "per" and dates are quantities. */
  #slash(at: number): void {
    const next = this.#items[at + 1];
    if (this.#isBetweenQuantities(at)) return this.#say(this.#isEquation() ? this.#words.dividedBy : this.#words.slash);
    const [number, unit] = [this.#items[at - 2], this.#items[at - 1]];
    if (number?.kind === 'quantity' && unit.text.length <= 3 && next?.kind === 'letters')
      return this.#say(this.#words.per);
    if (this.#items[at].spaced && next?.spaced) return this.#pause(true);
    this.#gap = true;
  }

  #isBetweenQuantities(at: number): boolean {
    const [before, item, next] = [this.#items[at - 1], this.#items[at], this.#items[at + 1]];
    return before?.kind === 'quantity' && next?.kind === 'quantity' && item.spaced === next.spaced;
  }

  #isEquation(): boolean {
    return this.#items.some(({ text }) => text === '=');
  }

  #isPunctuation(at: number): boolean {
    return PUNCTUATION.test(this.#items[at]?.text ?? '');
  }

  #isNamed(sign: string): boolean {
    return sign === '¢' || this.#quantities.knows(sign);
  }

  #say(word: string): void {
    this.#gap = true;
    this.#put(word, true);
    this.#gap = true;
  }

  #pause(spaced: boolean): void {
    if (this.#out !== '' && !/[.,?!;:]\s*$/.test(this.#out)) this.#out += ',';
    else if (this.#out === '' && spaced) this.#out = ',';
    this.#gap = true;
  }

  #put(text: string, spaced: boolean): void {
    const glued = PUNCTUATION.test(text) && !spaced;
    const joins = /\d$/.test(this.#out) && /^\d/.test(text); // two numbers are never made one
    if ((spaced || joins || this.#gap) && this.#out !== '' && !glued) this.#out += ' ';
    this.#out += text;
    this.#gap = false;
  }
}

function isDashAt(items: readonly Item[], at: number, spaced: boolean): boolean {
  const item = items[at];
  return (
    item !== undefined && /^[-–]$/.test(item.text) && (spaced || !item.spaced) && items[at + 1]?.spaced === item.spaced
  );
}

/** What may stand in a comparison without spaces: "x<y", "5<6"; not the rest of a tag. */
function isTerm(item: Item | undefined): boolean {
  return item !== undefined && (item.kind === 'quantity' || (item.kind === 'letters' && item.text.length <= 2));
}

function isName({ kind, text }: Item): boolean {
  return kind === 'quantity' || /^\p{Lu}/u.test(text);
}

/** Two numbers around a plain hyphen: from one to the other, or groups of a number that is read group by group? */
function isRange(from: Item, to: Item): boolean {
  const { value, number } = from;
  if (from.unit !== '' || to.unit !== '' || /\D/.test(number) || /\D/.test(to.number)) {
    // Money, units, times of day. "12/25-12/31" has no values.
    return Number.isNaN(value) || Number.isNaN(to.value) || value < to.value || /[:apm]/i.test(number);
  }
  if (/^0/.test(number) || /^0/.test(to.number) || value >= to.value) return false;
  const [a, b] = [number.length, to.number.length];
  if (a === 4 && b === 4) return value >= 1000 && to.value <= 2200; // years
  return a <= 3 && b <= 3;
}

/** "9 - 5": with spaces around the dash no score and no code. */
function areHours(from: Item, to: Item): boolean {
  return /^(?:[1-9]|1[0-2])$/.test(from.number) && /^(?:[1-9]|1[0-2])$/.test(to.number);
}

function dayNames(language: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const length of ['long', 'short'] as const) {
    const weekday = new Intl.DateTimeFormat(language, { weekday: length, timeZone: 'UTC' });
    const month = new Intl.DateTimeFormat(language, { month: length, timeZone: 'UTC' });
    for (let i = 0; i < 12; i++) {
      names.add(
        month
          .format(Date.UTC(2024, i, 1))
          .toLowerCase()
          .replace(/\.$/, ''),
      );
      if (i < 7)
        names.add(
          weekday
            .format(Date.UTC(2024, 0, 1 + i))
            .toLowerCase()
            .replace(/\.$/, ''),
        );
    }
  }
  return names;
}
