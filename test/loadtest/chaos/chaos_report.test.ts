import { expect, test } from 'vitest';
import { drawTable, type FaultResult, failuresOf } from '../../../loadtest/chaos/chaos_report.js';

type Ran = FaultResult & { status: 'ran' };

function ran(changes: Partial<Ran> = {}): Ran {
  return {
    name: 'a_fault',
    about: '',
    status: 'ran',
    may_lose: null,
    calls_before: 100,
    calls_lost: 0,
    calls_disturbed: 7,
    calls_deaf: 0,
    recovery_ms: 1200,
    longest_wait_ms: 1900,
    other_calls_late_frames: 0,
    recordings_intact: true,
    attempts_per_call_10s: null,
    problems: [],
    notes: [],
    calm_late_frames: 0,
    generator_late_ms: 12,
    ...changes,
  };
}

test.each<[string, Partial<Ran>, string[]]>([
  ['people heard it, nobody was lost', {}, []],
  ['a call lost', { calls_lost: 1 }, ['1 calls lost']],
  ['calls lost where nothing was kept', { calls_lost: 3, may_lose: 'no store' }, []],
  ['a deaf call', { calls_deaf: 2 }, ['2 calls had no answer after it']],
  ['holes in calls of others', { other_calls_late_frames: 5 }, ['other calls lost 5 frames']],
  ['holes that were there before', { other_calls_late_frames: 5, calm_late_frames: 2 }, []],
  ["holes of the generator's own", { other_calls_late_frames: 5, generator_late_ms: 900 }, []],
  ['a recording that broke', { recordings_intact: false }, ['recordings are not whole']],
  ['a dark vendor and a word in time', { attempts_per_call_10s: 1.5 }, []],
  ['a dark vendor and silence', { attempts_per_call_10s: 1, longest_wait_ms: 2600 }, ['no word for 2600 ms']],
  ['a dark vendor that is stormed', { attempts_per_call_10s: 4 }, ['4 attempts a call in 10 s']],
  ['nobody on the line', { calls_before: 0 }, ['no calls were live']],
  ['what the fault itself saw', { problems: ['/ready says 503'] }, ['/ready says 503']],
])('%s', (_, changes, failures) => {
  expect(failuresOf(ran(changes))).toEqual(failures);
});

test('a skipped fault has not failed, and is not shown as passed', () => {
  const skipped: FaultResult = { name: 'disk_full', about: '', status: 'skipped', reason: 'no right to mount' };
  expect(failuresOf(skipped)).toEqual([]);
  const lines = drawTable([skipped, ran(), ran({ calls_lost: 2 })]).split('\n');
  expect(lines[2]).toMatch(/^disk_full .*skipped: no right to mount$/);
  expect(lines[3]).toMatch(/^a_fault +100 +0 +7 +0 +1\.2 s +1\.9 s +0 +whole +passed$/);
  expect(lines[4]).toMatch(/FAILED: 2 calls lost$/);
});
