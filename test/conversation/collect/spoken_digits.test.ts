import { expect, test } from 'vitest';
import { digitsIn } from '../../../src/conversation/collect/spoken_digits.js';
import { languagePack } from '../../../src/conversation/languages/languages.js';

test.each([
  ['en', 'four one one one', '4111'],
  ['en', 'It is 4111 1111, and then double one, one one.', '411111111111'],
  ['en', 'my number is (202) 555-0199', '2025550199'],
  ['en', 'forty five twenty one', '4521'],
  ['en', 'triple seven oh nine', '77709'],
  ['en', 'I have no idea', ''],
  ['de', 'dreiundzwanzig fünf', '235'],
  ['de', 'einundzwanzig neunundneunzig', '2199'],
  ['es', 'veintitrés cuarenta y cinco', '2345'],
  ['it', 'sono 21 32', '2132'],
  ['fr', 'vingt-trois quarante-cinq', '2345'],
])('%s: %s', (language, text, digits) => {
  expect(digitsIn(text, languagePack(language).endOfTurn)).toBe(digits);
});
