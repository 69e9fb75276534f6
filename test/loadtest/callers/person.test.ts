import { describe, expect, test } from 'vitest';
import { joined, lengthMs, say, somebody, trimmed } from '../../../loadtest/callers/person.js';
import { seededRandom } from '../../../loadtest/simulators/latency.js';

describe('people', () => {
  test('differ, and are the same for the same seed', () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 12 }, () => somebody(random));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(new Set(draw(1).map(({ voice }) => JSON.stringify(voice))).size).toBeGreaterThan(10);
  });

  test('say a text without silence at its ends, with pauses where they are written', async () => {
    const person = somebody(seededRandom(1));
    const plain = await say('My name is Margaret.', person);
    expect(Math.abs(plain.pcm[0])).toBeGreaterThan(0.005);
    expect(plain.words.map(({ text }) => text)).toEqual(['My', 'name', 'is', 'Margaret.']);
    const paused = await say('My name is ... Margaret.', person, 900);
    const [is, margaret] = paused.words.slice(2);
    expect(margaret.startMs - is.endMs).toBeGreaterThan(850);
    expect(margaret.endMs).toBeLessThanOrEqual(lengthMs(paused));
  });
});

test('a word ends where its sound does, not where the next begins', () => {
  const pcm = new Float32Array(800 * 8);
  pcm.fill(0.2, 100 * 8, 300 * 8);
  pcm.fill(0.2, 500 * 8, 700 * 8);
  const words = [
    { text: 'one', startMs: 100, endMs: 500 },
    { text: 'two', startMs: 500, endMs: 800 },
  ];
  expect(trimmed({ text: 'one two', pcm, words })).toMatchObject({
    words: [
      { text: 'one', startMs: 0, endMs: 200 },
      { text: 'two', startMs: 400, endMs: 600 },
    ],
  });
});

test('parts follow one another after their gaps, words and all', () => {
  const part = { text: 'a', pcm: new Float32Array(80).fill(0.1), words: [{ text: 'a', startMs: 0, endMs: 10 }] };
  const whole = joined([
    { utterance: part, gapMs: 5 },
    { utterance: part, gapMs: 20 },
  ]);
  expect(lengthMs(whole)).toBe(45);
  expect(whole.words.map(({ startMs }) => startMs)).toEqual([5, 35]);
});
