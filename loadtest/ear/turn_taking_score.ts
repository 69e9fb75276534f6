// The turn-taking score (after EVA): 0 to 1 for each answered turn, and response times in milliseconds. Pure; on what the
// telephone played and what the caller said.

import type { CallerEvent, JudgedCall } from './caller_event.js';
import { isSounding, mean, merged, type Span, soundIn } from './spans.js';

export interface ScoredTurn {
  call: string;
  event: CallerEvent;
  kind: 'plain' | 'cut_into' | 'interruption';
  /** End of the caller's voice -> the agent's first sound; null: none that can be told. */
  latencyMs: number | null;
  score: number;
}

/** A hole that ends a stretch of the agent's speech. */
const SEGMENT_GAP_MS = 400;
/** How long the agent may go on after an interruption before the score is 0. */
const GOES_ON_MS = 2000;

/** 0 at -500 ms, rising straight to 1 at 500, 1 until 2,000, falling straight to 0 at 3,500; later ends when a tool ran. */
export function latencyScore(latencyMs: number, toolRan = false): number {
  const [fallsMs, zeroMs] = toolRan ? [3000, 5000] : [2000, 3500];
  if (latencyMs <= 500) return Math.max(0, (latencyMs + 500) / 1000);
  if (latencyMs <= fallsMs) return 1;
  return Math.max(0, 1 - (latencyMs - fallsMs) / (zeroMs - fallsMs));
}

/** `overlapMs` of agent speech in `segments` stretches inside the caller's turn; then its answer after `latencyMs`. */
export function cutIntoScore(overlapMs: number, segments: number, latencyMs: number): number {
  const byOverlap = 0.5 * (1 - overlapMs / 2000);
  const byCount = 0.5 * (1 - (segments - 1) / 2);
  return Math.max(0, Math.min(byOverlap, byCount, latencyScore(latencyMs)));
}

/** The answered turns of a call, scored. Turns that got no answer are the response rate's business. */
export function scoreTurns(call: JudgedCall): ScoredTurn[] {
  const segments = merged(call.agent, SEGMENT_GAP_MS);
  const turns = call.events.filter(({ kind }) => kind === 'turn' || kind === 'interruption');
  return turns.flatMap((event, at): ScoredTurn[] => {
    const nextMs = turns[at + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    const wasSpeaking = isSounding(merged(call.agent, 200), event.startMs);
    const answer = segments.find(({ startMs }) => startMs >= event.endMs && startMs < nextMs);
    const latencyMs = answer ? answer.startMs - event.endMs : null;
    if (wasSpeaking) {
      if (endedByItself(call, event.startMs)) return [];
      const score = Math.max(0, 1 - wentOnMs(call.agent, event.startMs) / GOES_ON_MS);
      return [{ call: call.id, event, kind: 'interruption', latencyMs, score }];
    }
    const inside = segments.filter(({ startMs }) => startMs > event.startMs && startMs < event.endMs);
    if (inside.length > 0) {
      // An agent that speaks on over the end has answered before it.
      const over = inside.find(({ endMs }) => endMs > event.endMs);
      const firstMs = latencyMs ?? (over ? over.startMs - event.endMs : null);
      if (firstMs === null) return [];
      const overlapMs = soundIn(call.agent, event.startMs, event.endMs);
      const score = cutIntoScore(overlapMs, inside.length, firstMs);
      return [{ call: call.id, event, kind: 'cut_into', latencyMs: over ? null : latencyMs, score }];
    }
    if (latencyMs === null) return [];
    return [{ call: call.id, event, kind: 'plain', latencyMs, score: latencyScore(latencyMs) }];
  });
}

export function averageScore(scored: readonly ScoredTurn[]): { score: number | null; n: number } {
  return { score: mean(scored.map(({ score }) => score)), n: scored.length };
}

/** From `atMs` until a silence of `SEGMENT_GAP_MS`. */
export function wentOnMs(agent: readonly Span[], atMs: number): number {
  let endMs = atMs;
  for (const span of agent) {
    if (span.endMs <= atMs) continue;
    if (span.startMs - endMs >= SEGMENT_GAP_MS) break;
    endMs = span.endMs;
  }
  return endMs - atMs;
}

function endedByItself(call: JudgedCall, atMs: number): boolean {
  return call.replyEndsMs.some((endMs) => endMs >= atMs && endMs <= atMs + 400);
}
