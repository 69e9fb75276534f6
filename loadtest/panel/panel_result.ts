// From judged calls to the panel's figures, its goals, and what fell short. Pure.

import type { HeardCall } from '../callers/judged.js';
import { judgeCall, type Panel, panelOf, type Verdict } from '../ear/interaction_panel.js';
import { mean, quantile } from '../ear/spans.js';
import { averageScore, type ScoredTurn, scoreTurns, wentOnMs } from '../ear/turn_taking_score.js';

export interface PanelResult {
  panel: Panel;
  eva: { score: number | null; n: number };
  response_ms: { p50: number | null; p95: number | null; n: number };
  heard_text: { error_words_max: number; lost: number; doubled: number; calls: number };
  /** Beside the panel: to the millisecond, and bursts talked through. */
  exact: { yield_ms_mean: number | null; response_ms_mean: number | null };
  bursts: { talked_through: number | null; n: number };
}

export type Condition = 'clean' | 'noise';

export interface PanelReport extends PanelResult {
  by_condition: Partial<Record<Condition, PanelResult>>;
  /** One line each; empty = all goals are met. */
  missed: string[];
  /** What went wrong, event by event. */
  failures: { call: string; rule: string; kind: string; at_ms: number; text: string; detail: string }[];
}

const GOALS = {
  R_Y: { least: 0.99 },
  L_Y: { most: 0.45 },
  I_A: { most: 0.05 },
  S_BC: { least: 0.95 },
  S_VT: { least: 0.9 },
  S_ND: { least: 0.75 },
} as const;
/** What noise may take of a rate. */
const NOISE_POINTS = 0.05;
const EVA_LEAST = 0.93;
const RESPONSE_MS_MOST = { p50: 700, p95: 950 };
const HEARD_WORDS_MOST = 1;
const EVENTS_MIN = 10;

export function resultOf(calls: readonly HeardCall[]): PanelResult {
  const scored = calls.flatMap(scoreTurns);
  const latencies = scored.flatMap(({ latencyMs }) => latencyMs ?? []);
  const verdicts = calls.flatMap(judgeCall);
  const yields = verdicts.filter(({ rule, ok }) => rule === 'yield' && ok);
  const texts = calls.flatMap(({ text }) => text ?? []);
  return {
    panel: panelOf(verdicts),
    eva: averageScore(scored),
    response_ms: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), n: latencies.length },
    heard_text: {
      error_words_max: Math.max(0, ...texts.map(({ errorWordsMax }) => errorWordsMax)),
      lost: texts.reduce((sum, { lost }) => sum + lost.length, 0),
      doubled: texts.reduce((sum, { doubled }) => sum + doubled.length, 0),
      calls: texts.length,
    },
    exact: {
      yield_ms_mean: mean(
        yields.map(({ call, event }) => wentOnMs(calls.find(({ id }) => id === call)?.agent ?? [], event.startMs)),
      ),
      response_ms_mean: mean(latencies),
    },
    bursts: burstsOf(calls),
  };
}

function burstsOf(calls: readonly HeardCall[]): PanelResult['bursts'] {
  const through = calls.flatMap((call) =>
    call.events
      .filter(({ kind }) => kind === 'burst')
      .map(({ startMs }) => (wentOnMs(call.agent, startMs) >= 1000 ? 1 : 0)),
  );
  return { talked_through: mean(through), n: through.length };
}

/** `checkNumbers` false: a short run whose counts say little still shows its figures. */
export function reportOf(calls: ReadonlyMap<Condition, readonly HeardCall[]>): PanelReport {
  const all = [...calls.values()].flat();
  const by_condition: PanelReport['by_condition'] = {};
  for (const [condition, of] of calls) by_condition[condition] = resultOf(of);
  const whole = resultOf(all);
  const missed = Object.entries(by_condition).flatMap(([condition, result]) =>
    missedBy(result, condition === 'noise' ? NOISE_POINTS : 0).map((line) => `${condition}: ${line}`),
  );
  return { ...whole, by_condition, missed, failures: all.flatMap(failuresOf) };
}

