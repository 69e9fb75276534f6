import { describe, expect, test } from 'vitest';
import { say, somebody } from '../../../loadtest/callers/person.js';
import { backchannel, burst, misheard, notForUs, vocalSound } from '../../../loadtest/panel/out_of_turn.js';
import { seededRandom } from '../../../loadtest/simulators/latency.js';

const person = somebody(seededRandom(3));
const other = somebody(seededRandom(4));
const db = (pcm: Float32Array) => 10 * Math.log10(pcm.reduce((sum, sample) => sum + sample ** 2, 0) / pcm.length);

describe('things out of turn', () => {
  test('nods are short and written as words', async () => {
    const random = seededRandom(1);
    for (let i = 0; i < 20; i++) {
      const { utterance, heardAs } = await backchannel(person, random);
      expect(utterance.pcm.length / 8, utterance.text).toBeLessThan(900);
      expect(heardAs.map(({ text }) => text).join(' ')).toMatch(/^(Mhmm|Uh-huh|Yeah|Okay|Right)\.$/);
    }
  });

  test('sounds of the body are no words, or rarely a wrong one', () => {
    const random = seededRandom(1);
    const made = Array.from({ length: 300 }, () => vocalSound(person, random));
    const written = made.filter(({ heardAs }) => heardAs.length > 0);
    expect(written.length).toBeLessThan(20);
    expect(new Set(made.map(({ utterance }) => utterance.text))).toEqual(
      new Set(['cough', 'sneeze', 'sniff', 'throat', 'um']),
    );
    expect(written.every(({ utterance }) => utterance.text !== 'um')).toBe(true);
  });

  test('speech that is not for us is quieter than the caller and only partly written', async () => {
    const random = seededRandom(2);
    const ours = await say('I would like to speak with somebody.', person);
    const made = await Promise.all(Array.from({ length: 40 }, () => notForUs(person, other, random)));
    for (const { utterance } of made) expect(db(utterance.pcm)).toBeLessThan(db(ours.pcm) - 3);
    const written = made.filter(({ heardAs }) => heardAs.length > 0).length;
    expect(written).toBeGreaterThan(10);
    expect(written).toBeLessThan(36);
  });

  test('bursts are never written, and the same seed makes the same', () => {
    const [a, b] = [burst(person, seededRandom(5)), burst(person, seededRandom(5))];
    expect(a).toEqual(b);
    expect(a.heardAs).toEqual([]);
  });
});

test('a recogniser’s mistakes take about the share of words that they should', async () => {
  const { words } = await say('One two three four five six seven eight nine ten.', person);
  const random = seededRandom(1);
  const heard = Array.from({ length: 200 }, () => misheard(words, 0.1, random)).flat();
  const right = heard.filter((word) => words.includes(word)).length / (200 * words.length);
  expect(right).toBeGreaterThan(0.86);
  expect(right).toBeLessThan(0.94);
  expect(misheard(words, 0, random)).toEqual(words);
});
