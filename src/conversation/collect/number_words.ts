// Whether a number may stand in what a caller said, in any language: where one must not be written down. Doubtful words count
// as one; which number it is, is spoken_digits.ts.

import { languagePack, languagePacks } from '../languages/languages.js';
import { spokenWords } from '../turns/spoken_words.js';
import { digitsIn } from './spoken_digits.js';

/** Number words beyond the digits and tens that the packs list. */
const LARGE =
  /^(?:hundreds?|thousands?|million|hundert|tausend|cien|ciento|cientos|mil|cent|cents|mille|cento|mila|honderd|duizend|double|triple)$/;
const OTHER_SCRIPT = /[^\p{Script=Latin}\p{M}\p{P}\p{S}\p{Z}\s]/u;

/** @param language BCP 47, which the call is held in: others are spoken, too, where several are understood. O(text). */
export function mayHoldDigits(text: string, language: string): boolean {
  const { endOfTurn } = languagePack(language);
  // In a language whose number words are not known any word may be one.
  if (endOfTurn.digits.size === 0 || OTHER_SCRIPT.test(text)) return true;
  if (digitsIn(text, endOfTurn) !== '') return true;
  for (const pack of languagePacks()) {
    for (const word of spokenWords(text, pack.endOfTurn).words) {
      if (endOfTurn.fillers.has(word)) continue;
      if (LARGE.test(word) || pack.endOfTurn.digits.has(word) || pack.endOfTurn.compound.test(word)) return true;
    }
  }
  return false;
}
