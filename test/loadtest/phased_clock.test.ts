// The fleet's beat: each caller every 20 ms, the callers spread over it.

import { afterEach, expect, test } from 'vitest';
import { PhasedClock } from '../../loadtest/fleet/phased_clock.js';
import type { TickMember } from '../../loadtest/simulators/twilio/caller_clock.js';

let stop: () => void = () => {};
afterEach(() => stop());

/** Members that note their beats; resolves when each has had `beats`. */
function members(clock: PhasedClock, count: number, beats: number) {
  const times: number[][] = Array.from({ length: count }, () => []);
  const all: TickMember[] = [];
  const done = new Promise<void>((resolve) => {
    for (const mine of times) {
      const member: TickMember = {
        tick: (nowMs) => {
          mine.push(nowMs);
          if (times.every((each) => each.length >= beats)) resolve();
        },
      };
      all.push(member);
      clock.add(member);
    }
  });
  stop = () => {
    for (const member of all) clock.delete(member);
  };
  return { times, all, done };
}

test('every caller is served about once a period, whatever the others do', async () => {
  const clock = new PhasedClock();
  const { times, done } = members(clock, 25, 12);
  await done;
  for (const mine of times) {
    const spanMs = mine[11] - mine[0];
    // Late beats move single times, never the grid.
    expect(spanMs).toBeGreaterThan(11 * 20 - 19);
    expect(mine.length).toBeLessThanOrEqual(14);
  }
});

test('callers do not all speak in the same moment', async () => {
  const clock = new PhasedClock({ periodMs: 40, phaseMs: 10 });
  const { times, done } = members(clock, 8, 2);
  await done;
  const phases = new Set(times.map((mine) => Math.round((mine[1] % 40) / 10) % 4));
  expect(phases.size).toBeGreaterThan(1);
});

test('a caller that was added last hangs on a beat of its own', () => {
  const clock = new PhasedClock();
  members(clock, 1, 1);
  const first = clock.beatMs;
  members(clock, 1, 1);
  expect(clock.beatMs).not.toBe(first);
  expect(Math.abs(clock.beatMs - first)).toBeLessThan(20);
});

test('a caller that leaves in its own beat is not served again, the others are', async () => {
  const clock = new PhasedClock({ periodMs: 10, phaseMs: 10 });
  let left = 0;
  const leaver: TickMember = {
    tick: () => {
      left++;
      clock.delete(leaver);
    },
  };
  clock.add(leaver);
  const { done } = members(clock, 3, 4);
  await done;
  expect(left).toBe(1);
  expect(clock.size).toBe(3);
});

test('lateness of a window leaves out what was before it', async () => {
  const clock = new PhasedClock({ periodMs: 10, phaseMs: 5 });
  const { done } = members(clock, 2, 3);
  await done;
  const before = clock.lateness.count;
  clock.startWindow();
  expect(clock.windowLateness.count).toBe(0);
  expect(before).toBeGreaterThanOrEqual(6);
});
