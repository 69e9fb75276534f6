// Finds the quantities in a line of tokens and says them: amounts of money, percent, degrees, units, and ranges of them.
// The number itself stays in digits, which every voice reads. What other signs mean is spoken_signs.ts.

import type { SymbolWords } from '../languages/symbol_words.js';
import { CURRENCY_SIGNS, currencyCode, type Token, type TokenKind, unitBehindSlash, unitOf } from './sign_tokens.js';

/** A token, or several of them said as one quantity. */
export interface Item {
  kind: TokenKind | 'quantity';
  text: string;
  spaced: boolean;
  /** Of a quantity: how its number is said, and the unit behind it; '' = none. */
  number: string;
  unit: string;
  value: number;
  /** The sign or letters of its currency; '' = none. */
  currency: string;
}

/** Behind an hour. */
const CLOCK = /^(?:[ap]\.?m\.?|h|uhr|heures?|horas?)$/i;

/** Intl objects cost 50 µs and more to make: kept, a handful for a language. */
const pluralRules = new Map<string, Intl.PluralRules>();
const formats = new Map<string, Intl.NumberFormat>();

export class Quantities {
  readonly #language: string;
  readonly #words: SymbolWords;

  constructor(language: string, words: SymbolWords) {
    this.#language = language;
    this.#words = words;
  }

  /** The tokens with every quantity said. */
  find(tokens: readonly Token[]): Item[] {
    const items: Item[] = [];
    for (let i = 0; i < tokens.length; ) {
      const before = tokens[i - 1];
      const [item, used] = this.#money(tokens, i) ?? this.#number(tokens, i) ?? [plain(tokens[i]), 1];
      item.spaced = tokens[i].spaced;
      i += used;
      const isName =
        before?.kind === 'letters' && !(/^x$/i.test(before.text) && tokens[i - used - 2]?.kind === 'number');
      if (item.kind === 'quantity' && !item.spaced && isName) {
        // "Q1" and "v2" are names: what is glued to letters is no quantity.
        items[items.length - 1].text += item.text;
        continue;
      }
      i += this.#per(item, tokens, i);
      items.push(item);
    }
    return items;
  }

  /** "$5" "10": the second amount is of the first one's currency. */
  range(from: Item, to: Item): string {
    const { to: word } = this.#words;
    if (from.currency !== '' && to.currency === '') {
      const amount = this.#amount(to.number, '', from.currency);
      if (amount.unit !== '' && from.unit !== '') return `${from.number} ${word} ${amount.text}`;
      return `${from.text} ${word} ${amount.text}`;
    }
    const sameUnit = from.unit !== '' && to.unit !== '' && from.currency === to.currency;
    const short = sameUnit && (from.currency !== '' || from.unit === to.unit);
    return `${short ? from.number : from.text} ${word} ${to.text}`;
  }

  /** A sign of a currency that has a name. */
  knows(sign: string): boolean {
    return currencyCode(sign) !== null;
  }

  /** A currency sign that stands alone. */
  currencyName(sign: string): string {
    if (sign === '¢') return this.#words.money.$[3];
    return this.#currencyUnit(sign, 2);
  }

  #money(tokens: readonly Token[], at: number): [Item, number] | null {
    let i = at;
    const sign = tokens[i];
    if (isCurrency(sign)) {
      i++;
      if (sign.text.toLowerCase() === 'rs' && tokens[i]?.text === '.') i++;
      const isNegative = isMinus(tokens[i]) && !tokens[i].spaced;
      if (isNegative) i++;
      const number = tokens[i];
      if (number?.kind !== 'number' || (isNegative && number.spaced)) return null;
      i++;
      const [magnitude, used] = this.#magnitude(tokens, i);
      const item = this.#amount(number.text, magnitude, sign.text);
      if (isNegative) item.text = `${this.#words.minus} ${item.text}`;
      return [item, i + used - at];
    }
    if (sign.kind !== 'number') return null;
    let digits = sign.text;
    i++;
    // "1 299,00 €": a space between groups of three digits, where a currency follows.
    while (/^\d{1,3}(?: \d{3})*$/.test(digits) && tokens[i]?.spaced && /^\d{3}(?:,\d+)?$/.test(tokens[i].text)) {
      digits += ` ${tokens[i++].text}`;
    }
    const [magnitude, used] = this.#magnitude(tokens, i);
    const currency = tokens[i + used];
    if (currency === undefined || !isCurrency(currency)) return null;
    // "12 $5": the sign belongs to the number behind it.
    const next = tokens[i + used + 1];
    if (currency.spaced && next?.kind === 'number' && !next.spaced) return null;
    const dot = /^rs$/i.test(currency.text) && next?.text === '.' && !next.spaced ? 1 : 0;
    return [this.#amount(digits, magnitude, currency.text), i + used + 1 + dot - at];
  }

