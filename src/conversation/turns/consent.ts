// May the call be recorded? Reads the caller's answer to that question. Pure. In doubt it is a no: whoever says more than a
// yes has to be understood, not guessed.

import { NO_CONSENT_WORDS } from '../languages/consent_words.js';
import { languagePack } from '../languages/languages.js';

export type Consent = 'yes' | 'no' | 'unclear';

/** An answer of more words says something of its own, which wants an answer. */
const ANSWER_WORDS_MAX = 6;

/** @param language BCP 47 */
export function readConsent(text: string, language: string): Consent {
  // "Sure?", "wie bitte?": who asks back has not answered.
  if (/[?？]\s*$/.test(text)) return 'unclear';
  const { yes, no, yesByNo } = languagePack(language).consent;
  const plain = plainWords(text);
  const rest = plain.replace(yesByNo, ' ');
  if (no.test(rest)) return 'no';
  return rest !== plain || yes.test(rest) ? 'yes' : 'unclear';
}

/** The caller said no more than an answer to the question. */
export function isOnlyAnswer(text: string): boolean {
  return plainWords(text).split(' ').length <= ANSWER_WORDS_MAX;
}

/** Can a caller be asked in this language? */
export function knowsConsent(language: string): boolean {
  return languagePack(language).consent !== NO_CONSENT_WORDS;
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’`]/g, "'")
    .replace(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
