import { expect, test } from 'vitest';
import { parseJson } from '../../../src/server/http/body.js';
import { HttpError } from '../../../src/server/http/errors.js';

test('JSON must be JSON, in UTF-8', () => {
  expect(parseJson(Buffer.from('{"a":"ü"}'))).toEqual({ a: 'ü' });
  for (const bad of [Buffer.from(''), Buffer.from('{'), Buffer.from([0x22, 0xff, 0x22])]) {
    expect(() => parseJson(bad)).toThrow(HttpError);
  }
});
