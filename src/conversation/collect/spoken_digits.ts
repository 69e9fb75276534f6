// The digits that a caller said, all of them and in order, whatever words stand between: "four one one one, that's it, double
// two" = 411122. Unlike turns/spoken_number.ts, which counts the digits at the end of a turn, their value has to be right here.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';
import { trailingDigits } from '../turns/spoken_number.js';
import { spokenWords } from '../turns/spoken_words.js';

/** All digits of a text; '' = none. Null = there are some, but it is not certain which. O(text). */
export function digitsIn(text: string, language: EndOfTurnWords): string | null {
  const words: string[] = [];
  for (const word of spokenWords(text, language).words) {
    const isCompound = language.compound.test(word) && !language.digits.has(word);
    const value = isCompound ? compoundValue(word, language) : word;
    if (value === null) return null;
    // "4111-1111" and "(202) 555-0199", as recognisers write them.
    words.push(...(/^\+?[\d().-]+\d$/.test(value) ? [value.replace(/\D/g, '')] : [value]));
  }
  return trailingDigits(words, language, words.length, words.length).digits;
}

/** "dreiundzwanzig", "veintitrés": tens and a unit in one word, in either order. */
function compoundValue(word: string, language: EndOfTurnWords): string | null {
  const bare = plain(word);
  for (const tens of language.tens) {
    const stem = plain(tens);
    const value = language.digits.get(tens);
    if (value === undefined) continue;
    for (const each of [stem, stem.slice(0, -1)]) {
      const rest = bare.startsWith(each)
        ? bare.slice(each.length)
        : bare.endsWith(each)
          ? bare.slice(0, -each.length)
          : '';
      const unit = unitValue(rest, language);
      if (unit !== null) return String(Number(value) + unit);
    }
  }
  return null;
}

function unitValue(rest: string, language: EndOfTurnWords): number | null {
  const unit = rest.replace(/^(?:-?(?:et|e|y)?-)/, '').replace(/(?:und|en|-)$/, '');
  if (unit === '') return null;
  for (const [word, digits] of language.digits) {
    if (plain(word) === unit && Number(digits) > 0 && Number(digits) < 20) return Number(digits);
  }
  return null;
}

/** Without accents. */
function plain(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '');
}
