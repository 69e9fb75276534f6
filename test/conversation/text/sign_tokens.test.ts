import { expect, test } from 'vitest';
import { currencyCode, tokensOf, unitOf } from '../../../src/conversation/text/sign_tokens.js';

test.each([
  ['$4.99/month', ['currency $', 'number 4.99', 'sign /', 'letters month']],
  ['-5 °C', ['sign -', 'number 5', 'sign °C']],
  ['9:30am–5', ['number 9:30', 'letters am', 'sign –', 'number 5']],
  ['1,299.50.', ['number 1,299.50', 'sign .']],
  ['US$5 and .5', ['currency US$', 'number 5', 'letters and', 'number .5']],
  ["isn't <= 3", ["letters isn't", 'sign <=', 'number 3']],
  ['9 a.m.', ['number 9', 'letters a.m.']],
])('"%s" is %j', (text, expected) => {
  expect(tokensOf(text).map((token) => `${token.kind} ${token.text}`)).toEqual(expected);
});

test.each([
  ['$', 'USD'],
  ['₹', 'INR'],
  ['Rs.', 'INR'],
  ['EUR', 'EUR'],
  ['ALL', null],
  ['constructor', null],
])('the currency of "%s" is %s', (text, code) => {
  expect(currencyCode(text)).toBe(code);
});

test('letters that mean more than one thing are no unit', () => {
  expect(['km', 'm', 'in', 'toString'].map(unitOf)).toEqual(['kilometer', null, null, null]);
});
