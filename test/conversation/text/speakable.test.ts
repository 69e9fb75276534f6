import { expect, test } from 'vitest';
import { languagePack } from '../../../src/conversation/languages/languages.js';
import { SPOKEN_PATTERN, speakable } from '../../../src/conversation/text/speakable.js';
import { SpokenSigns } from '../../../src/conversation/text/spoken_signs.js';

const en = languagePack('en').symbols!;

test.each([
  ['hello,', 'hello,', 'hello,'],
  ['**bold**', 'bold', 'bold'],
  [':-)', '', ''],
  ['8/3', '8/3', '8/3'],
  ['(5)', '5', '5'],
  ['5\u200b6', '5 6', '5 6'],
  ['👍', '', ''],
  ['＄５', '5 dollars', '＄５'],
  ['-5', 'minus 5', '-5'],
  ['a_b', 'a b', 'a b'],
  ['«oui»', 'oui', 'oui'],
  ['?!', '?', '?'],
])('"%s" is spoken "%s", without words for signs "%s"', (written, said, left) => {
  expect(speakable(written, en, new SpokenSigns('en', en))).toBe(said);
  expect(speakable(written, null, null)).toBe(left);
});

test('spoken text holds no markdown, no emoji and no sign that was to be said', () => {
  expect(['It is 5, ok?', 'ශ්‍රී', '12/25', '√9', '5₿', '¿Qué?'].map((text) => SPOKEN_PATTERN.test(text))).not.toContain(
    false,
  );
  expect(['a/b', '*', '<', '$5', 'x|y', '😀', '(a)', 'a_b'].map((text) => SPOKEN_PATTERN.test(text))).not.toContain(
    true,
  );
});
