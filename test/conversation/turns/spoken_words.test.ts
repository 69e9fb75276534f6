import { expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { spokenWords } from '../../../src/conversation/turns/spoken_words.js';

const words = (text: string, language = 'en') => spokenWords(text, languagePack(language).endOfTurn);

test.each([
  ['Hi, my name is Ann.', 'hi my name is ann', 'stop'],
  ['S-M-I-T-H', 's m i t h', ''],
  ['555-0100', '555 0100', ''],
  ['twenty-one dollars', 'twenty one dollars', ''],
  ['ann.smith@example.com', 'ann.smith@example.com', ''],
  ['At 10:30 AM.', 'at 10:30 am', 'stop'],
  ['It’s $48!', "it's $48", 'stop'],
  ['my address is,', 'my address is', 'comma'],
  ['so...', 'so', 'comma'],
  ['Can you hear me?', 'can you hear me', 'question'],
  ['i wou~ i need', 'i wou i need', ''],
  ['<unk> yes', 'yes', ''],
  ['yes .', 'yes', 'stop'],
  ['...', '', ''],
])('"%s" was spoken as "%s"', (text, plain, end) => {
  expect(words(text)).toMatchObject({ plain, end });
});

test('a hyphen that belongs to a number word is kept', () => {
  expect(words('quatre-vingt-dix', 'fr').words).toEqual(['quatre-vingt-dix']);
  expect(words('dix-sept', 'fr').words).toEqual(['dix-sept']);
});

test('the last sentence is what stands behind the last full stop', () => {
  expect(words('It was fine. Thank you.').lastSentence).toBe('thank you');
  expect(words('it was fine').lastSentence).toBe('it was fine');
});

test('of a long story only the end is looked at', () => {
  const { words: kept } = words(`${'word '.repeat(5000)}end`);
  expect(kept.length).toBe(80);
  expect(kept.at(-1)).toBe('end');
});
