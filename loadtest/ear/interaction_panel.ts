// The interaction panel (after tau-voice): how fast the agent answers and yields, and whether it can tell a turn from a
// nod, a cough and speech that is not meant for it. Counted in ticks of 200 ms on what the telephone played and on what
// the caller did. Pure; the definitions stand at each rule.

import type { CallerEvent, JudgedCall } from './caller_event.js';
import { mean, merged, type Span, TICK_MS, ticksOf } from './spans.js';

export interface Verdict {
  call: string;
  event: CallerEvent;
  /** `response`: L_R and R_R. `yield`: L_Y and R_Y. `selectivity`: an S. `cut_in`: I_A counts `count`. */
  rule: 'response' | 'yield' | 'selectivity' | 'cut_in';
  /** null: the situation did not arise (the agent had ended by itself, the call was over). */
  ok: boolean | null;
  latencyS: number | null;
  count: number;
  /** The agent was speaking when the event began. */
  speaking: boolean;
}

const YIELD_WITHIN_S = 2;
const TALK_THROUGH_S = 1;
const SILENT_WITHIN_S = 2;
/** Ticks of silence that end a stretch of the agent's speech. */
const SEGMENT_GAP_TICKS = 2;

const tick = (ms: number): number => Math.floor(ms / TICK_MS);
const seconds = (ticks: number): number => (ticks * TICK_MS) / 1000;
const inTicks = (s: number): number => Math.round((s * 1000) / TICK_MS);

export function judgeCall(call: JudgedCall): Verdict[] {
  const speech = ticksOf(call.agent, call.durationMs);
  const segments = segmentsOf(speech);
  const turns = call.events.filter(({ kind }) => kind === 'turn' || kind === 'interruption');
  const verdicts: Verdict[] = [];
  for (const event of call.events) {
    const speaking = speech[tick(event.startMs)] === true;
    const add = (rule: Verdict['rule'], ok: boolean | null, latencyS: number | null = null, count = 1): void => {
      verdicts.push({ call: call.id, event, rule, ok, latencyS, count, speaking });
    };
    if (event.kind === 'burst') continue;
    if (event.kind !== 'turn' && event.kind !== 'interruption') {
      add('selectivity', selective(call, speech, segments, event, speaking));
      continue;
    }
    const next = turns.find(({ startMs }) => startMs > event.startMs);
    let isResolved = true;
    if (speaking) {
      const latencyS = yieldLatency(call, speech, event);
      if (latencyS !== 'void') {
        isResolved = latencyS !== null;
        add('yield', isResolved, latencyS);
      }
    }
    add('cut_in', true, null, cutIns(call, event));
    // A turn over whose end the agent speaks, and an interruption that was not yielded to, are no question of response.
    if (!isResolved || speech[tick(event.endMs)] === undefined || (speech[tick(event.endMs - 1)] && speaking)) continue;
    if (goesOnOver(call.agent, event)) continue;
    const answer = segments.find((segment) => segment.from * TICK_MS + TICK_MS > event.endMs);
    const isBefore = answer && (next === undefined || answer.from * TICK_MS < next.startMs);
    if (isBefore) add('response', true, Math.max(0, seconds(answer.from - Math.ceil(event.endMs / TICK_MS))));
    else if (next || call.durationMs - event.endMs > 4000) add('response', false);
  }
  return verdicts;
}

interface Segment {
  from: number;
  to: number;
}

/** Contiguous ticks of speech; a single silent tick is a pause inside. */
function segmentsOf(speech: readonly boolean[]): Segment[] {
  const segments: Segment[] = [];
  speech.forEach((isSpeech, at) => {
    if (!isSpeech) return;
    const last = segments.at(-1);
    if (last && at - last.to <= SEGMENT_GAP_TICKS) last.to = at;
    else segments.push({ from: at, to: at });
  });
  return segments;
}

/** Onset of the interruption -> first of two silent ticks; null = not within 2.0 s; void = it had ended by itself. */
function yieldLatency(call: JudgedCall, speech: readonly boolean[], event: CallerEvent): number | null | 'void' {
  const from = tick(event.startMs);
  if (endsByItself(call, event.startMs, 0.4)) return 'void';
  for (let at = from + 1; at <= from + inTicks(YIELD_WITHIN_S); at++) {
    if (at + 1 >= speech.length) return 'void';
    if (!speech[at] && !speech[at + 1]) return seconds(at - from);
  }
  return null;
}

