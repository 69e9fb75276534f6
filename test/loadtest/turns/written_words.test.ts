import { expect, test } from 'vitest';
import { type Spelling, written } from '../../../loadtest/turns/written_words.js';

/** "|" ends a stretch. */
function write(text: string, spelling: Spelling): string {
  const words = text.split(' | ').flatMap((stretch) => {
    const parts = stretch.split(' ');
    return parts.map((word, k) => ({ text: word, first: k === 0, last: k === parts.length - 1 }));
  });
  return written(words, spelling);
}

test.each([
  ['hi my name is ann | i need help', 'plain', 'hi my name is ann i need help'],
  ['hi my name is ann | i need help', 'punctuated', 'Hi my name is ann. I need help.'],
  ['it is <unk> ann', 'plain', 'it is ann'],
  ['seven one five | one three nine', 'numerals', '715. 139.'],
  ['seven zero two', 'numerals', '702.'],
  ['forty eight dollars', 'numerals', '$48.'],
  ['a hundred and six dollars please', 'numerals', '$106 please.'],
  ['at nine thirty a m | thanks', 'numerals', 'At 9:30 AM. Thanks.'],
  ['eleven am', 'numerals', '11 AM.'],
  ['five hundred first street', 'numerals', '500 first street.'],
  ['send me a new one', 'numerals', 'Send me a new one.'],
] as const)('"%s", %s: "%s"', (text, spelling, expected) => expect(write(text, spelling)).toBe(expected));
