// Cuts written text into numbers, words and signs for those who say them (quantities.ts, spoken_signs.ts), and knows
// which signs are currencies and which letters behind a number are units.

export type TokenKind = 'number' | 'letters' | 'currency' | 'sign';

export interface Token {
  kind: TokenKind;
  text: string;
  /** White space stands before it. */
  spaced: boolean;
}

/** Sign -> ISO 4217. */
export const CURRENCY_SIGNS: Readonly<Record<string, string>> = {
  $: 'USD',
  US$: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  'CN¥': 'CNY',
  '¢': 'USD',
  '₹': 'INR',
  '₨': 'INR',
  '₩': 'KRW',
  '₽': 'RUB',
  '₺': 'TRY',
  '₪': 'ILS',
  '₫': 'VND',
  '฿': 'THB',
  '₦': 'NGN',
  '₱': 'PHP',
  '₴': 'UAH',
  '₡': 'CRC',
  '₲': 'PYG',
  '₵': 'GHS',
  '₸': 'KZT',
  '₾': 'GEL',
  '₼': 'AZN',
  '৳': 'BDT',
  '៛': 'KHR',
  R$: 'BRL',
  CA$: 'CAD',
  C$: 'CAD',
  AU$: 'AUD',
  A$: 'AUD',
  NZ$: 'NZD',
  HK$: 'HKD',
  S$: 'SGD',
  MX$: 'MXN',
};
/** Letters that name a currency beside a number. The common ones only: "TRY" and "ALL" are words. */
const CURRENCY_LETTERS = new Set(
  `USD EUR GBP CHF CAD AUD NZD JPY CNY INR SEK NOK DKK PLN CZK HUF RUB ILS ZAR BRL MXN SGD HKD KRW THB AED SAR TWD`.split(
    ' ',
  ),
);

/** ISO code of a currency sign or of letters that stand for one ("Rs", "EUR"); null: none. */
export function currencyCode(text: string): string | null {
  if (Object.hasOwn(CURRENCY_SIGNS, text)) return CURRENCY_SIGNS[text];
  if (/^rs\.?$/i.test(text)) return 'INR';
  return CURRENCY_LETTERS.has(text) ? text : null;
}

/** Letters behind a number -> unit of Intl.NumberFormat. Single letters stay as they are: "5 m" may be minutes. */
const UNITS: Readonly<Record<string, string>> = {
  km: 'kilometer',
  cm: 'centimeter',
  mm: 'millimeter',
  kg: 'kilogram',
  ml: 'milliliter',
  mL: 'milliliter',
  ft: 'foot',
  yd: 'yard',
  lb: 'pound',
  lbs: 'pound',
  oz: 'ounce',
  min: 'minute',
  mins: 'minute',
  sec: 'second',
  secs: 'second',
  hr: 'hour',
  hrs: 'hour',
  yr: 'year',
  yrs: 'year',
  KB: 'kilobyte',
  kB: 'kilobyte',
  MB: 'megabyte',
  GB: 'gigabyte',
  TB: 'terabyte',
  mph: 'mile-per-hour',
  kmh: 'kilometer-per-hour',
  kph: 'kilometer-per-hour',
  'km/h': 'kilometer-per-hour',
  'mi/h': 'mile-per-hour',
  'm/s': 'meter-per-second',
  'l/km': 'liter-per-kilometer',
  'MB/s': 'megabyte-per-second',
  'GB/s': 'gigabyte-per-second',
  '°C': 'celsius',
  '°F': 'fahrenheit',
  '°': 'degree',
};
/** Behind a slash even single letters are units: "5 mg/h", "$9/mo". */
const UNITS_BEHIND_SLASH: Readonly<Record<string, string>> = {
  ...UNITS,
  h: 'hour',
  s: 'second',
  d: 'day',
  wk: 'week',
  mo: 'month',
  y: 'year',
  m: 'meter',
  g: 'gram',
  l: 'liter',
  L: 'liter',
  gal: 'gallon',
  mi: 'mile',
};

export function unitOf(letters: string): string | null {
  return Object.hasOwn(UNITS, letters) ? UNITS[letters] : null;
}

export function unitBehindSlash(letters: string): string | null {
  return Object.hasOwn(UNITS_BEHIND_SLASH, letters) ? UNITS_BEHIND_SLASH[letters] : null;
}

const NUMBER = String.raw`\d{1,2}:\d{2}(?::\d{2})?(?!\d)|\d+(?:[.,'’]\d+)*|(?<![\p{L}\p{N}.,])\.\d+`;
const LETTERS = String.raw`[ap]\.m\.|[\p{L}\p{M}\u200c\u200d]+(?:['’][\p{L}\p{M}]+)*`;
const CURRENCY = String.raw`(?:US|CA|AU|NZ|HK|MX|C|A|S|R)?\$|(?:CN)?¥|\p{Sc}`;
const SIGN = String.raw`<->|-->|->|<-|=>|<=|>=|={2,}|!=|\+\/-|\+-|°\s?[CF](?!\p{L})|.`;
const TOKEN = new RegExp(
  `(\\s*)(?:(?<currency>${CURRENCY})|(?<number>${NUMBER})|(?<letters>${LETTERS})|(?<sign>${SIGN}))`,
  'gsu',
);

/** All of `text` in order; white space at its end is lost. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 1: space, groups = {} } of text.matchAll(TOKEN)) {
    const kind = (['currency', 'number', 'letters', 'sign'] as const).find((each) => groups[each] !== undefined)!;
    tokens.push({ kind, text: groups[kind].replace(/\s/g, ''), spaced: space !== '' });
  }
  return tokens;
}