  /** The magnitude at `at` in words, '' for none, and how many tokens it took. */
  #magnitude(tokens: readonly Token[], at: number): [string, number] {
    const { magnitudes, scale } = this.#words;
    const token = tokens[at];
    if (token?.kind !== 'letters') return ['', 0];
    const dot = tokens[at + 1]?.text === '.' && !tokens[at + 1].spaced ? 1 : 0;
    if (scale.test(token.text)) return [token.text, 1];
    const long = /^(?:(mio)|(mrd|mia|mds?)|(bio))$/i.exec(token.text);
    if (long) return [magnitudes[long[1] ? 'M' : long[2] ? 'B' : 'T'][1], 1 + dot];
    const letter = /^(?:([kK])|(m|M|mm|MM|mn|mln)|(b|B|bn|bln|Bn|BN)|(t|T|tn))$/.exec(token.text);
    // A letter with a space before it may be anything.
    if (letter === null || (token.spaced && !/^(?:[KMB]|mn|bn|mln|bln)$/.test(token.text))) return ['', 0];
    const key = letter[1] ? 'K' : letter[2] ? 'M' : letter[3] ? 'B' : 'T';
    return [magnitudes[key][1], 1];
  }

  #number(tokens: readonly Token[], at: number): [Item, number] | null {
    const number = tokens[at];
    if (number.kind !== 'number') return null;
    const value = numberValue(number.text);
    const [next, after, third] = [tokens[at + 1], tokens[at + 2], tokens[at + 3]];
    if (next === undefined) return [quantity(number.text, '', value), 1];
    const { percent, perMille } = this.#words;
    if (next.text === '%') return [quantity(number.text, percent, value), 2];
    if (next.text === '‰') return [quantity(number.text, perMille, value), 2];
    if (/^[º°][CF]?$/.test(next.text)) {
      const letter = next.text.length === 1 && /^[CF]$/.test(after?.text ?? '') && !after.spaced ? after.text : '';
      if (next.text[0] === '°' || letter !== '')
        return [this.#measure(number, `°${next.text.slice(1)}${letter}`, value), letter === '' ? 2 : 3];
    }
    if (next.text === '/' && !next.spaced && after?.kind === 'number' && !after.spaced) {
      // A date or a fraction: the voice knows which.
      const date = tokens[at + 4];
      const isLong = third?.text === '/' && date?.kind === 'number' && !third.spaced && !date.spaced;
      const text = `${number.text}/${after.text}${isLong ? `/${date.text}` : ''}`;
      return [quantity(text, '', Number.NaN), isLong ? 5 : 3];
    }
    if (next.kind !== 'letters') return [quantity(number.text, '', value), 1];
    const compound = after?.text === '/' && third?.kind === 'letters' ? `${next.text}/${third.text}` : '';
    if (compound !== '' && unitOf(compound) !== null) return [this.#measure(number, compound, value), 4];
    if (unitOf(next.text) !== null) return [this.#measure(number, next.text, value), 2];
    if (CLOCK.test(next.text)) {
      return [quantity(`${number.text}${next.spaced ? ' ' : ''}${next.text}`, '', value), 2];
    }
    // "0x1F" is no product; "5th", "10K" and "3D" are one word, "2x" is two.
    if (!next.spaced && (number.text === '0' || !/^x$/i.test(next.text))) {
      let used = 2;
      let text = number.text + next.text;
      for (; tokens[at + used]?.kind === 'number' && !tokens[at + used].spaced; used++) text += tokens[at + used].text;
      return [quantity(text, '', value), used];
    }
    if (!next.spaced && (after === undefined || after.kind !== 'number' || after.spaced)) {
      return [quantity(`${number.text} ${this.#words.times}`, '', value), 2];
    }
    return [quantity(number.text, '', value), 1];
  }

  /** "/month" behind a quantity: adds it to the item; returns how many tokens that took. */
  #per(item: Item, tokens: readonly Token[], at: number): number {
    if (item.kind !== 'quantity' || tokens[at]?.text !== '/' || (tokens[at].spaced && item.unit === '')) return 0;
    const unit = tokens[at + 1];
    if (unit === undefined || unit.spaced !== tokens[at].spaced || (unit.kind !== 'letters' && item.unit === ''))
      return 0;
    if (unit.kind !== 'letters' && unit.kind !== 'number') return 0;
    const known = unitBehindSlash(unit.text);
    item.text += ` ${this.#words.per} ${known === null ? unit.text : this.#unitName(known, 1)}`;
    item.unit = '';
    return 2;
  }

  #measure(number: Token, symbol: string, value: number): Item {
    if (symbol === '°') {
      const [one, many] = this.#words.degrees;
      return quantity(number.text, value === 1 ? one : many, value);
    }
    return quantity(number.text, this.#unitName(unitOf(symbol)!, value), value);
  }

  #unitName(unit: string, value: number): string {
    const key = `${this.#language} ${unit}`;
    let format = formats.get(key);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.#language, { style: 'unit', unit, unitDisplay: 'long' });
      formats.set(key, format);
    }
    const parts = format.formatToParts(Number.isFinite(value) ? value : 2);
    return parts
      .filter(({ type }) => type === 'unit')
      .map((part) => part.value)
      .join(' ');
  }

  #amount(digits: string, magnitude: string, currency: string): Item {
    const { money, and, scaleTakesOf, ofUnit, magnitudes } = this.#words;
    const value = numberValue(digits);
    if (currency === '¢') return quantity(digits, money.$[value === 1 ? 2 : 3], value, currency);
    if (magnitude !== '') {
      const spoken =
        value === 1 ? (Object.values(magnitudes).find(([, many]) => many === magnitude)?.[0] ?? magnitude) : magnitude;
      const unit = this.#currencyUnit(currency, 2);
      return quantity(`${digits} ${spoken}`, scaleTakesOf.test(spoken) ? ofUnit(unit) : unit, value, currency);
    }
    const words = moneyWords(money, currency);
    const cents = words === undefined ? null : /^(.*)[.,](\d{2})$/.exec(digits);
    if (words === undefined || cents === null)
      return quantity(digits, this.#currencyUnit(currency, value), value, currency);
    const minor = Number(cents[2]);
    const major = quantity(cents[1], this.#currencyUnit(currency, numberValue(cents[1])), value, currency);
    if (minor === 0 && cents[1] !== '') return major;
    const small = `${minor} ${minor === 1 ? words[2] : words[3]}`;
    const text = /^0*$/.test(cents[1]) ? small : `${major.text} ${and} ${small}`;
    return { ...major, text, unit: '' };
  }

  #currencyUnit(currency: string, value: number): string {
    const words = moneyWords(this.#words.money, currency);
    if (words !== undefined) return words[this.#isOne(value) ? 0 : 1];
    const code = currencyCode(currency)!;
    const key = `${this.#language} ${code}`;
    let format = formats.get(key);
    if (format === undefined) {
      format = new Intl.NumberFormat(this.#language, { style: 'currency', currency: code, currencyDisplay: 'name' });
      formats.set(key, format);
    }
    return format.formatToParts(value).find(({ type }) => type === 'currency')!.value;
  }

  #isOne(value: number): boolean {
    let rules = pluralRules.get(this.#language);
    if (rules === undefined) {
      rules = new Intl.PluralRules(this.#language);
      pluralRules.set(this.#language, rules);
    }
    return rules.select(Number.isFinite(value) ? value : 2) === 'one';
  }
}

/** The short words for a plain sign; "US$" and "INR" are named in full by Intl. */
function moneyWords(money: SymbolWords['money'], currency: string): SymbolWords['money'][string] | undefined {
  if (Object.hasOwn(money, currency)) return money[currency];
  const sign = Object.keys(money).find((each) => CURRENCY_SIGNS[each] === currency);
  return sign === undefined || currency === 'USD' ? undefined : money[sign];
}

function quantity(number: string, unit: string, value: number, currency = ''): Item {
  return {
    kind: 'quantity',
    text: unit === '' ? number : `${number} ${unit}`,
    spaced: false,
    number,
    unit,
    value,
    currency,
  };
}

function plain({ kind, text, spaced }: Token): Item {
  return { kind, text, spaced, number: '', unit: '', value: Number.NaN, currency: '' };
}

function isCurrency(token: Token): boolean {
  return (token.kind === 'currency' || token.kind === 'letters') && currencyCode(token.text) !== null;
}

function isMinus(token: Token | undefined): boolean {
  return token !== undefined && /^[-−–]$/.test(token.text);
}

/** What written digits amount to, whichever mark stands for decimals: "1,299", "1.299,50", "4,5". */
export function numberValue(digits: string): number {
  const plainDigits = digits.replace(/['’ ]/g, '');
  if (plainDigits.includes(':')) return Number(plainDigits.split(':')[0]);
  const [last] = /[.,](?=\d*$)/.exec(plainDigits) ?? [''];
  if (last === '') return Number(plainDigits);
  const [whole, decimals] = [
    plainDigits.slice(0, plainDigits.lastIndexOf(last)),
    plainDigits.slice(plainDigits.lastIndexOf(last) + 1),
  ];
  const isGroup =
    decimals.length === 3 && whole !== '' && !/^0/.test(whole) && (!/[.,]/.test(whole) || whole.includes(last));
  const text = isGroup ? plainDigits.replace(/[.,]/g, '') : `${whole.replace(/[.,]/g, '')}.${decimals}`;
  return Number(text);
}
