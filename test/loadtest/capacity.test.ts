// The search for the highest number of calls that holds, with servers whose limit is known.

import { expect, test } from 'vitest';
import { findCapacity, judge } from '../../loadtest/capacity.js';
import { COMMAND, type LoadOptions, readOptions } from '../../loadtest/load_options.js';
import type { LoadReport } from '../../loadtest/report/load_report.js';
import { parseCommand } from '../../src/command_line.js';

/** The part of a report that the search reads. */
function report(calls: number, changes: object = {}): LoadReport {
  return {
    calls,
    valid: true,
    invalid: [],
    failed: 0,
    underruns: 0,
    tts_gaps: 0,
    floor_pauses: 0,
    playout_long_gaps: 0,
    frames: { sent: 0, lost: 0, heard: 100_000 },
    turns: { unanswered: 0 },
    latency: { engine_added_ms: { p99: 8 } },
    server: { cpu_pct_per_call: 0.2 },
    generator: { cpu_pct: 30 },
    ...changes,
  } as unknown as LoadReport;
}

const options = (calls: number): LoadOptions =>
  readOptions(parseCommand(COMMAND, ['--calls', String(calls), '--seconds', '5']));
const silent = () => {};

async function search(from: number, runs: (calls: number, nth: number) => LoadReport) {
  const tried: number[] = [];
  const result = await findCapacity(
    options(from),
    async ({ calls }) => {
      tried.push(calls);
      return runs(calls, tried.filter((each) => each === calls).length);
    },
    silent,
  );
  return { result, tried };
}

test.each([
  [10, 137],
  [100, 137],
  [200, 137],
  [1, 1],
  [50, 2000],
])('begun at %i, a server that holds %i calls is found within the resolution', async (from, limit) => {
  const { result } = await search(from, (calls) => report(calls, calls > limit ? { underruns: 500 } : {}));
  expect(result.calls).toBeLessThanOrEqual(limit);
  expect(result.calls).toBeGreaterThanOrEqual(Math.floor(limit * 0.9));
  expect(result.limited_by).toBe('server');
  expect(result.best?.calls).toBe(result.calls);
});

test('a number that held only once is not the result', async () => {
  const { result } = await search(100, (calls, nth) => {
    const lucky = calls > 120 && calls <= 160 && nth === 1;
    return report(calls, calls > 120 && !lucky ? { failed: 1 } : {});
  });
  expect(result.calls).toBeLessThanOrEqual(120);
  expect(result.calls).toBeGreaterThanOrEqual(100);
});

test('a generator that can do no more is told from a server that can do no more', async () => {
  const { result } = await search(100, (calls) =>
    report(calls, calls > 150 ? { valid: false, invalid: ['generator late'] } : {}),
  );
  expect(result.limited_by).toBe('generator');
});

test('a run that was disturbed once does not end the search', async () => {
  const { result } = await search(100, (calls, nth) => report(calls, calls > 150 || nth === 1 ? { failed: 1 } : {}));
  expect(result.calls).toBeGreaterThan(140);
});

test('nothing holds: zero, and the search ends', async () => {
  const { result, tried } = await search(8, (calls) => report(calls, { latency: { engine_added_ms: { p99: 90 } } }));
  expect(result.calls).toBe(0);
  expect(tried.length).toBeLessThan(16);
});

test.each<[string, object, boolean]>([
  ['all well', {}, true],
  ['one failed call', { failed: 1 }, false],
  ['p99 at the limit', { latency: { engine_added_ms: { p99: 20 } } }, false],
  ['no answer measured', { latency: { engine_added_ms: { p99: null } } }, false],
  ['nine underruns in 100000 frames', { underruns: 9, playout_long_gaps: 9 }, true],
  ['ten underruns in 100000 frames', { underruns: 10 }, false],
  ['holes that only callers know of', { playout_long_gaps: 10 }, false],
  ['holes that were the providers', { playout_long_gaps: 10, tts_gaps: 10 }, true],
  ['silences in which a reply was held', { playout_long_gaps: 10, floor_pauses: 10 }, true],
  ['an invalid run', { valid: false, invalid: ['late'] }, false],
])('the objective: %s', (_, changes, held) => {
  expect(judge(report(100, changes)).held).toBe(held);
});
