import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FrameClock } from '../../src/worker/frame_clock.js';

let time = 0;
vi.mock('../../src/clock.js', () => ({ nowMs: () => time }));
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  time = 1000;
});
afterEach(() => vi.useRealTimers());

const never = (thrown: unknown): void => expect.unreachable(String(thrown));

/** Lets time pass, firing timers `lateMs` after they are due. */
async function pass(ms: number): Promise<void> {
  for (let i = 0; i < ms; i++) {
    time++;
    await vi.advanceTimersByTimeAsync(1);
  }
}

test('ticks on absolute deadlines: a late tick does not shift the ones after it', async () => {
  const ticks: number[] = [];
  const clock = new FrameClock(
    (now) => {
      ticks.push(now);
      if (ticks.length === 2) time += 4; // this tick worked for 4 ms
    },
    never,
    10,
  );
  clock.start();
  await pass(60);
  expect(ticks.slice(0, 5)).toEqual([1010, 1020, 1030, 1040, 1050].map((at, i) => (i < 2 ? at : at)));
  clock.stop();
});

test('after a stall the missed ticks are skipped, not replayed', async () => {
  const late: number[] = [];
  let stalled = false;
  const clock = new FrameClock(
    (_, lateMs) => {
      late.push(lateMs);
      if (!stalled) {
        stalled = true;
        time += 35;
      }
    },
    never,
    10,
  );
  clock.start();
  await pass(30);
  clock.stop();
  expect(late.length).toBeLessThanOrEqual(3);
  expect(Math.max(...late)).toBeLessThan(10);
});

test('stop and start are safe twice, and a stopped clock is silent', async () => {
  let count = 0;
  const clock = new FrameClock(() => count++, never, 10);
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

test('a tick that throws is told, and the beat goes on in time', async () => {
  const ticks: number[] = [];
  const thrown: unknown[] = [];
  const clock = new FrameClock(
    (now) => {
      ticks.push(now);
      if (ticks.length !== 3) throw new Error(`tick ${ticks.length}`);
    },
    (error) => thrown.push(error),
    10,
  );
  clock.start();
  await pass(55);
  clock.stop();
  expect(ticks).toEqual([1010, 1020, 1030, 1040, 1050]);
  expect(thrown.map((error) => (error as Error).message)).toEqual(['tick 1', 'tick 2', 'tick 4', 'tick 5']);
});

test('even a report of the exception that throws does not end the beat', async () => {
  let ticks = 0;
  const fail = (): void => {
    throw new Error('nobody listens');
  };
  const clock = new FrameClock(
    () => {
      ticks++;
      throw new Error('first');
    },
    fail,
    10,
  );
  clock.start();
  for (let i = 0; i < 3; i++) {
    time += 10;
    expect(() => vi.advanceTimersByTime(10)).toThrow('nobody listens');
  }
  clock.stop();
  expect(ticks).toBe(3);
});

test('a tick may stop the clock, also one that throws', async () => {
  let ticks = 0;
  const clock: FrameClock = new FrameClock(
    () => {
      ticks++;
      clock.stop();
      throw new Error('after stop');
    },
    () => {},
    10,
  );
  clock.start();
  await pass(50);
  expect([ticks, clock.running]).toEqual([1, false]);
});
