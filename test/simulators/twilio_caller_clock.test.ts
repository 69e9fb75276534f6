import { expect, test } from 'vitest';
import { CallerClock, Lateness, type TickMember } from '../../loadtest/simulators/twilio/caller_clock.js';

/** Ticks `times` times, then leaves the clock; resolves with the times it was given. */
function member(clock: CallerClock, times: number): Promise<number[]> {
  return new Promise((resolve) => {
    const seen: number[] = [];
    const ticking: TickMember = {
      tick: (nowMs) => {
        seen.push(nowMs);
        if (seen.length < times) return;
        clock.delete(ticking);
        resolve(seen);
      },
    };
    clock.add(ticking);
  });
}

test('a hundred beats take the time of a hundred beats, however late each one was', async () => {
  const clock = new CallerClock(5);
  const seen = await member(clock, 100);
  // Deadlines are absolute: lateness does not add up, and only skipped beats stretch the whole.
  const tookMs = seen[99] - seen[0];
  expect(tookMs).toBeGreaterThan(99 * 5 - 10);
  expect(tookMs - clock.beatsLost * 5).toBeLessThan(99 * 5 + Math.max(10, clock.lateness.maxMs + 5));
  expect(clock.lateness.count).toBe(100);
});

test('members that leave in the middle of a beat disturb no other', async () => {
  const clock = new CallerClock(2);
  const lengths = [3, 1, 7, 1, 5];
  const all = await Promise.all(lengths.map((length) => member(clock, length)));
  expect(all.map((seen) => seen.length)).toEqual(lengths);
  expect(clock.size).toBe(0);
  clock.delete({ tick() {} }); // nobody it knows
});

test('a clock that nobody needs stands still, and goes on for the next', async () => {
  const clock = new CallerClock(2);
  await member(clock, 2);
  const { count } = clock.lateness;
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(clock.lateness.count).toBe(count);
  expect((await member(clock, 2)).length).toBe(2);
});

test('a beat that takes too long is late, and the beats it covered are counted as lost', async () => {
  const clock = new CallerClock(5);
  let beats = 0;
  await new Promise<void>((resolve) => {
    const slow: TickMember = {
      tick: (nowMs) => {
        if (++beats === 1) while (performance.now() < performanceOf(nowMs) + 32);
        else {
          clock.delete(slow);
          resolve();
        }
      },
    };
    const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
    const performanceOf = (nowMs: number) => nowMs - offsetMs;
    clock.add(slow);
  });
  expect(clock.lateness.maxMs).toBeGreaterThanOrEqual(31);
  expect(clock.beatsLost).toBeGreaterThanOrEqual(5);
});

test('quantiles come from the counts', () => {
  const lateness = new Lateness();
  expect(lateness.quantile(0.99)).toBe(0);
  for (let i = 1; i <= 100; i++) lateness.add(i);
  expect(lateness.quantile(0.5)).toBeCloseTo(50.25);
  expect(lateness.quantile(0.99)).toBeCloseTo(99.25);
  expect(lateness.quantile(1)).toBe(100);
  lateness.add(5000);
  expect(lateness.maxMs).toBe(5000);
  expect(lateness.quantile(0.5)).toBeLessThan(52);
});
