import { expect, test } from 'vitest';
import { wholeSentences } from '../../../src/conversation/text/whole_sentences.js';

test.each([
  ['', 'en', ''],
  ['We op', 'en', ''],
  ['We open at nine', 'en', ''],
  ['We open at nine, then we', 'en', ''],
  ['We open at nine. You can', 'en', 'We open at nine.'],
  ['Yes. Sure. May', 'en', 'Yes. Sure.'],
  ['Ask for Dr. Smith. He is in roo', 'en', 'Ask for Dr. Smith.'],
  ['Is it 3.5 miles? Yes, abo', 'en', 'Is it 3.5 miles?'],
  ['We open at nine.', 'en', 'We open at nine.'],
  ['¿Está bien? Puede ent', 'es', '¿Está bien?'],
  ['営業は九時からです。裏口か', 'ja', '営業は九時からです。'],
])('"%s" (%s) can be said as "%s"', (text, language, whole) => {
  expect(wholeSentences(text, language)).toBe(whole);
});

test('a long sentence stays whole', () => {
  const long = `${'word '.repeat(200)}end.`;
  expect(wholeSentences(`${long} And ha`, 'en')).toBe(long);
});
