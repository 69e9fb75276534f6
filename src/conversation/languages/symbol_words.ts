// The shape of a language's words for written signs. A language without them loses nothing worse than "&": digits,
// percent and currency signs are then left for the voice to read.

export interface SymbolWords {
  and: string;
  percent: string;
  at: string;
  plus: string;
  equals: string;
  number: string;
  about: string;
  to: string;
  dot: string;
  slash: string;
  dash: string;
  underscore: string;
  degrees: string;
  /** Per currency sign: one, many, one hundredth, many hundredths. */
  units: Record<string, readonly [string, string, string, string]>;
  /** A magnitude that stands between the amount and the unit, and punctuation behind it. */
  scales: RegExp;
}
