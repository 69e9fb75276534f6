// Strikes out of what was said what should not be kept: card numbers, telephone numbers, e-mail addresses, long numbers.
// Pure, text to text. Where words are kept, and so where this is used, is worker/redacted_events.ts and log_redaction.ts.
//
// It sees digits, not number words: recognition writes numbers as digits. When in doubt a number is struck out.

export const REDACTED_KINDS = ['card', 'phone', 'email', 'digits'] as const;
export type RedactedKind = (typeof REDACTED_KINDS)[number];

export type Redact = (text: string) => string;

export interface RedactOptions {
  kinds: readonly RedactedKind[];
  /** The fewest digits that `digits` strikes out. */
  digitsMin: number;
}

/** Digits with what people write or say between them; not a part of a word such as a call's sid. */
const NUMBER = /(?<![\p{L}\p{N}_])\+?\(?\d(?:[\s\-.,/()\u2010-\u2015]{0,3}\d)*(?![\p{L}\p{N}_])/gu;
/** RFC 5321 allows 64 characters before the sign; the bound keeps a long text without one from costing anything. */
const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu;
/** As it is dictated: "anna dot berg at example dot com". */
const DOT = '(?:dot|point|punto|ponto|punkt|punt)';
const AT = '(?:at|arroba|arobase|chiocciola|apenstaartje)';
const SPOKEN_EMAIL = new RegExp(
  `(?<![\\p{L}\\p{N}])[\\p{L}\\p{N}_+-]{1,64}(?: ${DOT} [\\p{L}\\p{N}_+-]{1,64})* ${AT} [\\p{L}\\p{N}-]{1,63}(?: ${DOT} [\\p{L}\\p{N}-]{1,63})+(?![\\p{L}\\p{N}])`,
  'giu',
);
const DATE = /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4}))$/;
const AMOUNT = /^\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?$/;
/** ISO/IEC 7812: a card's number has 8 to 19 digits; those of payment cards have 13 or more. */
const CARD_DIGITS = [13, 19] as const;
/** ITU-T E.164: at most 15 digits; a subscriber's number alone has 7 as a rule. */
const PHONE_DIGITS = [7, 15] as const;

/** null when nothing is to be struck out: then nothing has to be looked through. */
export function redactorOf({ kinds, digitsMin }: RedactOptions): Redact | null {
  if (kinds.length === 0) return null;
  const has = (kind: RedactedKind) => kinds.includes(kind);
  const ofNumber = (match: string): string => {
    const digits = match.replace(/\D/g, '');
    if (has('card') && holdsCard(match.match(/\d+/g) ?? [])) return '[card]';
    if (has('phone') && isPhone(match, digits)) return '[phone]';
    return has('digits') && digits.length >= digitsMin ? '[digits]' : match;
  };
  return (text) => {
    const withoutMail = has('email') ? text.replace(EMAIL, '[email]').replace(SPOKEN_EMAIL, '[email]') : text;
    return withoutMail.replace(NUMBER, ofNumber);
  };
}

/** A card's number among groups of digits as they were said: before or behind it may be others, such as its expiry date. */
function holdsCard(groups: readonly string[]): boolean {
  const [min, max] = CARD_DIGITS;
  return groups.some((_, from) => {
    let digits = '';
    for (let to = from; to < groups.length && digits.length < max; to++) {
      digits += groups[to];
      if (digits.length >= min && digits.length <= max && passesLuhn(digits)) return true;
    }
    return false;
  });
}

/** The check digit of ISO/IEC 7812-1 annex B. A row of zeros passes, and is no card's. */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && /[1-9]/.test(digits);
}

function isPhone(text: string, digits: string): boolean {
  const [min, max] = PHONE_DIGITS;
  if (digits.length < min || digits.length > max) return false;
  return text.startsWith('+') || !(DATE.test(text) || AMOUNT.test(text));
}

/** The same shape with every text in it redacted, at any depth. */
export function redactAll<T>(value: T, redact: Redact): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((element) => redactAll(element, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, redactAll(each, redact)])) as T;
}
