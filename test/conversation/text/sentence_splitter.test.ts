import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SentenceSplitter } from '../../../src/conversation/text/sentence_splitter.js';
import { SPOKEN_PATTERN } from '../../../src/conversation/text/speakable.js';

/** Feeds `text` in pieces of `size` characters; the last element is what `flush` gave. What is withdrawn is left out. */
function split(text: string, size = 3, language = 'en'): string[] {
  const splitter = new SentenceSplitter({ language });
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += size) add(pieces, splitter, text.slice(at, at + size));
  const rest = splitter.flush();
  return rest === null ? pieces : [...pieces, rest];
}

function add(pieces: string[], splitter: SentenceSplitter, text: string): void {
  const more = splitter.push(text);
  if (splitter.withdrawn) pieces.length = 0;
  pieces.push(...more);
}

describe('where the text is cut', () => {
  test.each([
    [
      'the first piece ends at the first comma',
      'Thanks for calling, we love it. Bye.',
      ['Thanks for calling, ', 'we love it. ', 'Bye.'],
    ],
    [
      'without a comma it ends after some words, and the next before that has played out',
      'I can look that up for you and while I do that I would like to make sure that I have the right person on the line so could you tell me your name?',
      [
        'I can look that up for you and while ',
        'I do that I would like to make sure that I have the right person on the line so could you ',
        'tell me your name?',
      ],
    ],
    [
      'later ones are long',
      'Good morning. I can look that up for you and while I do that I would like to make sure that I have the right person on the line. Ok.',
      [
        'Good morning. ',
        'I can look that up for you and while I do that I would like to make sure that I have the right person on the line. ',
        'Ok.',
      ],
    ],
    ['but not after one or two words', 'Well, yes, of course we do. Bye.', ['Well, yes, of course we do. ', 'Bye.']],
    ['a single exclamation waits for company', 'Oh! That is bad. Sorry.', ['Oh! That is bad. ', 'Sorry.']],
    [
      'later pieces are whole sentences',
      'Hi there. First, second, third. Ok.',
      ['Hi there. ', 'First, second, third. ', 'Ok.'],
    ],
    [
      'titles end nothing',
      'Please hold on. Mr. Smith and Dr. Lee know.',
      ['Please hold on. ', 'Mr. Smith and Dr. Lee know.'],
    ],
    ['nor do numbers', 'It is open. We ask 3.5 percent of 1,200.', ['It is open. ', 'We ask 3.5 percent of 1,200.']],
    [
      'nor e.g., i.e. and the U.S.',
      'We do it. Try e.g. soup in the U.S. Army.',
      ['We do it. ', 'Try e.g. soup in the U.S. Army.'],
    ],
    ['nor initials', 'We do it. Ask J. R. Smith now.', ['We do it. ', 'Ask J. R. Smith now.']],
    [
      '10 a.m. ends a sentence when a capital follows',
      'We do it. At 10:30 a.m. We open. At 9 a.m. sharp.',
      ['We do it. ', 'At 10:30 a.m. ', 'We open. ', 'At 9 a.m. sharp.'],
    ],
    ['an ellipsis is a pause, not an end', 'We do it. Well... let me see.', ['We do it. ', 'Well... let me see.']],
    ['list numbers stay with their item', 'We have: 1. Soup. 2. Bread.', ['We have: 1. Soup. ', '2. Bread.']],
    ['no text gives no piece', ' \n ', []],
    [
      'scripts without spaces are cut at their own stops',
      'お電話ありがとう。ご用件をどうぞ。はい',
      ['お電話ありがとう。', 'ご用件をどうぞ。', 'はい'],
    ],
    ['a dash is a comma', 'We do it—really well – always. Ok.', ['We do it, really well, ', 'always. ', 'Ok.']],
  ])('%s', (_name, text, pieces) => {
    expect(split(text)).toEqual(pieces);
  });

  test('a stream without punctuation is cut at a word, early for the first piece', () => {
    const pieces = split('word '.repeat(200));
    expect(pieces[0].length).toBeLessThanOrEqual(81);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(201);
    expect(pieces.every((piece) => /^(word ?)+$/.test(piece))).toBe(true);
  });

  test('one endless word is cut too, and never inside a character', () => {
    const pieces = split('𠮷'.repeat(500), 7);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe('𠮷'.repeat(500));
    for (const piece of pieces) expect(piece).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
  });

  test('the first piece is there as soon as its comma is followed by a space', () => {
    const splitter = new SentenceSplitter();
    expect([...splitter.push('Thanks for calling,')]).toEqual([]);
    expect([...splitter.push(' we')]).toEqual(['Thanks for calling, ']);
  });

  test('a long sentence is spoken clause by clause', () => {
    const clause = 'the soup was cold and the bread had been out for very long when we came to the counter that day';
    expect(split(`Oh dear me. ${clause}, ${clause}. Ok.`)).toEqual([
      'Oh dear me. ',
      `${clause}, `,
      `${clause}. `,
      'Ok.',
    ]);
  });

  test('after a flush it is ready for another text', () => {
    const splitter = new SentenceSplitter();
    splitter.push('$5 and');
    splitter.flush();
    expect([...splitter.push('One two three, four')]).toEqual(['One two three, ']);
    expect(splitter.flush()).toBe('four');
  });
});

