import { expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { trailingDigits } from '../../../src/conversation/turns/spoken_number.js';

const run = (text: string, language = 'en', bridge = 0) =>
  trailingDigits(text.split(' '), languagePack(language).endOfTurn, undefined, bridge);

test.each([
  ['five five five one two', '55512'],
  ['my number is seven oh nine', '709'],
  ['double five triple zero', '55000'],
  ['forty five sixty', '4560'],
  ['five hundred', '500'],
  ['two thousand', '2000'],
  ['one three um four', '134'],
  ['555 0100', '5550100'],
  ['(555) 123', '555123'],
  ['twelve', '12'],
  ['no digits here', ''],
  ['$48', ''],
  ['five people', ''],
])('"%s" ends in the digits "%s"', (text, digits) => expect(run(text).digits).toBe(digits));

test.each([
  ['twenty', true],
  ['two thousand', true],
  ['twenty one', false],
  ['five five', false],
  ['double', true],
])('"%s" may grow with the next word: %s', (text, mayGrow) => expect(run(text).mayGrow).toBe(mayGrow));

test('other words inside the number that was asked for are stepped over, up to a limit', () => {
  expect(run('five five five and my friend one two', 'en', 2).digits).toBe('55512');
  expect(run('five five five and all the other things one two', 'en', 2).digits).toBe('12');
  expect(run('five five five please', 'en', 2).digits).toBe('555');
});

test.each([
  ['es', 'seis treinta y cinco', '635'],
  ['de', 'null eins siebzig', '0170'],
  ['fr', 'zéro six douze', '0612'],
])('in %s "%s" is %s', (language, text, digits) => expect(run(text, language).digits).toBe(digits));

test('one word for two digits counts as two', () => {
  expect(run('fünfundvierzig', 'de').digits).toHaveLength(2);
  expect(run('soixante-dix-huit', 'fr').digits).toHaveLength(2);
});
