import { describe, expect, test } from 'vitest';
import { completeness } from '../../../src/conversation/turns/utterance_completeness.js';

const FINISHED = 0.7;
const OPEN = 0.4;

describe('reads as finished', () => {
  test.each([
    'The soup was cold today.',
    'Can I talk to somebody?',
    'That is terrible!',
    'Yes.',
    'no',
    'No, thank you.',
    'yeah sure okay',
    'Yes, it was.',
    'I do.',
    'No, they were not.',
    "That's all.",
    'I do not know',
    'Where are you from?',
    'It was fine. Thank you.',
    'Eight',
    'I would give it a 10.',
    '555 123 4567',
    'five five five one two three four five six seven',
    'My name is Anna.',
    'Not really.',
    'Goodbye',
    'Well, I did.',
    'No thanks, that is all, bye.',
    'I told you.',
    'Oh yes please',
  ])('"%s"', (text) => expect(completeness(text)).toBeGreaterThanOrEqual(FINISHED));
});

describe('goes on', () => {
  test.each([
    'I went to the',
    'I went to the.', // transcribers put a full stop behind everything
    'The soup was cold and',
    'My number is',
    'My number is.',
    'my phone number is',
    'My name is',
    'Well, um',
    'The soup,',
    'I think it was because',
    'Let me see.',
    'Hold on',
    'You know',
    'It was very',
    'So...',
    'I would like',
    'Yes and',
    'I was there before',
    'My order number is',
    'I think.',
    'five five five',
    'My number is 555',
    '555 123',
    '',
    '...',
  ])('"%s"', (text) => expect(completeness(text)).toBeLessThan(OPEN));
});

test.each([
  'the soup was cold',
  'I had never been there before.',
  'It was what it is.',
  'how are you',
  'chicken salad sandwich',
  'my code is 1984',
])('"%s" could be either', (text) => {
  expect(completeness(text)).toBeGreaterThan(0);
  expect(completeness(text)).toBeLessThan(FINISHED);
});

test.each([
  ['es', 'La sopa estaba fría.', 'Mi número es', 'sí, gracias'],
  ['fr-FR', 'La soupe était froide.', 'Je suis allé à la', "oui, d'accord"],
  ['de', 'Die Suppe war kalt.', 'Ich war in der', 'nein danke'],
])('in %s too', (language, finished, open, short) => {
  expect(completeness(finished, language)).toBeGreaterThanOrEqual(FINISHED);
  expect(completeness(short, language)).toBeGreaterThanOrEqual(FINISHED);
  expect(completeness(open, language)).toBeLessThan(OPEN);
});

test('in a language without lists punctuation decides', () => {
  expect(completeness('Supen var kall.', 'sv')).toBeGreaterThanOrEqual(FINISHED);
  expect(completeness('Supen var,', 'sv')).toBe(0);
});

test('endless talk costs no endless time', () => {
  const text = `${'that is right '.repeat(600)}x`;
  const beganMs = performance.now();
  completeness(text);
  expect(performance.now() - beganMs).toBeLessThan(100);
});
