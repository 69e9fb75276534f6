import { expect, test } from 'vitest';
import { parseForm, parseJson } from '../../../src/server/http/body.js';
import { HttpError } from '../../../src/server/http/errors.js';

test.each<[string, Record<string, string | string[]>]>([
  ['', {}],
  ['a=1&b=&c', { a: '1', b: '', c: '' }],
  ['a=1&a=&a=2', { a: ['1', '', '2'] }],
  ['From=%2B1415+555&x=%C3%BC', { From: '+1415 555', x: 'ü' }],
  ['x=%ZZ&y=%', { x: '%ZZ', y: '%' }],
  ['__proto__=x&constructor=y', { ['__proto__']: 'x', constructor: 'y' }],
])('the form %s', (body, expected) => {
  expect(Object.entries(parseForm(Buffer.from(body)))).toEqual(Object.entries(expected));
});

test('JSON must be JSON, in UTF-8', () => {
  expect(parseJson(Buffer.from('{"a":"ü"}'))).toEqual({ a: 'ü' });
  for (const bad of [Buffer.from(''), Buffer.from('{'), Buffer.from([0x22, 0xff, 0x22])]) {
    expect(() => parseJson(bad)).toThrow(HttpError);
  }
});
