import { expect, test } from 'vitest';
import { completeThings, DICTATION_KINDS, dictations, PAUSE_MS_MAX } from '../../../loadtest/turns/dictations.js';

test('the same seed dictates the same, another one something else', () => {
  expect(dictations(30, 7)).toEqual(dictations(30, 7));
  expect(dictations(30, 7)).not.toEqual(dictations(30, 8));
});

test('all kinds come, with pauses up to the stated length and words in order', () => {
  const made = dictations(200, 1);
  expect(new Set(made.map(({ kind }) => kind))).toEqual(new Set(DICTATION_KINDS));
  const pauses = made.flatMap((turn) => turn.pauses.map(({ ms }) => ms));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(PAUSE_MS_MAX);
  expect(Math.max(...pauses)).toBeGreaterThan(PAUSE_MS_MAX - 50);
  for (const { words, pauses: inside } of made) {
    expect(inside.length).toBeGreaterThan(0);
    for (let i = 1; i < words.length; i++) expect(words[i].startMs).toBeGreaterThanOrEqual(words[i - 1].endMs);
    for (const { at, ms } of inside) expect(words[at + 1].startMs - words[at].endMs).toBe(ms);
  }
});

test('complete things are said in one breath', () => {
  for (const { pauses, asked } of completeThings(40, 1)) {
    expect(pauses).toEqual([]);
    expect(asked).not.toBe('');
  }
});
