import { expect, test } from 'vitest';
import { dictations } from '../../../loadtest/turns/dictations.js';
import { crossValidate, fitWeights, outcomeOf } from '../../../loadtest/turns/fit.js';
import { weightsFile } from '../../../loadtest/turns/fit_turns.js';
import { momentsOf } from '../../../loadtest/turns/moments.js';
import type { CallerTurn } from '../../../loadtest/turns/turns_file.js';

/** Callers who stop after "hi" and after their name, and are done after the request. */
function calls(count: number): CallerTurn[] {
  return Array.from({ length: count }, (_, k) => {
    const words = ['hi', 'my', 'name', 'is', 'ann', 'i', 'need', 'a', 'new', 'card'].map((text, i) => {
      const startMs = 1000 + 300 * i + (i > 4 ? 900 + 10 * k : 0);
      return { text, startMs, endMs: startMs + 280, first: i === 0 || i === 5, last: i === 4 || i === 9 };
    });
    const pauses = [{ at: 4, ms: words[5].startMs - words[4].endMs }];
    return { call: `call ${k}`, words, pauses, asked: 'How can I help you?', answeredAfterMs: 1000 };
  });
}

test('what is learned: wait after the name, answer after the request', () => {
  const turns = calls(20);
  const weights = fitWeights(turns);
  const outcome = outcomeOf(momentsOf(turns, 'plain'), weights);
  expect(outcome.cut).toBe(0);
  expect(outcome.holdMs).toBeLessThan(600);
});

test('a part is judged by weights that never saw its calls, and every turn is in one part', () => {
  const turns = calls(6);
  const parts = crossValidate(turns, 3);
  expect(parts.map((part) => part.turns.length)).toEqual([2, 2, 2]);
  expect(new Set(parts.flatMap((part) => part.turns.map(({ call }) => call))).size).toBe(6);
});

test('shorter bounds cut more and hold less', () => {
  const moments = momentsOf(dictations(40, 3), 'plain');
  const weights = fitWeights(calls(10));
  const [short, usual] = [outcomeOf(moments, weights, 0.3), outcomeOf(moments, weights, 1)];
  expect(usual.cut).toBe(0);
  expect(short.cut).toBeGreaterThan(usual.cut);
  expect(short.holdMs).toBeLessThan(usual.holdMs);
});

test('the written file says how it was made', () => {
  const text = weightsFile(fitWeights(calls(4)), '4 caller turns of 4 calls');
  expect(text).toMatch(/^\/\/ Weights of the end-of-turn score/);
  expect(text).toContain('fitted on 4 caller turns of 4 calls');
  expect(text).toContain('export const END_OF_TURN_WEIGHTS = {');
});
