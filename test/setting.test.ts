import { expect, test } from 'vitest';
import type { z } from 'zod';
import {
  anyText,
  decimal,
  integer,
  isAddressBlock,
  isOrigin,
  list,
  oneOf,
  onOff,
  optional,
  primaryLanguage,
  secret,
  setting,
  text,
  url,
} from '../src/setting.js';

const REFUSED = Symbol('refused');

test.each<[string, z.ZodType, string, unknown]>([
  ['integer', integer(-5, 5), '-5', -5],
  ['integer', integer(-5, 5), '6', REFUSED],
  ['integer', integer(0, 9), '1.0', REFUSED],
  ['integer', integer(0, 9), '', REFUSED],
  ['decimal', decimal(0, 2), '0.25', 0.25],
  ['decimal', decimal(0, 2), '.5', REFUSED],
  ['decimal', decimal(0, 2), '1e1', REFUSED],
  ['oneOf', oneOf('a', 'b'), 'b', 'b'],
  ['oneOf', oneOf('a', 'b'), 'B', REFUSED],
  ['onOff', onOff, 'YES', true],
  ['onOff', onOff, '0', false],
  ['onOff', onOff, '', REFUSED],
  ['secret', secret, 'sk-1_$', 'sk-1_$'],
  ['secret', secret, 'a b', REFUSED],
  ['secret', secret, 'kéy', REFUSED],
  ['url', url('https', 'wss'), 'https://a.example/v1//', 'https://a.example/v1'],
  ['url', url('https'), 'http://a.example', REFUSED],
  ['url', url('https'), 'https://a.example/#x', REFUSED],
  ['list', list(isOrigin, 'no'), 'none', []],
  ['list', list(isOrigin, 'no'), 'https://a.example, *', ['https://a.example', '*']],
  ['list', list(isOrigin, 'no'), 'https://a.example/', REFUSED],
  ['list', list(isAddressBlock, 'no'), '10.0.0.0/8,::1', ['10.0.0.0/8', '::1']],
  ['list', list(isAddressBlock, 'no'), '10.0.0.0/33', REFUSED],
])('%s: %o reads "%s" as %o', (_name, schema, raw, expected) => {
  const result = schema.safeParse(raw);
  expect(result.success ? result.data : REFUSED).toEqual(expected);
});

test('what a setting is without a value', () => {
  expect(setting('A', '1', 'a', integer(0, 9))).toMatchObject({ fallback: '1' });
  expect(optional('A', 'a', anyText)).toMatchObject({ fallback: null, absent: null });
  expect(text('A', 'a', secret)).toMatchObject({ fallback: null, absent: '' });
});

test.each([
  ['en', 'en'],
  ['pt-BR', 'pt'],
  ['ZH-Hans-CN', 'zh'],
])('%s is a kind of %s', (tag, primary) => {
  expect(primaryLanguage(tag)).toBe(primary);
});
