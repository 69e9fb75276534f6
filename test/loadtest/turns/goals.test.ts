import { expect, test } from 'vitest';
import { ORACLE, type RuleReport } from '../../../loadtest/turns/eot_report.js';
import { missed, type VariantReport } from '../../../loadtest/turns/goals.js';

const rule = (at400: number | null, at600: number | null, hold5: number | null, hold10: number | null): RuleReport => ({
  cut_pct_at_hold_ms: { '300': null, '400': at400, '600': at600, '800': null },
  hold_ms_at_cut_pct: { '5': hold5, '10': hold10 },
});
const report = (over: Partial<VariantReport> = {}): VariantReport => ({
  ours: rule(8, 6, 650, 400),
  silence: rule(24, 19, 1850, 1250),
  oracle: ORACLE,
  ours_default: { cut_pct: 4.5, hold_ms_mean: 430 },
  kinds: {},
  ...over,
});

test('goals that are reached leave nothing to say', () => expect(missed('plain', report())).toEqual([]));

test.each<[string, Partial<VariantReport>, RegExp]>([
  ['too many cuts at a hold', { ours: rule(10, 6, 650, 400) }, /^plain: at 400 ms 10 % cut/],
  ['a curve that does not reach', { ours: rule(null, 6, 650, 400) }, /^plain: at 400 ms - % cut/],
  ['too long a hold at 5 %', { ours: rule(8, 6, 701, 400) }, /^plain: 701 ms at 5 % cut/],
  ['defaults that cut', { ours_default: { cut_pct: 5.1, hold_ms_mean: 430 } }, /^plain: defaults cut 5.1 %/],
  ['defaults that wait', { ours_default: { cut_pct: 4, hold_ms_mean: 501 } }, /^plain: defaults hold 501 ms/],
])('%s', (_, over, line) => {
  const lines = missed('plain', report(over));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(line);
});
