// What replays are worth: the share of turns cut, the hold, and the curve between the two as a rule's knob is turned; for
// our rule, for silence alone and for an oracle. Pure; replaying is replay.ts, reading options and printing eot.ts.

import { kindOf, PAUSE_KINDS, type PauseKind } from './kinds.js';
import type { Replayed } from './replay.js';
import type { CallerTurn } from './turns_file.js';

export const HOLDS_MS = [300, 400, 600, 800] as const;
export const CUTS_PCT = [5, 10] as const;

/** One setting of a rule's knob. */
export interface Point {
  cutPct: number;
  holdMs: number;
}

/** What stands in the JSON file per rule. `null`: the curve does not reach there. */
export interface RuleReport {
  cut_pct_at_hold_ms: Record<`${(typeof HOLDS_MS)[number]}`, number | null>;
  hold_ms_at_cut_pct: Record<`${(typeof CUTS_PCT)[number]}`, number | null>;
}

export interface KindReport {
  pauses: number;
  cut_by_ours: number;
  cut_by_silence_at_same_hold: number;
}

/** Share of turns answered inside, and the mean hold at the ends that somebody answered. */
export function pointOf(replays: readonly Replayed[]): Point {
  let cut = 0;
  let hold = 0;
  let ends = 0;
  for (const { turn, answeredAfter } of replays) {
    if (turn.pauses.some(({ at }) => answeredAfter.has(at))) cut++;
    const after = answeredAfter.get(turn.words.length - 1);
    if (turn.answeredAfterMs === null || after === undefined) continue;
    hold += after;
    ends++;
  }
  return { cutPct: (100 * cut) / Math.max(1, replays.length), holdMs: hold / Math.max(1, ends) };
}

/** Answering after `holdMs` of silence, whatever was said. */
export function silencePoint(turns: readonly CallerTurn[], holdMs: number): Point {
  const cut = turns.filter(({ pauses }) => pauses.some(({ ms }) => ms > holdMs)).length;
  return { cutPct: (100 * cut) / Math.max(1, turns.length), holdMs };
}

/** The curve through `points`, read at the stated holds and cuts; straight in between. */
export function ruleReport(points: readonly Point[]): RuleReport {
  const curve = [...points].sort((a, b) => a.holdMs - b.holdMs);
  const cutAt = HOLDS_MS.map((ms) => [ms, read(curve, ms, 'holdMs', 'cutPct', 100)] as const);
  const holdAt = CUTS_PCT.map((pct) => [pct, read(curve, pct, 'cutPct', 'holdMs', 1)] as const);
  return {
    cut_pct_at_hold_ms: Object.fromEntries(cutAt) as RuleReport['cut_pct_at_hold_ms'],
    hold_ms_at_cut_pct: Object.fromEntries(holdAt) as RuleReport['hold_ms_at_cut_pct'],
  };
}

/** First crossing of `x` from the short holds on. `parts`: the answer is rounded to so many parts of one. */
function read(curve: readonly Point[], x: number, from: keyof Point, to: keyof Point, parts: number): number | null {
  for (let k = 1; k < curve.length; k++) {
    const [a, b] = [curve[k - 1], curve[k]];
    if ((x - a[from]) * (x - b[from]) > 0) continue;
    const share = a[from] === b[from] ? 0 : (x - a[from]) / (b[from] - a[from]);
    return Math.round((a[to] + (b[to] - a[to]) * share) * parts) / parts;
  }
  return null;
}

/** An oracle answers at every end at once and never inside: any hold, no cut. */
export const ORACLE: RuleReport = {
  cut_pct_at_hold_ms: { '300': 0, '400': 0, '600': 0, '800': 0 },
  hold_ms_at_cut_pct: { '5': 0, '10': 0 },
};

/** Where our rule cut in, by kind of pause, beside silence alone at the same mean hold. */
export function kindsReport(replays: readonly Replayed[], holdMs: number): Partial<Record<PauseKind, KindReport>> {
  const kinds: Partial<Record<PauseKind, KindReport>> = {};
  for (const kind of PAUSE_KINDS) {
    const report: KindReport = { pauses: 0, cut_by_ours: 0, cut_by_silence_at_same_hold: 0 };
    for (const { turn, answeredAfter } of replays) {
      for (const pause of turn.pauses) {
        if (kindOf(turn, pause) !== kind) continue;
        report.pauses++;
        if (answeredAfter.has(pause.at)) report.cut_by_ours++;
        if (pause.ms > holdMs) report.cut_by_silence_at_same_hold++;
      }
    }
    if (report.pauses > 0) kinds[kind] = report;
  }
  return kinds;
}
