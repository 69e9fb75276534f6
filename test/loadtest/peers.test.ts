// The pure parts of the peer comparison: which numbers of calls are tried, what holds, and what is a system's own time.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ProviderRows, TurnRow } from '../../loadtest/fleet/fleet_messages.js';
import type { PeerResult } from '../../loadtest/peers/comparison.js';
import { firstClimb, secondClimb, windowSeconds } from '../../loadtest/peers/ladder.js';
import { isNearMiss, judge, quietMedians, type Rung } from '../../loadtest/peers/objective.js';
import { ownTimes } from '../../loadtest/peers/own_time.js';
import { peerTable } from '../../loadtest/peers/peer_table.js';
import { readTree } from '../../loadtest/peers/process_tree.js';
import { ratiosToOurs } from '../../loadtest/peers/ratios.js';
import { quantiles } from '../../loadtest/report/quantiles.js';

function rung(changes: Partial<Rung> = {}): Rung {
  return {
    calls: 10,
    seconds: 20,
    turns: 4,
    response_ms: quantiles([900, 910, 920, 930]),
    own_ms: quantiles([300, 310, 320, 330]),
    unattributed: 0,
    voice_to_clear_ms: quantiles([200, 300]),
    barge_ins: 2,
    not_cleared: 0,
    cpu_pct: 20,
    cpu_pct_per_call: 2,
    memory_mib: 200,
    memory_mib_per_call: 10,
    processes: 1,
    holes: 0,
    holes_audible: 0,
    hole_ms: 0,
    frames_heard: 5000,
    failed_calls: 0,
    unanswered_turns: 0,
    early_answers: 0,
    generator: { late_p99_ms: 1, fleet_cpu_pct: 5, providers_cpu_pct: 5 },
    verdict: { holds: true, added_p99_ms: 0, why: [], invalid: false },
    ...changes,
  };
}

const QUIET = { ownMs: 300, responseMs: 900 };

test.each<[string, Partial<Rung>, boolean]>([
  ['nothing wrong', {}, true],
  ['a tail of 200 ms over the quiet median', { own_ms: quantiles([300, 500]) }, true],
  ['a longer tail in both', { own_ms: quantiles([300, 501]), response_ms: quantiles([900, 1101]) }, false],
  ['a long first sentence alone', { response_ms: quantiles([900, 1500]) }, true],
  ['a model asked early alone', { own_ms: quantiles([300, 800]) }, true],
  ['no own time known, responses good', { own_ms: quantiles([]) }, true],
  ['no answers at all', { own_ms: quantiles([]), response_ms: quantiles([]) }, false],
  ['one hole in few frames', { holes_audible: 1 }, true],
  ['two holes in few frames', { holes_audible: 2 }, false],
  ['three holes in thirty thousand frames', { holes_audible: 3, frames_heard: 30_000 }, true],
  ['holes too short to count', { holes: 50 }, true],
  ['a failed call', { failed_calls: 1 }, false],
  ['an unanswered turn', { unanswered_turns: 1 }, false],
])('%s: holds is %3$s', (_, changes, holds) => {
  expect(judge(rung(changes), QUIET).holds).toBe(holds);
});

test('a late generator makes a rung prove nothing', () => {
  const generator = { late_p99_ms: 6, fleet_cpu_pct: 5, providers_cpu_pct: 5 };
  expect(judge(rung({ generator }), QUIET).invalid).toBe(true);
});

test('only what may have been a hiccup is measured again', () => {
  const failing = (changes: Partial<Rung>, added: number | null): Rung =>
    rung({ ...changes, verdict: { holds: false, added_p99_ms: added, why: ['x'], invalid: false } });
  expect(isNearMiss(failing({}, 300))).toBe(true);
  expect(isNearMiss(failing({ failed_calls: 1 }, 300))).toBe(false);
  expect(isNearMiss(failing({}, 5000))).toBe(false);
  expect(isNearMiss(failing({}, null))).toBe(false);
  expect(isNearMiss(rung())).toBe(false);
});

test('the quiet median is the lowest of those that rest on some turns', () => {
  const rungs = [rung({ own_ms: quantiles([400, 400, 400]) }), rung({ own_ms: quantiles([100]) }), rung()];
  expect(quietMedians(rungs)).toEqual({ ownMs: 310, responseMs: 910 });
  expect(quietMedians([])).toEqual({ ownMs: null, responseMs: null });
  const few = { own_ms: quantiles([300, 302]), response_ms: quantiles([900]) };
  expect(quietMedians([few]), 'where no rung had many turns, those with some count').toEqual({
    ownMs: 300,
    responseMs: 900,
  });
});

