// Reads a file of real calls, words with times, and makes caller turns of it: what was said, where the caller paused
// inside, when the other side really answered, what it had asked. Format: a list of calls `{id, turns, noise}`; a turn
// `{who: "caller" | "agent", words: [[word, start, end]...], segs: [[start, end, text, how]...]}`; noise `[who, start, end,
// what]`; times in ms on one clock per call.

import { readFileSync } from 'node:fs';
import { z } from 'zod';

export interface TimedWord {
  text: string;
  startMs: number;
  endMs: number;
  /** First or last of a stretch that the file's own recogniser cut, which it does at silences. */
  first: boolean;
  last: boolean;
}

/** A silence inside a turn: after word `at` the caller said nothing for `ms`, and went on. */
export interface Pause {
  at: number;
  ms: number;
}

export interface CallerTurn {
  call: string;
  words: TimedWord[];
  pauses: Pause[];
  /** What the agent had said since the caller's last turn, with its punctuation guessed. */
  asked: string;
  /** The agent answered so long after the turn's end; null = it talked over the end, or never did. */
  answeredAfterMs: number | null;
}

const words = z.tuple([z.string(), z.number(), z.number()]);
const segment = z.tuple([z.number(), z.number(), z.string(), z.string()]);
const turn = z.object({ who: z.enum(['caller', 'agent']), words: z.array(words), segs: z.array(segment) });
const noise = z.tuple([z.string(), z.number(), z.number(), z.string()]);
const calls = z.array(z.object({ id: z.string(), turns: z.array(turn), noise: z.array(noise).default([]) })).min(1);
type Call = z.output<typeof calls>[number];
type Segment = z.output<typeof segment>;

/** Shorter gaps lie between words. */
export const PAUSE_MS_MIN = 100;
/** So many of the agent's last stretches are taken for what it said. */
const ASKED_SEGMENTS = 3;

/** Reads and checks `path`. Throws an Error that says what is wrong with the file. */
export function readTurnsFile(path: string): CallerTurn[] {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`, { cause });
  }
  const checked = calls.safeParse(data);
  if (!checked.success) {
    const { path: where, message } = checked.error.issues[0];
    throw new Error(`${path}: no file of turns (${where.join('.') || 'the file'}: ${message})`);
  }
  const turns = checked.data.flatMap(callerTurns);
  if (turns.length === 0) throw new Error(`${path}: no turn of a caller in it`);
  return turns;
}

/** The turns of one call. Those that lie wholly under the agent's speech are left out: nobody waits for their end. */
export function callerTurns(call: Call): CallerTurn[] {
  const agent = call.turns
    .filter(({ who }) => who === 'agent')
    .flatMap(({ segs }) => segs)
    .sort((a, b) => a[0] - b[0]);
  const made: CallerTurn[] = [];
  let heardToMs = Number.NEGATIVE_INFINITY;
  for (const { who, words: timed, segs } of call.turns) {
    if (who !== 'caller' || timed.length === 0) continue;
    const spoken = timed.map(([text, startMs, endMs]) => ({ text, startMs, endMs, first: false, last: false }));
    markSegments(spoken, segs);
    const startMs = spoken[0].startMs;
    const endMs = spoken[spoken.length - 1].endMs;
    if (agent.some(([from, to]) => from <= startMs && to >= endMs)) continue;
    const before = agent.filter(([from]) => from < startMs);
    const since = before.filter(([from]) => from >= heardToMs);
    const asked = (since.length > 0 ? since : before.slice(-1)).slice(-ASKED_SEGMENTS);
    const overEnd = agent.some(([from, to]) => from < endMs && to > endMs);
    const next = agent.find(([from]) => from >= endMs);
    made.push({
      call: call.id,
      words: spoken,
      pauses: pausesOf(spoken).filter(({ at }) => !isUnsure(call, spoken[at].endMs, spoken[at + 1].startMs)),
      asked: asked.map(punctuated).join(' '),
      answeredAfterMs: next === undefined || overEnd ? null : next[0] - endMs,
    });
    heardToMs = startMs;
  }
  return made;
}

function markSegments(spoken: TimedWord[], segs: readonly Segment[]): void {
  for (const [from, to] of segs) {
    const inside = spoken.filter(({ startMs, endMs }) => startMs >= from && endMs <= to);
    if (inside.length === 0) continue;
    inside[0].first = true;
    inside[inside.length - 1].last = true;
  }
}

function pausesOf(spoken: readonly TimedWord[]): Pause[] {
  return spoken
    .slice(1)
    .map(({ startMs }, at) => ({ at, ms: startMs - spoken[at].endMs }))
    .filter(({ ms }) => ms >= PAUSE_MS_MIN);
}

/** Speech that nobody understood lies in it: whether it was a pause is not known. */
function isUnsure(call: Call, fromMs: number, toMs: number): boolean {
  return call.noise.some(
    ([who, from, to, what]) => who === 'caller' && what === 'unintelligible' && from < toMs && to > fromMs,
  );
}

const QUESTION =
  /\b(?:what|which|how|when|where|who|why|can you|could you|would you|do you|did you|is there|is it|was there|anything else)\b/;

/** The file's agents speak without punctuation; ours write it. */
function punctuated([, , text]: Segment): string {
  const clean = text.replace(/\[\S+\] ?|<unk> ?/g, '').trim();
  return clean === '' ? '' : `${clean}${QUESTION.test(clean) ? '?' : '.'}`;
}
