// The answers that the server delayed most, each with its parts: one stall that met many, or many of their own?

import { hundredths } from './quantiles.js';
import type { TurnParts } from './turn_analysis.js';

const WORST_ANSWERS_MAX = 20;

/** `at_s`: when the answer was heard, seconds since the window began. The parts are those of turn_analysis.ts, ms. */
export interface WorstAnswer {
  call_sid: string;
  at_s: number;
  engine_added_ms: number;
  e0: number;
  e1: number;
  e2: number;
  e3: number;
}

/** Worst first. `startMs`: the window's beginning on the clock of `parts`. */
export function worstAnswers(parts: readonly TurnParts[], startMs: number): WorstAnswer[] {
  const byAdded = [...parts].sort((a, b) => b.engineAddedMs - a.engineAddedMs);
  return byAdded.slice(0, WORST_ANSWERS_MAX).map(({ callSid, answerMs, engineAddedMs, e0, e1, e2, e3 }) => ({
    call_sid: callSid,
    at_s: hundredths((answerMs - startMs) / 1000)!,
    engine_added_ms: hundredths(engineAddedMs)!,
    e0: hundredths(e0)!,
    e1: hundredths(e1)!,
    e2: hundredths(e2)!,
    e3: hundredths(e3)!,
  }));
}