test.each([
  [1, 10, [2, 3, 4, 6]],
  [10, 50, [14, 19, 26, 36]],
  [200, 300, [221, 245, 271]],
  [0, 1, []],
  [9, 10, []],
])('between %i that held and %i that did not lie %j', (held, failed, expected) => {
  expect(secondClimb(held, failed)).toEqual(expected);
});

test('the first climb begins with the calls of the table and ends where it is told to', () => {
  expect(firstClimb(120)).toEqual([1, 10, 50, 100]);
  expect(firstClimb(5)).toEqual([1]);
});

test('few calls are measured longer than many', () => {
  expect([1, 10, 20, 200].map((calls) => windowSeconds(calls))).toEqual([30, 30, 20, 15]);
});

/** What counts here; a row has more. */
const TURN = {
  callSid: 'CA1',
  clip: 0,
  endFrame: 100,
  voiceStartMs: 1000,
  voiceEndMs: 4000,
  answerMs: 5000,
  bargeIn: false,
  clearMs: null,
  early: false,
} as TurnRow;

function rows(completionMs: number): ProviderRows {
  return {
    lines: [{ callSid: 'CA1', word: 'Zubabababa', atMs: 1200 }],
    finals: [{ callSid: 'CA1', kind: 'answered', startMs: 4200, endMs: 4300, audio: null }],
    completions: [
      {
        word: 'Zubabababa',
        reply: 'Thank you Zubabababa, good.',
        startMs: completionMs,
        chars: [10, 22],
        atMs: [4600, 4700],
      },
    ],
    voices: [{ word: 'Zubabababa', startMs: 4750, firstText: 'Thank you Zubabababa, ', endMs: 4850 }],
    crossed: 0,
    stats: { deepgram: {}, openai: {}, cartesia: {} },
  };
}

test("own time is the response less the vendors' times of that turn", () => {
  // 1000 - 100 (final) - 350 (model until the piece was there) - 100 (voice)
  expect(ownTimes([TURN], rows(4350))).toEqual([450]);
});

test('what a vendor did before the caller had finished delays nobody', () => {
  // The model was asked at 3900, before the final: only its time after 4000 counts, and no final was waited for.
  expect(ownTimes([TURN], rows(3900))).toEqual([200]);
});

test('a turn whose rows are not all there has no own time', () => {
  expect(ownTimes([TURN], { ...rows(4350), voices: [] })).toEqual([]);
  expect(ownTimes([{ ...TURN, answerMs: null }], rows(4350))).toEqual([]);
});

test('ratios compare what both did at the same number of calls', () => {
  const result = (name: string, capacity: number, rungs: Rung[]): PeerResult => ({
    name,
    title: name,
    version: '1',
    error: null,
    idle_mib: 100,
    rungs,
    capacity,
    capacity_is_lower_bound: false,
  });
  const ours = result('ringline', 300, [rung({ cpu_pct_per_call: 0.5, memory_mib_per_call: 0 }), rung({ calls: 300 })]);
  const theirs = result('pipecat', 10, [rung({ response_ms: quantiles([1365]) }), rung({ calls: 15 })]);
  expect(ratiosToOurs(theirs, ours)).toEqual({
    capacity: 0.03,
    at: [{ calls: 10, cpu_per_call: 4, memory_per_call: null, response_p50: 1.5, onset_to_clear_p50: 1 }],
  });
  expect(ratiosToOurs(ours, ours)).toBeNull();
  expect(ratiosToOurs(theirs, undefined)).toBeNull();
});

test('the table tells ratios to ours, and what could not be measured', () => {
  const result = (name: string, capacity: number, rungs: Rung[], error: string | null = null): PeerResult => ({
    name,
    title: name,
    version: '1',
    error,
    idle_mib: 100,
    rungs,
    capacity,
    capacity_is_lower_bound: false,
  });
  const ours = result('ringline', 300, [rung({ cpu_pct_per_call: 0.5 })]);
  const text = peerTable([ours, result('pipecat', 10, [rung()]), result('livekit', 0, [], 'not installed: sh x')]);
  expect(text).toContain('| pipecat 1 | 10 (1/30) | - | 2.00 % (4.0x) |');
  expect(text).toContain('| livekit 1 | not installed: sh x |');
});

test('a process group is counted with all its processes', () => {
  const group = process.platform === 'linux' ? readTree(processGroup()) : null;
  if (group) {
    expect(group.processes).toBeGreaterThan(0);
    expect(group.memoryMib).toBeGreaterThan(1);
  }
  expect(readTree(-1).processes).toBe(0);
});

/** Of this very process, from the operating system. */
function processGroup(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