function missedBy({ panel, eva, response_ms, heard_text }: PanelResult, points: number): string[] {
  const missed: string[] = [];
  for (const [name, goal] of Object.entries(GOALS)) {
    const value = panel[name as keyof typeof GOALS];
    const n = panel.counts[name as keyof typeof GOALS];
    if (n < EVENTS_MIN) missed.push(`${name} rests on ${n} events, at least ${EVENTS_MIN} are needed`);
    else if (value === null) continue;
    else if ('least' in goal && value < goal.least - points)
      missed.push(`${name} ${value.toFixed(3)}, goal >= ${(goal.least - points).toFixed(2)} (${n} events)`);
    else if ('most' in goal && value > goal.most + (name === 'I_A' ? points : 0))
      missed.push(`${name} ${value.toFixed(3)}, goal <= ${goal.most} (${n} events)`);
  }
  if (eva.score !== null && eva.score < EVA_LEAST) missed.push(`eva ${eva.score.toFixed(3)}, goal >= ${EVA_LEAST}`);
  for (const q of ['p50', 'p95'] as const) {
    const value = response_ms[q];
    if (value !== null && value > RESPONSE_MS_MOST[q])
      missed.push(`response ${q} ${Math.round(value)} ms, goal <= ${RESPONSE_MS_MOST[q]}`);
  }
  if (heard_text.error_words_max > HEARD_WORDS_MOST)
    missed.push(`heard text off by ${heard_text.error_words_max} words in a turn, goal <= ${HEARD_WORDS_MOST}`);
  if (heard_text.lost > 0) missed.push(`${heard_text.lost} words of replies skipped, goal 0`);
  if (heard_text.doubled > 0) missed.push(`${heard_text.doubled} words of replies played twice, goal 0`);
  return missed;
}

function failuresOf(call: HeardCall): PanelReport['failures'] {
  const made: PanelReport['failures'] = [];
  const add = (rule: string, { event }: { event: Verdict['event'] }, detail: string): void => {
    made.push({ call: call.id, rule, kind: event.kind, at_ms: Math.round(event.startMs), text: event.text, detail });
  };
  for (const verdict of judgeCall(call)) {
    const { rule, ok, count, speaking, latencyS } = verdict;
    if (rule === 'cut_in' && count > 0) add('I_A', verdict, `${count} agent stretches begin inside it`);
    else if (rule === 'yield' && ok && (latencyS ?? 0) > 0.8) add('L_Y', verdict, `yielded after ${latencyS} s`);
    else if (ok !== false) continue;
    else if (rule === 'response') add('R_R', verdict, 'no answer before the caller spoke again');
    else if (rule === 'yield') add('R_Y', verdict, 'still speaking two seconds later');
    else add('S', verdict, speaking ? 'fell silent within a second' : 'answered');
  }
  for (const { event, kind, score, latencyMs } of scoreTurns(call) satisfies ScoredTurn[])
    if (score < 0.5)
      add('eva', { event }, `${kind}, score ${score.toFixed(2)}, latency ${Math.round(latencyMs ?? Number.NaN)}`);
  const { text } = call;
  const whole = { event: { kind: 'turn', text: '', startMs: 0, endMs: 0 } } as const;
  if (text && text.errorWordsMax > HEARD_WORDS_MOST && text.worst)
    add(
      'heard_text',
      whole,
      `off by ${text.errorWordsMax}: server "${text.worst.server}", phone "${text.worst.phone}"`,
    );
  if (text && text.lost.length > 0) add('lost', whole, text.lost.slice(0, 20).join(' '));
  if (text && text.doubled.length > 0) add('doubled', whole, text.doubled.slice(0, 20).join(' '));
  if (!text) add('heard_text', whole, 'the server left no record of the call');
  return made;
}
