// The shape of a language's words for saying that a call may be recorded, or not. What they amount to is turns/consent.ts.

import { whole } from './closing_words.js';

/** What a language file gives: alternatives of regular expressions for words in small letters, without punctuation. */
export interface ConsentSource {
  yes: string;
  no: string;
  /** Says yes with a no in it: "no problem", "I don't mind". */
  yesByNo: string;
}

export interface ConsentWords {
  readonly yes: RegExp;
  readonly no: RegExp;
  readonly yesByNo: RegExp;
}

const NEVER = /(?!)/;
/** Nobody can be asked in a language whose yes is not known. */
export const NO_CONSENT_WORDS: ConsentWords = { yes: NEVER, no: NEVER, yesByNo: NEVER };

export function consentWords({ yes, no, yesByNo }: ConsentSource): ConsentWords {
  return { yes: whole(yes), no: whole(no), yesByNo: whole(yesByNo) };
}
