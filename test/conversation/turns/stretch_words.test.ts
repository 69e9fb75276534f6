import { expect, test } from 'vitest';
import { Stretch } from '../../../src/conversation/turns/stretch.js';
import { newWords, overlaps, settledWords } from '../../../src/conversation/turns/stretch_words.js';

test.each([
  ['yeah stop', 'yeah', 'stop'],
  ['yeah', 'yeah', ''],
  ['', 'yeah', ''],
  ['yes stop it', 'yeah', 'stop it'], // the recogniser changed its mind about the first word
  ['stop', '', 'stop'],
])('of "%s" after "%s" the new words are "%s"', (text, before, expected) => {
  expect(newWords(text, before)).toBe(expected);
});

test.each([
  [0, 900, false], // ended before it
  [0, 1100, true],
  [1200, 1500, true],
  [1700, 1900, true], // within the recogniser's rounding
  [1800, 2500, false],
])('a result over %i to %i ms has heard some of 1000 to 1500: %s', (startMs, endMs, expected) => {
  const stretch = new Stretch(1000);
  stretch.lastSpeechMs = 1500;
  expect(overlaps(stretch, startMs, endMs)).toBe(expected);
});

test.each([
  ['yea', '', ''],
  ['yeah', 'yeah', 'yeah'],
  ['can you te', '', 'can you'],
  ['yeah stop', 'yeah', 'yeah'],
])('of "%s", final so far "%s", "%s" is settled', (text, finalText, expected) => {
  expect(settledWords(text, finalText)).toBe(expected);
});
