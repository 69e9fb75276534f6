import { expect, test } from 'vitest';
import { FORM_FIELDS_MAX, field, parseForm } from '../../src/twilio/webhook_form.js';

test.each<[string, Record<string, string | string[]>]>([
  ['', {}],
  ['a=1&b=&c', { a: '1', b: '', c: '' }],
  ['a=1&a=&a=2', { a: ['1', '', '2'] }],
  ['From=%2B1415+555&x=%C3%BC', { From: '+1415 555', x: 'ü' }],
  ['x=%ZZ&y=%', { x: '%ZZ', y: '%' }],
  ['__proto__=x&constructor=y', { ['__proto__']: 'x', constructor: 'y' }],
])('the form %s', (body, expected) => {
  expect(Object.entries(parseForm(Buffer.from(body)) ?? {})).toEqual(Object.entries(expected));
});

test('a field that is repeated, empty or absent has one value', () => {
  const form = parseForm(Buffer.from('a=1&a=2&b=')) ?? {};
  expect([field(form, 'a'), field(form, 'b'), field(form, 'c'), field(form, 'constructor')]).toEqual(['1', '', '', '']);
});

test('more fields than Twilio ever sends are not decoded', () => {
  const form = (fields: number) => Array.from({ length: fields }, (_, i) => `k${i}=v`).join('&');
  expect(Object.keys(parseForm(Buffer.from(form(FORM_FIELDS_MAX))) ?? {})).toHaveLength(FORM_FIELDS_MAX);
  expect(parseForm(Buffer.from(form(FORM_FIELDS_MAX + 1)))).toBeNull();
  expect(parseForm(Buffer.from('&'.repeat(FORM_FIELDS_MAX)))).toBeNull();
});
