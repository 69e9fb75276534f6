import { expect, test } from 'vitest';
import { mayHoldDigits } from '../../../src/conversation/collect/number_words.js';

test.each([
  ['en', 'It is four.'],
  ['en', 'forty-one eleven'],
  ['en', 'a hundred'],
  ['en', 'ends in 12'],
  ['en', 'vier eins eins'],
  ['en', 'cuatro uno'],
  ['en', 'dreiundzwanzig'],
  ['en', 'четыре один'],
  ['de', 'four'],
  ['fi', 'hei'],
])('a number may be in it: %s, %s', (language, text) => expect(mayHoldDigits(text, language)).toBe(true));

test.each([
  ['en', 'Why do you need that?'],
  ['en', 'Um, wait please.'],
  ['en', 'Yes.'],
  ['de', 'Warum?'],
])('none is: %s, %s', (language, text) => expect(mayHoldDigits(text, language)).toBe(false));
