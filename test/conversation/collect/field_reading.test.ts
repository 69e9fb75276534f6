import { describe, expect, test } from 'vitest';
import type { Field } from '../../../src/call/field.js';
import { isWholeEntry, oneByOne, readSpoken, readTyped } from '../../../src/conversation/collect/field_reading.js';
import { languagePack } from '../../../src/conversation/languages/languages.js';

const field = (kind: Field['kind'], lengths: number[] = []): Field => ({
  ...{ kind, lengths, isProtected: false, byVoice: true, question: '' },
});
const context = (before = '') => ({ language: 'en-US', pack: languagePack('en'), before });

describe('what was said', () => {
  test.each([
    ['card_number', '', 'four one one one', { state: 'partial', digits: '4111' }],
    ['card_number', '4111', '1111 1111 1111', { state: 'whole', value: '4111111111111111' }],
    ['card_number', '4111', '4111 1111 1111 1111', { state: 'whole', value: '4111111111111111' }],
    ['card_number', '', '4111 1111 1111 1112', { state: 'wrong' }],
    ['card_number', '', '3782 822463 10005', { state: 'whole', value: '378282246310005' }],
    ['phone', '', '+1 202 555 0199', { state: 'whole', value: '+12025550199' }],
    ['phone', '', 'two oh two', { state: 'partial', digits: '202' }],
    [
      'email',
      '',
      'john at example dot com',
      { state: 'whole', value: 'john@example.com', said: 'john at example dot com' },
    ],
    ['email', '', 'john at example', { state: 'wrong' }],
    ['date', '', 'March 15 1985', { state: 'whole', value: '1985-03-15', said: 'March 15, 1985' }],
    ['date', '', 'the fifteenth or sixteenth, 10', { state: 'whole' }],
    ['date', '', 'hm', { state: 'none' }],
    [
      'address',
      '',
      'My address is 12 Main Street, Springfield.',
      { state: 'whole', value: '12 Main Street, Springfield' },
    ],
    ['address', '', 'hm', { state: 'none' }],
  ] as const)('%s after "%s": %s', (kind, before, text, reading) => {
    expect(readSpoken(field(kind), text, context(before))).toMatchObject(reading);
  });

  test('a number of known length is whole at that length, and wrong beyond it', () => {
    const code = field('digits', [4, 6]);
    expect(readSpoken(code, 'one two three', context())).toEqual({ state: 'partial', digits: '123' });
    expect(readSpoken(code, 'four', context('123'))).toMatchObject({ state: 'whole', value: '1234' });
    expect(readSpoken(code, '1 2 3 4 5', context())).toEqual({ state: 'wrong' });
    expect(readSpoken(code, '1 2 3 4 5 6 7', context())).toEqual({ state: 'wrong' });
  });
});

test('what was typed', () => {
  expect(readTyped(field('card_number'), '4111111111111111', context())).toMatchObject({ state: 'whole' });
  expect(readTyped(field('date'), '03151985', context())).toMatchObject({ state: 'whole', value: '1985-03-15' });
  expect(readTyped(field('date'), '99', context())).toEqual({ state: 'wrong' });
  expect(readTyped(field('email'), '99', context())).toEqual({ state: 'none' });
});

test.each([
  ['card_number', '411111111111111', false],
  ['card_number', '4111111111111111', true],
  ['card_number', '378282246310005', true],
  ['date', '03151985', true],
  ['phone', '2025550199', false],
] as const)('%s: %s keys need no hash key: %s', (kind, keys, is) => expect(isWholeEntry(field(kind), keys)).toBe(is));

test.each([
  ['1111', '1 1 1 1'],
  ['12025550199', '1 2 0, 2 5 5, 5 0 1, 9 9'],
  ['2025550199', '2 0 2, 5 5 5, 0 1 9 9'],
  ['12345', '1 2 3, 4 5'],
])('%s is said as %s', (digits, said) => expect(oneByOne(digits)).toBe(said));
