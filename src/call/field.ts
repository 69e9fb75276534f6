// What may be collected from a caller, and what may come of it: the words that agents, tools and conversation share for it.

export const FIELD_KINDS = ['card_number', 'digits', 'phone', 'date', 'email', 'address'] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export interface Field {
  kind: FieldKind;
  /** For `digits`: the counts of digits that make it whole, ascending; empty = any. */
  lengths: readonly number[];
  /** It may be written down nowhere, and the model never sees it. A card number always is. */
  isProtected: boolean;
  /** It may be said, too; else it can only be typed. */
  byVoice: boolean;
  /** What the caller is asked, in words for the ear. */
  question: string;
}

/** What came of it. `otherwise`: the caller said something else, which is for the model to answer. */
export type FieldOutcome = { ok: true; value: string } | { ok: false; why: 'not_understood' | 'otherwise' };
