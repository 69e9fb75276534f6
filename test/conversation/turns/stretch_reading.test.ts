import { expect, test } from 'vitest';
import { plainWords, readWords } from '../../../src/conversation/turns/stretch_reading.js';

const read = (text: string, finalText = text) => readWords({ text, finalText }, 'en', null);

test.each([
  ['yeah', { isBackchannel: true, asksToStop: false, hasSettledWord: false, words: 1 }],
  ['No', { isBackchannel: false, mayBecomeBackchannel: true, words: 1 }],
  ['Stop, please.', { isBackchannel: false, asksToStop: true, hasSettledWord: true, plain: 'stop please' }],
  ['I would like to have some more of it but stop', { asksToStop: false, words: 11 }],
])('%s', (text, what) => {
  expect(read(text)).toMatchObject(what);
});

test('words are read once: the same object until they change', () => {
  const first = read('I want');
  expect(readWords({ text: 'I want', finalText: 'I want' }, 'en', first)).toBe(first);
  for (const [text, finalText, language] of [
    ['I want soup', 'I want', 'en'],
    ['I want', '', 'en'],
    ['I want', 'I want', 'de'],
  ])
    expect(readWords({ text, finalText }, language, first)).not.toBe(first);
});

test('plain words', () => {
  expect(plainWords(' Well… I’m  HERE, 42! ')).toBe('well i m here 42');
});