describe('what the model thinks', () => {
  test.each([
    [
      '<think>\nThe caller is angry. I must not offer a refund.\n</think>\n\nI am sorry to hear that.',
      'I am sorry to hear that.',
    ],
    ['Well. <reasoning>No.</reasoning> Yes.', 'Well. Yes.'],
  ])('%j is spoken %j', (text, spoken) => {
    for (const size of [1, 2, 5, text.length]) expect(split(text, size).join('')).toBe(spoken);
  });

  test('a closing tag alone takes back what stands before it', () => {
    const splitter = new SentenceSplitter();
    expect([...splitter.push('The caller is angry, I think. So ')]).toEqual(['The caller is angry, ', 'I think. ']);
    expect(splitter.withdrawn).toBe(false);
    expect([...splitter.push('no.</think> I am sorry. Well')]).toEqual(['I am sorry. ']);
    expect([splitter.withdrawn, splitter.kept]).toEqual([true, ' I am sorry. Well']);
    expect(splitter.flush()).toBe('Well');
  });
});

const words = fc.constantFrom(
  'Hello',
  'there',
  'soup,',
  'Mr.',
  'Smith.',
  '$4.99',
  '$5',
  'million',
  '**bold**',
  '-',
  '—',
  '\n',
  '\n\n- ',
  'a.m.',
  'We',
  '😀',
  'well...',
  'e.g.',
  '3.5',
  '(really)',
  'https://a.b/c',
  '<break',
  '<think>',
  'a</think>',
  'time="1s"/>',
  'お電話。',
  '#',
  'one—two',
  '?!',
  '50%',
  '&',
);
const texts = fc.oneof(
  fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

describe('whatever the model writes', () => {
  test('the pieces do not depend on how the stream was chunked', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (text, sizes) => {
        const splitter = new SentenceSplitter();
        const pieces: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length];
          add(pieces, splitter, text.slice(at, at + size));
          at += size;
        }
        const rest = splitter.flush();
        if (rest !== null) pieces.push(rest);
        expect(pieces).toEqual(split(text, Math.max(1, text.length)));
      }),
    );
  });

  test('nothing unspeakable comes out, no double space, nothing empty', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const pieces = split(text);
        expect(pieces.join('')).toMatch(SPOKEN_PATTERN);
        expect(pieces.join('')).not.toMatch(/ {2}|^ /);
        for (const piece of pieces) expect(piece.trim()).not.toBe('');
      }),
    );
  });

  test('every word is spoken once and in order, whatever decorates it', () => {
    const plain = fc.stringMatching(/^[a-z]{1,12}$/);
    const before = fc.constantFrom('', '**', '_', '(', '"', '[', '- ', '`', '— ', '😀 ');
    const after = fc.constantFrom(
      '',
      '**',
      '_',
      ')',
      '."',
      ',',
      '!',
      '?!',
      '...',
      ']',
      '`',
      ' —',
      ' $3',
      ' 😀',
      ':',
      '…',
    );
    const gap = fc.constantFrom(' ', '  ', '\n', '\n\n', ' \n ');
    fc.assert(
      fc.property(fc.array(fc.tuple(before, plain, after, gap), { maxLength: 60 }), (list) => {
        const spoken = split(list.map((parts) => parts.join('')).join('')).join('');
        const said = spoken.replace(/\b3 dollars\b/g, ' ').match(/[a-z]+/g) ?? [];
        expect(said).toEqual(list.map(([, word]) => word));
      }),
    );
  });
});
