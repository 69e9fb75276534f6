import { describe, expect, test } from 'vitest';
import { restToSay } from '../../../src/conversation/playout/rest_to_say.js';

const TEXT = 'One two three four five. Six';
const WORDS = ['One', 'two', 'three', 'four', 'five.'];
/** Word i is said from 300 i to 300 i + 250. */
const timed = (count: number, words = WORDS) => ({
  words: words.slice(0, count),
  wordStartMs: words.slice(0, count).map((_, i) => 300 * i),
  wordEndMs: words.slice(0, count).map((_, i) => 300 * i + 250),
});

describe('what is left to say', () => {
  test.each<[string, number, number, number, { rest: string; words: number; keepMs: number }]>([
    // words with times, audio ms, sent ms
    ['nothing came', 0, 0, 0, { rest: TEXT, words: 0, keepMs: 0 }],
    ['times came, sound did not', 3, 0, 0, { rest: TEXT, words: 0, keepMs: 0 }],
    ['in the middle of a word', 5, 700, 200, { rest: ' three four five. Six', words: 2, keepMs: 600 }],
    ['its beginning is out already', 5, 700, 690, { rest: ' three four five. Six', words: 2, keepMs: 600 }],
    ['between two words', 5, 560, 560, { rest: ' three four five. Six', words: 2, keepMs: 560 }],
    ['a word without its last moment is whole', 5, 830, 500, { rest: ' four five. Six', words: 3, keepMs: 850 }],
    ['all but what the model has not written', 5, 1450, 1000, { rest: ' Six', words: 5, keepMs: 1450 }],
    [
      'unsent sound that no times came for is dropped',
      2,
      1200,
      500,
      { rest: ' three four five. Six', words: 2, keepMs: 550 },
    ],
    [
      'heard sound that no times came for counts by its length',
      2,
      1200,
      1150,
      { rest: ' five. Six', words: 2, keepMs: 1150 },
    ],
    ['no times at all', 0, 1000, 1000, { rest: ' four five. Six', words: 0, keepMs: 1000 }],
    ['the first word', 5, 100, 60, { rest: TEXT, words: 0, keepMs: 0 }],
  ])('%s', (_, count, audioMs, sentMs, expected) => {
    const { from, words, keepMs } = restToSay({ text: TEXT, ...timed(count), audioMs, sentMs });
    expect({ rest: TEXT.slice(from), words, keepMs }).toEqual(expected);
  });

  test('a number that the voice reports as words does not send it back to the word before', () => {
    const text = 'It costs 5 dollars today.';
    const spoken = timed(5, ['It', 'costs', 'five', 'dollars', 'today.']);
    const rest = (audioMs: number) => text.slice(restToSay({ text, ...spoken, audioMs, sentMs: 0 }).from);
    expect(rest(950)).toBe(' dollars today.');
    expect(rest(1250)).toBe(' today.');
  });
});
