import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ThoughtFilter } from '../../../src/conversation/text/thought_filter.js';

/** What is left of a stream that came in pieces of `size`; what was withdrawn is not counted. */
function left(text: string, size = 1): string {
  const filter = new ThoughtFilter();
  let out = '';
  for (let at = 0; at < text.length; at += size) {
    const part = filter.push(text.slice(at, at + size));
    out = filter.withdrawn ? part : out + part;
  }
  return out + filter.flush();
}

test.each([
  ['<think>The caller is angry.</think>I am sorry.', ' I am sorry.'],
  ['<think>\nno refund\n</think>\n\nHello', ' \n\nHello'],
  ['<Thinking>a</Thinking>b', ' b'],
  ['<THINK>a</THINK>b', ' b'],
  ['<reasoning effort="high">a</reasoning>b', ' b'],
  ['<thinking>a</thinking>b', ' b'],
  ['<chain_of_thought>a</chain_of_thought>b', ' b'],
  ['<scratchpad>a</scratchpad>b', ' b'],
  ['[THINK]a[/THINK]b', ' b'],
  ['◁think▷a◁/think▷b', ' b'],
  ['<|begin_of_thought|>a<|end_of_thought|>b', ' b'],
  ['<think>a</thinking>b', ' b'],
  ['one <think>a</think>two', 'one  two'],
  ['5<think>a</think>6', '5 6'],
  ['<think/>Hello', ' Hello'],
  ['<think>a < b and [c] <b>d</b></think>e', ' e'],
  ['</ think >b', 'b'],
  // The opening tag was left out.
  ['The caller is angry.\n</think>\n\nI am sorry.', '\n\nI am sorry.'],
  ['<think>a<think>b</think>c</think>d', 'd'],
  // Never closed: the model ran out of tokens while it thought.
  ['Hello. <think>and then', 'Hello.  '],
  ['Hello <think', 'Hello '],
  ['Hello <think a="1', 'Hello '],
])('%j leaves %j', (text, expected) => {
  expect(left(text)).toBe(expected);
  expect(left(text, text.length)).toBe(expected);
});

test.each([
  'if 5 < 10 then',
  'x <y',
  'a<b',
  '<',
  'the <b>bold</b> word',
  'I <3 you',
  '<break time="1s"/>',
  '<thinner>a</thinner>',
  '[1] and [thin]',
  'I think so. Thinking aloud, reasoning',
  '<<think about it',
  '<think about it. No tag ends here because the next < sign begins another word',
  '5 <= 6 <',
])('%j stays as it is', (text) => {
  expect(left(text)).toBe(text);
});

describe('whatever the model writes', () => {
  const part = fc.constantFrom(
    '<',
    '>',
    '/',
    '<think>',
    '</think>',
    '<reasoning a="b">',
    ' ',
    'think',
    '[',
    'x',
    '1',
    '\n',
    '◁',
    '|',
  );
  test('the result does not depend on how the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.integer({ min: 1, max: 7 }), (parts, size) => {
        expect(left(parts.join(''), size)).toBe(left(parts.join(''), 1));
      }),
    );
  });

  test('text without thoughts comes out whole', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        fc.pre(!/think|thought|reason|cot|analysis/i.test(text));
        expect(left(text, 3)).toBe(text);
      }),
    );
  });
});
