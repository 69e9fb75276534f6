import { expect, test } from 'vitest';
import { ourSentence } from '../../src/worker/our_sentence.js';
import type { Playout } from '../../src/worker/playout.js';
import type { Spoken } from '../../src/worker/speaker.js';

const playout = {
  heard: () => ({ text: `${'x'.repeat(200)} which soup was it` }),
  aheadMs: () => 300,
  queuedMs: 500,
} as unknown as Playout;
const spoken = (text: string, more: Partial<Spoken> = {}) =>
  ({ id: 1, audibleMs: 5, complete: true, reply: { text }, ...more }) as Spoken;

test('while nothing of ours can be heard there is none', () => {
  expect(ourSentence(null, playout, 1000)).toBeUndefined();
  expect(ourSentence(spoken('Hi?', { audibleMs: null }), playout, 1000)).toBeUndefined();
});

test.each<[string, Partial<Spoken>, number | null]>([
  ['Which soup was it?', {}, 1800],
  ['¿Qué sopa era？', {}, 1800],
  ['It was soup.', {}, null],
  ['Which soup was it?', { complete: false }, null],
])('%j %j: its question ends at %s', (text, more, questionEndMs) => {
  const sentence = ourSentence(spoken(text, more), playout, 1000);
  expect(sentence?.questionEndMs).toBe(questionEndMs);
  expect(sentence?.words).toHaveLength(120);
  expect(sentence?.words).toMatch(/which soup was it$/);
});
