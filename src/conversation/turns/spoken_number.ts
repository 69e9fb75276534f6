// Numbers as people say them: how many digits a run of words holds ("double five twenty one" = 5521), whether it may grow
// with the next word. Written digits count too. What number is being dictated is dictation.ts.

import type { EndOfTurnWords } from '../languages/end_of_turn_words.js';

export interface DigitRun {
  /** All digits in order. */
  digits: string;
  /** Where the run begins and ends in the words; equal = no run. */
  from: number;
  to: number;
  /** The last word may be the first part of a longer number: "twenty", "nineteen", "two thousand". */
  mayGrow: boolean;
}

/** The digits of one word; '' when it is none. "$48", "10:30" and "3rd" are no digits of a dictated number. */
export function digitsOf(word: string, language: EndOfTurnWords): string {
  const known = language.digits.get(word);
  if (known !== undefined) return known;
  if (/^[+(#]?\d[\d().,]*$/.test(word)) return word.replace(/\D/g, '');
  return language.compound.test(word) ? '99' : '';
}

/** A word that belongs to a number without being one: "double", "hundred", "oh". */
export function isNumberWord(word: string, language: EndOfTurnWords): boolean {
  return (
    digitsOf(word, language) !== '' ||
    language.hundred.has(word) ||
    language.thousand.has(word) ||
    language.double.has(word) ||
    language.triple.has(word)
  );
}

/**
 * The run of digits that the first `to` words end in. `bridge`: so many other words in a row may lie inside it or behind it
 * ("five five five that's one two three please"); fillers and joining words never break it.
 */
export function trailingDigits(
  words: readonly string[],
  language: EndOfTurnWords,
  to = words.length,
  bridge = 0,
): DigitRun {
  let from = to;
  let strange = 0;
  for (let i = to - 1; i >= 0; i--) {
    const word = words[i];
    if (isNumberWord(word, language)) {
      from = i;
      strange = 0;
    } else if (!language.betweenDigits.has(word) && ++strange > bridge) break;
  }
  return readDigits(words, from, to, language);
}

function readDigits(words: readonly string[], from: number, to: number, language: EndOfTurnWords): DigitRun {
  let digits = '';
  let repeat = 1;
  let wasTens = false;
  let mayGrow = false;
  for (let i = from; i < to; i++) {
    const word = words[i];
    const own = digitsOf(word, language);
    if (language.double.has(word) || language.triple.has(word)) {
      repeat = language.double.has(word) ? 2 : 3;
      mayGrow = true;
    } else if (language.hundred.has(word) || language.thousand.has(word)) {
      digits = `${digits === '' ? '1' : digits}${language.hundred.has(word) ? '00' : '000'}`;
      wasTens = false;
      mayGrow = true;
    } else if (own !== '') {
      // "forty five" is 45, not 405.
      if (wasTens && own.length === 1 && own !== '0') digits = digits.slice(0, -1) + own;
      else digits += own.repeat(repeat);
      repeat = 1;
      wasTens = language.tens.has(word);
      mayGrow = wasTens;
    } else if (!language.tensJoin.has(word) && !language.fillers.has(word)) {
      wasTens = false;
    }
  }
  return { digits, from, to, mayGrow };
}
