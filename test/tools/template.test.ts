import { describe, expect, test } from 'vitest';
import { headerOf, jsonOf, namesIn, urlOf } from '../../src/tools/template.js';

const VALUES: Record<string, unknown> = {
  n: 12,
  name: 'Ann & Bob/../?x=1',
  evil: 'a\r\nX-Admin: 1',
  list: [1, 2],
  no: undefined,
};
const values = (name: string) => VALUES[name];

test('names, each once', () => {
  expect(namesIn('/{{a}}/{{ b }}?x={{a}}&y={{call.sid}}')).toEqual(['a', 'b', 'call.sid']);
});

describe('a URL', () => {
  test.each([
    ['https://x.test/{{n}}', 'https://x.test/12'],
    ['https://x.test/{{name}}', 'https://x.test/Ann%20%26%20Bob%2F..%2F%3Fx%3D1'],
    ['https://x.test/{{unknown}}', 'https://x.test/'],
    ['https://x.test/{{list}}', 'https://x.test/%5B1%2C2%5D'],
  ])('%s', (template, url) => {
    expect(urlOf(template, values)).toBe(url);
  });
});

test('a header stays one header', () => {
  expect(headerOf('Bearer {{evil}}', values)).toBe('Bearer a X-Admin: 1');
});

test('a JSON document keeps the kinds of its values, and lacks what is not known', () => {
  expect(
    jsonOf(
      { id: '{{n}}', text: 'no {{n}}', all: ['{{list}}', '{{no}}'], gone: '{{no}}', deep: { x: '{{evil}}' } },
      values,
    ),
  ).toEqual({
    id: 12,
    text: 'no 12',
    all: [[1, 2]],
    deep: { x: 'a\r\nX-Admin: 1' },
  });
});
