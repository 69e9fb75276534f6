import { expect, test } from 'vitest';
import { dateIn, typedDate } from '../../../src/conversation/collect/spoken_date.js';
import { languagePack } from '../../../src/conversation/languages/languages.js';

test.each([
  ['en-US', 'March fifteenth nineteen eighty five', '1985-03-15'],
  ['en-US', 'March 15th, 1985.', '1985-03-15'],
  ['en-US', 'the twenty first of July 2026', '2026-07-21'],
  ['en-US', 'March fifteen nineteen eighty five', '1985-03-15'],
  ['en-US', '3/15/1985', '1985-03-15'],
  ['en-GB', '15/3/1985', '1985-03-15'],
  ['de', '15.3.85', '1985-03-15'],
  ['de', '15. März 1985', '1985-03-15'],
  ['es', 'el 15 de marzo de 1985', '1985-03-15'],
  ['en', '2026-02-28', '2026-02-28'],
  ['en', '2/30/2026', null],
  ['en', 'March', null],
  ['en', 'next week some time', null],
])('%s: %s', (language, text, iso) => {
  expect(dateIn(text, language, languagePack(language).endOfTurn)).toBe(iso);
});

test.each([
  ['en-US', '03151985', '1985-03-15'],
  ['de', '15031985', '1985-03-15'],
  ['de', '150385', '1985-03-15'],
  ['en-US', '150385', null],
  ['de', '1503', null],
])('keys %s: %s', (language, keys, iso) => expect(typedDate(keys, language)).toBe(iso));
