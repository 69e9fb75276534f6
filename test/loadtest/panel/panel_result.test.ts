import { expect, test } from 'vitest';
import type { HeardCall } from '../../../loadtest/callers/judged.js';
import type { CallerEvent } from '../../../loadtest/ear/caller_event.js';
import { reportOf, resultOf } from '../../../loadtest/panel/panel_result.js';
import { panelTable } from '../../../loadtest/panel/panel_table.js';

/** A call of twelve rounds: a turn of a second, an answer 600 ms later, and over it what `over` says. */
function call(
  over: CallerEvent['kind'] | null,
  stopsAfterMs: number | null,
  heard: Partial<HeardCall['text'] & object> = {},
): HeardCall {
  const agent = [];
  const events: CallerEvent[] = [];
  for (let at = 1000, round = 0; round < 12; at += 12_000, round++) {
    events.push({ kind: 'turn', startMs: at, endMs: at + 1000, text: 'turn' });
    const from = at + 1600;
    if (over) events.push({ kind: over, startMs: from + 2000, endMs: from + 2500, text: over });
    agent.push({ startMs: from, endMs: stopsAfterMs === null ? from + 6000 : from + 2000 + stopsAfterMs });
  }
  const text = { errorWordsMax: 0, worst: null, lost: [], doubled: [], ...heard };
  return { id: `call ${over}`, durationMs: 150_000, agent, events, replyEndsMs: [], words: [], text };
}

test('a flawless run misses nothing', () => {
  const calls = [call('backchannel', null), call('vocal', null), call('not_for_us', null), call('interruption', 200)];
  // Interruptions are answered by the next turn's reply only: here they end the round.
  const report = reportOf(new Map([['clean', calls]]));
  expect(report.missed).toEqual([]);
  expect(report.panel).toMatchObject({ R_Y: 1, I_A: 0, S_BC: 1, S_VT: 1, S_ND: 1, selectivity: 1 });
  expect(report.eva.score).toBeGreaterThan(0.93);
  expect(report.response_ms).toMatchObject({ p50: 600, p95: 600 });
});

test('what falls short is said, with the figure and the goal', () => {
  const calls = [call('backchannel', 300), call('vocal', null), call('not_for_us', 300), call('interruption', 2500)];
  const { missed, failures } = reportOf(new Map([['clean', calls]]));
  expect(missed.join('\n')).toMatch(/R_Y 0\.000.*0\.99/);
  expect(missed.join('\n')).toMatch(/S_BC 0\.000.*0\.95/);
  expect(missed.join('\n')).toMatch(/S_ND 0\.000.*0\.75/);
  expect(missed.join('\n')).not.toMatch(/S_VT/);
  expect(failures.filter(({ kind }) => kind === 'backchannel')).toHaveLength(12);
});

test('noise may take five points, and too few events are no figure', () => {
  const few = call('backchannel', null);
  const { missed } = reportOf(new Map([['noise', [few]]]));
  expect(missed).toContain('noise: R_Y rests on 0 events, at least 10 are needed');
});

test('words that differ, are skipped or come twice are counted over all calls', () => {
  const calls = [
    call(null, null, { errorWordsMax: 3, worst: { server: 'a', phone: 'b' } }),
    call(null, null, { lost: ['x', 'y'], doubled: ['z'] }),
  ];
  expect(resultOf(calls).heard_text).toEqual({ error_words_max: 3, lost: 2, doubled: 1, calls: 2 });
  const { missed } = reportOf(new Map([['clean', calls]]));
  expect(missed).toContain('clean: 2 words of replies skipped, goal 0');
  expect(missed).toContain('clean: 1 words of replies played twice, goal 0');
  expect(missed).toContain('clean: heard text off by 3 words in a turn, goal <= 1');
});

test('the table has a column for each kind of line and one for all', () => {
  const report = reportOf(
    new Map([
      ['clean', [call('vocal', null)]],
      ['noise', [call('vocal', 300)]],
    ]),
  );
  const [head, ...rows] = panelTable(report).split('\n');
  expect(head.trim().split(/\s+/)).toEqual(['goal', 'clean', 'noise', 'all']);
  expect(rows.find((row) => row.startsWith('S_VT'))?.trim()).toMatch(/1\.00 \(12\)\s+0\.00 \(12\)\s+0\.50 \(24\)$/);
});
