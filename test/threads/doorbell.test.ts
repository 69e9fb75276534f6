import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { nowMs } from '../../src/clock.js';
import { createDoorbells, Doorbell, type ListenOptions } from '../../src/threads/doorbell.js';

const STRIDE_BYTES = 128;
/** State of the word while its listener waits. */
const SLEEPING = 1;
const stops: (() => void)[] = [];
afterEach(() => {
  while (stops.length > 0) stops.pop()?.();
});

/** A bell with a listener whose calls can be awaited, already past the call that every listener gets at its start. */
async function listening(index = 0, options: ListenOptions = {}) {
  const bells = createDoorbells(3);
  const bell = new Doorbell(bells, index);
  let calls = 0;
  let onCall: (() => void) | null = null;
  const stop = bell.listen(() => {
    calls++;
    onCall?.();
  }, options);
  stops.push(stop);
  const called = (count: number) =>
    new Promise<void>((resolve) => {
      if (calls >= count) return resolve();
      onCall = () => calls >= count && resolve();
    });
  await called(1);
  return { bells, bell, stop, called, calls: () => calls };
}

/** Threads (here: promises) that sleep on the bell; waking nobody is how to count without disturbing. */
const sleepers = (bells: SharedArrayBuffer, index = 0) =>
  Atomics.notify(new Int32Array(bells), (index * STRIDE_BYTES) / 4);

describe('a listener', () => {
  test('is called once at its start, so that what was rung before is not lost', async () => {
    const bell = new Doorbell(createDoorbells(1), 0);
    bell.ring();
    await new Promise<void>((resolve) => stops.push(bell.listen(resolve)));
  });

  test('is called for each ring when it sleeps', async () => {
    const { bell, called, calls } = await listening();
    for (let i = 2; i < 50; i++) {
      bell.ring();
      await called(i);
      expect(calls()).toBe(i);
    }
  });

  test('hears many rings before it wakes as one', async () => {
    const { bell, called, calls } = await listening();
    for (let i = 0; i < 1000; i++) bell.ring();
    await called(2);
    await nextTurn();
    await nextTurn();
    expect(calls()).toBe(2);
  });

  test('is never called from inside ring()', async () => {
    const { bell, called, calls } = await listening();
    bell.ring();
    expect(calls()).toBe(1);
    await called(2);
  });

  test('is called again for a ring that comes while it works', async () => {
    const bell = new Doorbell(createDoorbells(1), 0);
    let calls = 0;
    await new Promise<void>((resolve) => {
      stops.push(
        bell.listen(() => {
          calls++;
          if (calls < 5) bell.ring();
          else resolve();
        }),
      );
    });
    expect(calls).toBe(5);
  });

  test('that rings itself for ever leaves the event loop its turns', async () => {
    const bell = new Doorbell(createDoorbells(1), 0);
    stops.push(bell.listen(() => bell.ring()));
    for (let i = 0; i < 20; i++) await nextTurn();
  });

  test('hears its own bell only', async () => {
    const { bells, called, calls } = await listening(1);
    new Doorbell(bells, 0).ring();
    new Doorbell(bells, 2).ring();
    await nextTurn();
    await nextTurn();
    expect(calls()).toBe(1);
    new Doorbell(bells, 1).ring();
    await called(2);
  });

  test('that is gone leaves its bell to the next one, whatever state it left it in', async () => {
    const bells = createDoorbells(1);
    for (const state of [0, 1, 2]) {
      new Int32Array(bells)[0] = state;
      const bell = new Doorbell(bells, 0);
      let resolveCall: () => void = () => {};
      const stop = bell.listen(() => resolveCall());
      await new Promise<void>((resolve) => (resolveCall = resolve));
      bell.ring();
      await new Promise<void>((resolve) => (resolveCall = resolve));
      stop();
    }
  });
});

describe('a listener that rests', () => {
  const REST_MS = 15;

  test('is called no more often than that, however much is rung, and misses nothing', async () => {
    const bell = new Doorbell(createDoorbells(1), 0);
    const calledAt: number[] = [];
    let rungSinceCall = false;
    const stop = bell.listen(
      () => {
        calledAt.push(nowMs());
        rungSinceCall = false;
      },
      { restMs: REST_MS },
    );
    stops.push(stop);
    while (calledAt.length < 6) {
      bell.ring();
      rungSinceCall = true;
      await nextTurn();
    }
    while (rungSinceCall) await nextTurn();
    // Timers may fire a millisecond early by our clock.
    for (let i = 1; i < calledAt.length; i++) expect(calledAt[i] - calledAt[i - 1]).toBeGreaterThan(REST_MS - 1.5);
  });

  test('hears the first ring after a quiet time at once', async () => {
    const restMs = 300;
    const { bells, bell, called } = await listening(0, { restMs });
    const words = new Int32Array(bells);
    while (Atomics.load(words, 0) !== SLEEPING) await sleep(1);
    const rungAt = nowMs();
    bell.ring();
    await called(2);
    expect(nowMs() - rungAt).toBeLessThan(restMs - 10);
  });

  test('can be stopped while it rests', async () => {
    const { bells, bell, stop, calls } = await listening(0, { restMs: 1 });
    bell.ring();
    stop();
    await sleep(5);
    expect(calls()).toBe(1);
    expect(sleepers(bells)).toBe(0);
  });
});

describe('stopping', () => {
  test('while asleep, twice: no further call, nobody left waiting', async () => {
    const { bells, bell, stop, calls } = await listening();
    await nextTurn();
    stop();
    stop();
    expect(sleepers(bells)).toBe(0);
    bell.ring();
    await nextTurn();
    await nextTurn();
    expect(calls()).toBe(1);
  });

  test('inside the call, with a ring under way', async () => {
    const bells = createDoorbells(1);
    const bell = new Doorbell(bells, 0);
    let calls = 0;
    await new Promise<void>((resolve) => {
      const stop = bell.listen(() => {
        calls++;
        bell.ring();
        stop();
        resolve();
      });
    });
    await nextTurn();
    await nextTurn();
    expect(calls).toBe(1);
    expect(sleepers(bells)).toBe(0);
  });

  test('before the first call', async () => {
    const bell = new Doorbell(createDoorbells(1), 0);
    let calls = 0;
    bell.listen(() => calls++)();
    await nextTurn();
    await nextTurn();
    expect(calls).toBe(0);
  });

  test('and listening anew: only the new listener is called', async () => {
    const { bell, stop, calls } = await listening();
    await nextTurn();
    stop();
    let fresh = 0;
    let onFresh: () => void = () => {};
    stops.push(
      bell.listen(() => {
        fresh++;
        onFresh();
      }),
    );
    await new Promise<void>((resolve) => (onFresh = resolve));
    bell.ring();
    await new Promise<void>((resolve) => (onFresh = resolve));
    expect([calls(), fresh]).toEqual([1, 2]);
  });
});

test('a bell outside the row is our own mistake', () => {
  const bells = createDoorbells(2);
  for (const index of [-1, 2, 0.5]) expect(() => new Doorbell(bells, index)).toThrow('in range');
  expect(() => createDoorbells(0)).toThrow('at least one');
});
