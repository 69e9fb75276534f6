// The shape of a language's words for written signs. Names of units and of most currencies come from Intl; here stand
// the words it does not have. A language without such words loses nothing: its signs are left for the voice to read.

/** One, many, one hundredth, many hundredths. */
export type MoneyWords = readonly [one: string, many: string, oneMinor: string, manyMinor: string];

export interface SymbolWords {
  readonly and: string;
  readonly percent: string;
  readonly perMille: string;
  readonly at: string;
  readonly plus: string;
  readonly minus: string;
  readonly plusMinus: string;
  /** 3 × 4 as a calculation. */
  readonly times: string;
  /** 3x4 as a size. */
  readonly by: string;
  readonly dividedBy: string;
  readonly toThePower: string;
  readonly equals: string;
  readonly notEqual: string;
  /** Before a comparison that has a left side: "5 is less than 10". */
  readonly is: string;
  readonly less: string;
  readonly more: string;
  readonly atMost: string;
  readonly atLeast: string;
  /** "#5". */
  readonly number: string;
  /** The key or sign alone. */
  readonly hash: string;
  readonly star: string;
  /** Of a rating. */
  readonly stars: readonly [one: string, many: string];
  /** "C#" in music and programming. */
  readonly sharp: string;
  readonly section: string;
  readonly about: string;
  /** From one to the other. */
  readonly to: string;
  /** "4 dollars per month". */
  readonly per: string;
  readonly dot: string;
  readonly slash: string;
  readonly dash: string;
  readonly underscore: string;
  readonly degrees: readonly [one: string, many: string];
  /** Currencies said in a short form, by sign; a sign that is missing is named by Intl. */
  readonly money: Readonly<Record<string, MoneyWords>>;
  /** "k" or "K", "M", "B", "T" behind an amount of money: one, many. */
  readonly magnitudes: Readonly<Record<'K' | 'M' | 'B' | 'T', readonly [one: string, many: string]>>;
  /** Written magnitudes that stand between amount and unit: the whole word. */
  readonly scale: RegExp;
  /** Behind these magnitudes stands `ofUnit`: "cinco millones de dólares". */
  readonly scaleTakesOf: RegExp;
  readonly ofUnit: (unit: string) => string;
  /** Short forms that are said in full: "w/o" -> "without". */
  readonly short: Readonly<Record<string, string>>;
}