/**
 * While the agent speaks: no silence of more than one tick begins within 1.0 s of the onset. While it is silent: nothing
 * is said from the onset until 2.0 s after the end; a silence in which it owes the answer to a turn is none. Backchannels exist
 * only while it speaks.
 */
function selective(
  call: JudgedCall,
  speech: readonly boolean[],
  segments: readonly Segment[],
  event: CallerEvent,
  speaking: boolean,
): boolean | null {
  const from = tick(event.startMs);
  if (speaking) {
    if (endsByItself(call, event.startMs, TALK_THROUGH_S + 0.4)) return null;
    if (from + inTicks(TALK_THROUGH_S) + 1 >= speech.length) return null;
    for (let at = from + 1; at <= from + inTicks(TALK_THROUGH_S); at++)
      if (!speech[at] && !speech[at + 1]) return false;
    return true;
  }
  if (event.kind === 'backchannel' || isOwed(call, event)) return null;
  const untilMs = event.endMs + SILENT_WITHIN_S * 1000;
  const next = call.events.find(({ startMs, kind }) => startMs > event.startMs && kind === 'turn');
  if (untilMs > call.durationMs || (next && next.startMs < untilMs)) return null;
  return !segments.some((segment) => segment.from > from && segment.from * TICK_MS < untilMs);
}

/** The last turn before it has had no answer yet: what is said now is that. */
function isOwed(call: JudgedCall, event: CallerEvent): boolean {
  const turn = call.events.findLast(
    ({ kind, startMs }) => (kind === 'turn' || kind === 'interruption') && startMs < event.startMs,
  );
  return turn !== undefined && !call.agent.some(({ endMs }) => endMs > turn.endMs && endMs <= event.startMs);
}

/** Stretches of the agent's speech that begin while the caller's turn lasts, its pauses included. */
function cutIns(call: JudgedCall, event: CallerEvent): number {
  return merged(call.agent, SEGMENT_GAP_TICKS * TICK_MS).filter(
    ({ startMs }) => startMs > event.startMs && startMs < event.endMs,
  ).length;
}

function goesOnOver(agent: readonly Span[], event: CallerEvent): boolean {
  return merged(agent, TICK_MS).some(({ startMs, endMs }) => startMs < event.endMs && endMs > event.endMs);
}

function endsByItself(call: JudgedCall, atMs: number, withinS: number): boolean {
  return call.replyEndsMs.some((endMs) => endMs >= atMs && endMs <= atMs + withinS * 1000);
}

export interface Panel {
  L_R: number | null;
  R_R: number | null;
  R_Y: number | null;
  L_Y: number | null;
  I_A: number | null;
  S_BC: number | null;
  S_VT: number | null;
  S_ND: number | null;
  selectivity: number | null;
  /** Events behind each figure. */
  counts: Record<'L_R' | 'R_R' | 'R_Y' | 'L_Y' | 'I_A' | 'S_BC' | 'S_VT' | 'S_ND', number>;
}

export function panelOf(verdicts: readonly Verdict[]): Panel {
  const valid = verdicts.filter(({ ok }) => ok !== null);
  const of = (rule: Verdict['rule']): Verdict[] => valid.filter((verdict) => verdict.rule === rule);
  const [responses, yields, cuts] = [of('response'), of('yield'), of('cut_in')];
  const s = (kind: CallerEvent['kind']): Verdict[] => of('selectivity').filter(({ event }) => event.kind === kind);
  const [bc, vt, nd] = [s('backchannel'), s('vocal'), s('not_for_us')];
  const rate = (of: readonly Verdict[]): number | null => mean(of.map(({ ok }) => (ok ? 1 : 0)));
  const latency = (of: readonly Verdict[]): number | null => mean(of.flatMap(({ latencyS }) => latencyS ?? []));
  const three = [rate(bc), rate(vt), rate(nd)];
  return {
    L_R: latency(responses),
    R_R: rate(responses),
    R_Y: rate(yields),
    L_Y: latency(yields),
    I_A: mean(cuts.map(({ count }) => count)),
    S_BC: three[0],
    S_VT: three[1],
    S_ND: three[2],
    selectivity: three.every((one) => one !== null) ? mean(three.flatMap((one) => one ?? [])) : null,
    counts: {
      L_R: responses.filter(({ ok }) => ok).length,
      R_R: responses.length,
      R_Y: yields.length,
      L_Y: yields.filter(({ ok }) => ok).length,
      I_A: cuts.length,
      S_BC: bc.length,
      S_VT: vt.length,
      S_ND: nd.length,
    },
  };
}
