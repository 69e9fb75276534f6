import { describe, expect, test } from 'vitest';
import type { CallerEvent } from '../../../loadtest/ear/caller_event.js';
import type { Span } from '../../../loadtest/ear/spans.js';
import {
  averageScore,
  cutIntoScore,
  latencyScore,
  scoreTurns,
  wentOnMs,
} from '../../../loadtest/ear/turn_taking_score.js';

const said = (...times: [number, number][]): Span[] => times.map(([startMs, endMs]) => ({ startMs, endMs }));

test.each([
  [-600, false, 0],
  [-500, false, 0],
  [0, false, 0.5],
  [500, false, 1],
  [2000, false, 1],
  [2750, false, 0.5],
  [3500, false, 0],
  [3000, true, 1],
  [4000, true, 0.5],
  [5000, true, 0],
])('an answer after %i ms (tool: %s) scores %f', (latency, tool, score) => {
  expect(latencyScore(latency, tool)).toBeCloseTo(score);
});

test.each([
  [0, 1, 800, 0.5],
  [1000, 1, 800, 0.25],
  [200, 2, 800, 0.25],
  [200, 3, 800, 0],
  [200, 1, -400, 0.1],
  [3000, 1, 800, 0],
])('spoken into for %i ms in %i stretches, answered after %i ms: %f', (overlap, count, latency, score) => {
  expect(cutIntoScore(overlap, count, latency)).toBeCloseTo(score);
});

describe('turns of a call', () => {
  const judge = (agent: Span[], kind: CallerEvent['kind'], replyEndsMs: number[] = []) =>
    scoreTurns({
      id: 'a',
      durationMs: 20_000,
      agent,
      events: [{ kind, startMs: 3000, endMs: 5000, text: '' }],
      replyEndsMs,
    })[0];

  test('a plain one by its latency', () => {
    expect(judge(said([0, 1000], [5600, 8000]), 'turn')).toMatchObject({ kind: 'plain', latencyMs: 600, score: 1 });
  });

  test('one that the agent spoke into', () => {
    expect(judge(said([3500, 4000], [5600, 8000]), 'turn')).toMatchObject({
      kind: 'cut_into',
      latencyMs: 600,
      score: 0.375,
    });
    expect(judge(said([4900, 8000]), 'turn')).toMatchObject({ kind: 'cut_into', latencyMs: null, score: 0.4 });
  });

  test('an interruption by how long the agent went on', () => {
    expect(judge(said([1000, 3500], [6000, 7000]), 'interruption')).toMatchObject({
      kind: 'interruption',
      score: 0.75,
    });
    expect(judge(said([1000, 3500]), 'interruption', [3300])).toBeUndefined();
  });

  test('one without an answer is not scored', () => {
    expect(judge(said([0, 1000]), 'turn')).toBeUndefined();
    expect(averageScore([])).toEqual({ score: null, n: 0 });
  });

  test('how long the agent goes on ends at a silence of 400 ms', () => {
    expect(wentOnMs(said([0, 3200], [3500, 3900], [4400, 5000]), 3000)).toBe(900);
    expect(wentOnMs(said([0, 1000], [6000, 7000]), 3000)).toBe(0);
  });
});
