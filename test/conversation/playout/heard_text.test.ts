import { describe, expect, test } from 'vitest';
import { alignWords, heardText } from '../../../src/conversation/playout/heard_text.js';

const TEXT = 'Hello there, how was your lunch today? ';
const WORDS = ['Hello', 'there,', 'how', 'was', 'your', 'lunch', 'today?'];
const STARTS = [0, 300, 700, 900, 1100, 1300, 1600];
const ENDS = [280, 600, 880, 1080, 1280, 1580, 2000];

function heard(heardMs: number, over: Partial<Parameters<typeof heardText>[0]> = {}): string {
  const input = {
    text: TEXT,
    words: WORDS,
    wordStartMs: STARTS,
    wordEndMs: ENDS,
    heardMs,
    audioMs: 2100,
    finished: true,
  };
  return TEXT.slice(0, heardText({ ...input, ...over }).end);
}

describe('by word times', () => {
  test.each([
    [0, ''],
    [100, ''], // less than half of a word is no word
    [140, 'Hello'],
    [440, 'Hello'],
    [450, 'Hello there,'],
    [1000, 'Hello there, how was'],
    [1799, 'Hello there, how was your lunch'],
    [1800, TEXT],
    [2100, TEXT],
  ])('after %i ms: "%s"', (heardMs, text) => {
    expect(heard(heardMs)).toBe(text);
  });

  test('words the TTS wrote differently are skipped, the next known word carries on', () => {
    const text = 'It costs 5 dollars today.';
    const words = ['It', 'costs', 'five', 'dollars', 'today'];
    expect(alignWords(text, words)).toEqual([2, 8, -1, 18, 25]);
  });

  test('a short word does not match inside a longer one', () => {
    expect(alignWords('what a day', ['what', 'a', 'day'])).toEqual([4, 6, 10]);
    expect(alignWords('banana a day', ['a'])).toEqual([8]);
  });

  test('when times are there only for the beginning, the rest goes by proportion from there', () => {
    const part = { words: WORDS.slice(0, 2), wordStartMs: STARTS.slice(0, 2), wordEndMs: ENDS.slice(0, 2) };
    expect(heard(600, part)).toBe('Hello there,');
    expect(heard(1350, part)).toBe('Hello there, how was your'); // half of the rest
    expect(heard(1250, { ...part, finished: false, audioMs: 1250 })).toBe('Hello there, how was'); // 15 characters a second
  });
});

describe('by proportion', () => {
  const none = { words: [], wordStartMs: [], wordEndMs: [] };
  test.each([
    [0, ''],
    [50, ''],
    [1050, 'Hello there, how was'],
    [2099, TEXT.trimEnd()],
    [2100, TEXT],
  ])('after %i of 2100 ms: "%s"', (heardMs, text) => {
    expect(heard(heardMs, none)).toBe(text);
  });

  test('a reply still growing has more text than audio: only what can have been said counts', () => {
    expect(heard(500, { ...none, audioMs: 500, finished: false })).toBe('Hello');
  });

  test('scripts without spaces are cut between characters, never inside one', () => {
    const text = '𠮷'.repeat(60);
    const { end } = heardText({ text, ...none, heardMs: 1010, audioMs: 2000, finished: true });
    expect(end).toBe(60);
    const odd = heardText({ text, ...none, heardMs: 1020, audioMs: 2000, finished: true });
    expect(text.charCodeAt(odd.end - 1) & 0xfc00).toBe(0xdc00);
  });
});
