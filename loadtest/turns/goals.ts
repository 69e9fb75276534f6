// What the end-of-turn rule must reach, and what of it a report falls short of. Pure.

import type { RuleReport } from './eot_report.js';
import type { Spelling } from './written_words.js';

/** At the same mean hold so many times fewer turns cut than by silence alone. */
const TIMES_FEWER = 2.5;
const HOLD_MS_AT_5_PCT = 700;
const HOLD_MS_AT_10_PCT = 450;
const DEFAULT_CUT_PCT = 5;
const DEFAULT_HOLD_MS = 500;
export const COMPLETE_HOLD_MS = 450;

export interface VariantReport {
  ours: RuleReport;
  silence: RuleReport;
  oracle: RuleReport;
  ours_default: { cut_pct: number; hold_ms_mean: number };
  kinds: object;
}

/** One line per goal missed. A curve that never cuts as much as asked reaches every hold for it. */
export function missed(spelling: Spelling, { ours, silence, ours_default: usual }: VariantReport): string[] {
  const lines: string[] = [];
  for (const ms of ['400', '600'] as const) {
    const [own, plain] = [ours.cut_pct_at_hold_ms[ms], silence.cut_pct_at_hold_ms[ms]];
    if (own === null || plain === null || own * TIMES_FEWER > plain)
      lines.push(
        `${spelling}: at ${ms} ms ${own ?? '-'} % cut, silence alone ${plain ?? '-'} %: not ${TIMES_FEWER} times fewer`,
      );
  }
  const holds = [
    ['5', HOLD_MS_AT_5_PCT],
    ['10', HOLD_MS_AT_10_PCT],
  ] as const;
  for (const [pct, limit] of holds) {
    const ms = ours.hold_ms_at_cut_pct[pct];
    if (ms === null || ms > limit) lines.push(`${spelling}: ${ms ?? '-'} ms at ${pct} % cut, over ${limit}`);
  }
  if (usual.cut_pct > DEFAULT_CUT_PCT)
    lines.push(`${spelling}: defaults cut ${usual.cut_pct} %, over ${DEFAULT_CUT_PCT}`);
  if (usual.hold_ms_mean > DEFAULT_HOLD_MS)
    lines.push(`${spelling}: defaults hold ${usual.hold_ms_mean} ms, over ${DEFAULT_HOLD_MS}`);
  return lines;
}
