// Silence that somebody has to answer for: the caller has finished and nobody speaks, or the agent stopped in mid-reply and
// nobody speaks. Pure.

import type { JudgedCall } from './caller_event.js';
import type { Span } from './spans.js';

export interface Silence extends Span {
  /** What was heard before it. */
  after: 'nothing' | 'caller' | 'broken_off';
}

/** An agent's sound may end so long before the piece's last sound is counted, or after. */
const END_MS = 250;
/** Shorter holes are pauses of speech. */
const HOLE_MS = 400;

/** All such silences, by start. After a reply's own end it is the caller's turn to speak: that is none. */
export function owedSilences(call: JudgedCall): Silence[] {
  const caller = call.events.filter(({ kind }) => kind === 'turn' || kind === 'interruption');
  const sounds = [
    ...call.agent.map((span) => ({ ...span, who: 'agent' as const })),
    ...caller.map(({ startMs, endMs }) => ({ startMs, endMs, who: 'caller' as const })),
  ].sort((a, b) => a.startMs - b.startMs);
  const silences: Silence[] = [];
  let endMs = 0;
  let after: Silence['after'] | null = 'nothing';
  const silent = (untilMs: number): void => {
    if (after && untilMs - endMs > HOLE_MS) silences.push({ startMs: endMs, endMs: untilMs, after });
  };
  for (const sound of sounds) {
    silent(sound.startMs);
    if (sound.endMs <= endMs) continue;
    endMs = sound.endMs;
    if (sound.who === 'caller') after = 'caller';
    else after = call.replyEndsMs.some((ms) => Math.abs(ms - sound.endMs) <= END_MS) ? null : 'broken_off';
  }
  silent(call.durationMs);
  return silences;
}

export function longestMs(silences: readonly Silence[]): number {
  return Math.max(0, ...silences.map(({ startMs, endMs }) => endMs - startMs));
}
