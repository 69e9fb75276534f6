import { expect, test } from 'vitest';
import { kindOf } from '../../../loadtest/turns/kinds.js';

test.each([
  ['um | yes', '', 'filler'],
  ['five five | five', 'What is your number?', 'number'],
  ['s m | i t h', '', 'spelling'],
  ['five main street | springfield', 'What is your address?', 'address'],
  ['hi | my name is ann', '', 'greeting'],
  ['hi my name is ann | i lost my card', '', 'name'],
  ['alright | thank you', '', 'short answer'],
  ['my name is | ann', '', 'unfinished sentence'],
  ['i lost my card | can you help', '', 'finished sentence'],
])('"%s": %s', (said, asked, kind) => {
  const at = said.split(' ').indexOf('|') - 1;
  const words = said
    .split(' ')
    .filter((text) => text !== '|')
    .map((text, i) => ({ text, startMs: i * 1000, endMs: i * 1000 + 300, first: false, last: false }));
  expect(kindOf({ call: 'a', words, pauses: [], asked, answeredAfterMs: null }, { at, ms: 500 })).toBe(kind);
});
