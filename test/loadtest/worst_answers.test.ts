import { expect, test } from 'vitest';
import type { TurnParts } from '../../loadtest/report/turn_analysis.js';
import { worstAnswers } from '../../loadtest/report/worst_answers.js';

const answer = (callSid: string, answerMs: number, e1: number): TurnParts => ({
  callSid,
  voiceEndMs: answerMs - 800,
  answerMs,
  responseMs: 800,
  holdMs: 300,
  sttMs: 100,
  llmMs: 300,
  ttsMs: 90,
  e0: 4,
  e1,
  e2: 1,
  e3: 2,
  engineAddedMs: 7 + e1,
});

test('the worst answers come first, with their parts and seconds since the window began', () => {
  const parts = [answer('CA1', 3000, 1), answer('CA2', 5250, 30.126), answer('CA3', 4000, 2)];
  const worst = worstAnswers(parts, 1000);
  expect(worst.map(({ call_sid }) => call_sid)).toEqual(['CA2', 'CA3', 'CA1']);
  expect(worst[0]).toEqual({ call_sid: 'CA2', at_s: 4.25, engine_added_ms: 37.13, e0: 4, e1: 30.13, e2: 1, e3: 2 });
  expect(parts[0].callSid, 'the input keeps its order').toBe('CA1');
});

test('of many answers only the worst are kept', () => {
  const parts = Array.from({ length: 500 }, (_, i) => answer(`CA${i}`, 2000, i));
  const worst = worstAnswers(parts, 0);
  expect(worst).toHaveLength(20);
  expect(worst.at(-1)?.call_sid).toBe('CA480');
});
