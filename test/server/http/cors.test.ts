import { expect, test } from 'vitest';
import { corsHeaders, preflightHeaders } from '../../../src/server/http/cors.js';

const APP = 'https://app.example.com';
test.each<[string, string[], boolean]>([
  [APP, [APP], true],
  [APP, ['https://other.example', APP], true],
  [APP, ['*'], true],
  [APP, [], false],
  ['', [APP], false],
  ['', ['*'], false],
  ['https://evil.example', [APP], false],
  [`${APP}.evil.example`, [APP], false],
  ['http://app.example.com', [APP], false],
  ['null', [APP], false],
])('a page of "%s" may read answers when %j may: %s', (origin, allowed, expected) => {
  const headers = corsHeaders(origin, allowed);
  expect(headers['access-control-allow-origin']).toBe(expected ? origin : undefined);
  // Otherwise a cache would give one page's answer to another.
  expect(headers['vary']).toBe(expected ? 'Origin' : undefined);
  expect('access-control-allow-methods' in preflightHeaders(origin, allowed)).toBe(expected);
});

test('a page may send what the API reads, and never cookies', () => {
  const headers = preflightHeaders(APP, [APP]);
  expect(headers['access-control-allow-headers']?.split(', ')).toEqual(
    expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'range']),
  );
  expect(headers).not.toHaveProperty('access-control-allow-credentials');
});
