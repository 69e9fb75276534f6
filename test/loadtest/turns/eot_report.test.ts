import { expect, test } from 'vitest';
import { kindsReport, pointOf, ruleReport, silencePoint } from '../../../loadtest/turns/eot_report.js';
import type { CallerTurn } from '../../../loadtest/turns/turns_file.js';

const word = (text: string, startMs: number) => ({ text, startMs, endMs: startMs + 300, first: false, last: false });
const turn = (ms: number, answeredAfterMs: number | null = 1000): CallerTurn => ({
  call: 'a',
  words: [word('um', 0), word('yes', 300 + ms)],
  pauses: [{ at: 0, ms }],
  asked: '',
  answeredAfterMs,
});
const replayed = (of: CallerTurn, ...answers: [number, number][]) => ({
  turn: of,
  answeredAfter: new Map(answers),
  onOnsets: 0,
});

test('a turn counts once however often it is cut; ends that nobody answered have no hold', () => {
  const point = pointOf([
    replayed(turn(500), [0, 300], [1, 400]),
    replayed(turn(500), [1, 200]),
    replayed(turn(500, null), [1, 9000]),
    replayed(turn(500)),
  ]);
  expect(point).toEqual({ cutPct: 25, holdMs: 300 });
});

test('silence alone cuts what is longer than its hold', () => {
  expect(silencePoint([turn(500), turn(900)], 600)).toEqual({ cutPct: 50, holdMs: 600 });
});

test('the curve is read straight between two settings, and is empty where it does not reach', () => {
  const report = ruleReport([
    { cutPct: 20, holdMs: 350 },
    { cutPct: 10, holdMs: 450 },
    { cutPct: 4, holdMs: 750 },
  ]);
  expect(report.cut_pct_at_hold_ms).toEqual({ '300': null, '400': 15, '600': 7, '800': null });
  expect(report.hold_ms_at_cut_pct).toEqual({ '5': 700, '10': 450 });
});

test('cuts by kind, beside silence alone at the same hold', () => {
  expect(kindsReport([replayed(turn(500), [1, 300]), replayed(turn(200), [0, 150])], 400)).toEqual({
    filler: { pauses: 2, cut_by_ours: 1, cut_by_silence_at_same_hold: 1 },
  });
});
