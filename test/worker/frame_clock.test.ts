import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameClock } from '../../src/worker/frame_clock.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time }));
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  time = 1000;
});
afterEach(() => vi.useRealTimers());

/** Lets time pass, firing timers `lateMs` after they are due. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < ms; i++) {
    time++;
    await vi.advanceTimersByTimeAsync(1);
  }
}

test('ticks on absolute deadlines: a late tick does not shift the ones after it', async () => {
  const ticks: number[] = [];
  const clock = new FrameClock((now) => {
    ticks.push(now);
    if (ticks.length === 2) time += 4; // this tick worked for 4 ms
  }, 10);
  clock.start();
  await pass(60);
  expect(ticks.slice(0, 5)).toEqual([1010, 1020, 1030, 1040, 1050].map((at, i) => (i < 2 ? at : at)));
  clock.stop();
});

test('after a stall the missed ticks are skipped, not replayed', async () => {
  const late: number[] = [];
  let stalled = false;
  const clock = new FrameClock((_, lateMs) => {
    late.push(lateMs);
    if (!stalled) {
      stalled = true;
      time += 35;
    }
  }, 10);
  clock.start();
  await pass(30);
  clock.stop();
  expect(late.length).toBeLessThanOrEqual(3);
  expect(Math.max(...late)).toBeLessThan(10);
});

test('stop and start are safe twice, and a stopped clock is silent', async () => {
  let count = 0;
  const clock = new FrameClock(() => count++, 10);
  clock.start();
  clock.start();
  await pass(25);
  expect(count).toBe(2);
  clock.stop();
  clock.stop();
  await pass(50);
  expect(count).toBe(2);
  expect(clock.running).toBe(false);
});
