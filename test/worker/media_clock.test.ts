// Where audio is put when the media clock and ours disagree. `Stream` is Twilio and the network between; time is its variable.

import { describe, expect, test } from 'vitest';
import { MediaClock } from '../../src/worker/media_clock.js';
import { seededRandom } from '../threads/random_records.js';

const START_MS = 1_000_000;

/** Twenty-millisecond messages. `off` is how far a message's place in the call is from when it was said. */
class Stream {
  readonly clock = new MediaClock();
  timestampMs = 8;
  timeline = 0;
  nowMs = START_MS;
  constructor(startedMs = START_MS) {
    this.clock.start(startedMs);
  }

  /** One message said just now, that travelled `lateMs`; returns how much too late (positive) it was put. */
  message(lateMs = 0): number {
    const saidMs = this.nowMs;
    this.nowMs += lateMs;
    this.#arrive();
    this.clock.settle(this.nowMs);
    const off = this.clock.originMs + this.#callMs() - (saidMs - 20);
    this.nowMs -= lateMs;
    this.timestampMs += 20;
    return off;
  }

  /** `count` messages in real time. Returns where the last was put. */
  run(count: number, lateMs: (i: number) => number = () => 0, ppm = 0): number {
    let off = 0;
    for (let i = 0; i < count; i++) {
      this.nowMs += 20 * (1 + ppm / 1e6);
      off = this.message(lateMs(i));
    }
    return off;
  }

  /** All messages of a stall at once, the newest just said. Returns where the newest was put. */
  backlog(count: number): number {
    for (let i = 0; i < count; i++) {
      this.#arrive();
      this.timestampMs += 20;
    }
    this.timestampMs -= 20;
    this.clock.settle(this.nowMs);
    const off = this.clock.originMs + this.#callMs() - (this.nowMs - 20);
    this.timestampMs += 20;
    return off;
  }

  #arrive(): void {
    this.clock.heard(this.timestampMs + 20, 20, this.timeline, this.nowMs);
  }
  #callMs(): number {
    return this.clock.callMs(this.timestampMs, this.timeline, this.nowMs);
  }
}

describe('the beginning', () => {
  test('call time zero is the first sample', () => {
    const stream = new Stream();
    stream.nowMs += 20;
    expect(stream.message()).toBe(0);
    expect(stream.clock.originMs).toBe(START_MS);
  });

  test('a burst with the start shows that the call began before it', () => {
    const stream = new Stream();
    expect(stream.backlog(10)).toBe(0);
    expect(stream.clock.originMs).toBe(START_MS - 200);
    expect(stream.run(500)).toBe(0);
    expect(stream.clock.originMs).toBe(START_MS - 200);
  });

  test('media that begins late does not move the call', () => {
    const stream = new Stream();
    stream.nowMs += 700;
    expect(stream.message()).toBe(0);
    expect(stream.clock.originMs).toBe(START_MS);
    expect(stream.run(100)).toBe(0);
  });

  test('first messages that were held up are put right by the first that was not', () => {
    const stream = new Stream();
    stream.nowMs += 20;
    expect(stream.message(480)).toBe(480);
    stream.nowMs += 20;
    expect(stream.message(0)).toBe(0);
    expect(stream.clock.originMs).toBe(START_MS);
  });

  test('nobody moves the beginning back by more than two seconds', () => {
    const stream = new Stream();
    for (let i = 0; i < 90; i++) {
      stream.timestampMs += 900;
      stream.run(1);
    }
    expect(stream.clock.originMs).toBeGreaterThanOrEqual(START_MS - 2000);
    expect(Math.abs(stream.run(50))).toBeLessThan(1);
  });
});

describe('a timestamp that jumps', () => {
  test.each([1_200, 5_000, 30_000, 2_000_000_000])('by +%i ms is put right at once', (byMs) => {
    const stream = new Stream();
    stream.run(500);
    stream.timestampMs += byMs;
    expect(stream.run(1)).toBe(0);
    expect(stream.run(500)).toBe(0);
    expect(stream.clock.corrections).toBe(1);
    expect(stream.clock.originMs).toBe(START_MS);
  });

  test.each([1_500, 5_000, 9_000])('by -%i ms is put right within half a second', (byMs) => {
    const stream = new Stream();
    stream.run(1000);
    stream.timestampMs -= byMs;
    expect(stream.run(24)).toBeCloseTo(-byMs);
    expect(stream.run(3)).toBe(0);
    expect(stream.run(500)).toBe(0);
  });

  test('back to zero, seen by the jitter buffer as a new timeline: at once', () => {
    const stream = new Stream();
    stream.run(3000);
    stream.timestampMs = 0;
    stream.timeline++;
    expect(stream.run(1)).toBe(0);
    expect(stream.run(500)).toBe(0);
    expect(stream.clock.originMs).toBe(START_MS);
  });

  test('frames of the timeline before, still on their way, keep their place', () => {
    const stream = new Stream();
    stream.run(3000);
    const { clock, timestampMs } = stream;
    const before = clock.callMs(timestampMs - 20, 0, stream.nowMs);
    stream.timestampMs = 0;
    stream.timeline++;
    stream.run(1);
    expect(clock.callMs(timestampMs - 20, 0, stream.nowMs)).toBe(before);
  });

  test('by nothing, while twenty seconds pass without media: at once', () => {
    const stream = new Stream();
    stream.run(500);
    stream.nowMs += 20_000;
    expect(stream.run(1)).toBe(0);
    expect(stream.run(500)).toBe(0);
  });

  test('by as much as passed without media: there is nothing to put right', () => {
    const stream = new Stream();
    stream.run(500);
    stream.nowMs += 20_000;
    stream.timestampMs += 20_000;
    expect(stream.run(500)).toBe(0);
    expect(stream.clock.corrections).toBe(0);
  });
});

test.each([200, 2_500, 6_000])('a network held up for %i ms: its backlog lies where it was said', (heldMs) => {
  const stream = new Stream();
  stream.run(500);
  stream.nowMs += heldMs;
  expect(stream.backlog(heldMs / 20)).toBe(0);
  expect(stream.run(500)).toBe(0);
  expect(stream.clock.corrections).toBe(0);
});

describe('drift', () => {
  test.each([500, -500, 50, -50, 1500])('of %i ppm is followed for an hour', (ppm) => {
    const stream = new Stream();
    let worst = 0;
    for (let second = 0; second < 3600; second++) worst = Math.max(worst, Math.abs(stream.run(50, () => 0, ppm)));
    expect(worst).toBeLessThan(15);
    expect(stream.clock.corrections).toBe(0);
    expect(Math.abs(stream.clock.originMs - START_MS)).toBeLessThan(2);
  });

  test('is told from the jitter of a network', () => {
    const stream = new Stream();
    const random = seededRandom(3);
    stream.run(100);
    let worst = 0;
    for (let i = 0; i < 600; i++) {
      stream.run(49, () => random() ** 3 * 200);
      worst = Math.max(worst, Math.abs(stream.run(1)));
    }
    expect(worst).toBeLessThan(30);
    expect(stream.clock.corrections).toBe(0);
  });

  test('takes small steps: nobody hears it', () => {
    const stream = new Stream();
    stream.run(500);
    const places: number[] = [];
    for (let i = 0; i < 3000; i++) places.push(stream.run(1, () => 0, 500) + stream.nowMs);
    const steps = places.slice(1).map((at, i) => Math.abs(at - places[i] - 20.01));
    expect(Math.max(...steps)).toBeLessThan(2.1);
  });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'whatever timestamps come, audio lies near now, and soon at now (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const stream = new Stream();
    for (let i = 0; i < 3000; i++) {
      const dice = random();
      if (dice < 0.01) stream.timestampMs = Math.floor(random() * 2 ** 31);
      else if (dice < 0.02) stream.timestampMs += Math.floor((random() - 0.5) * 8000);
      else if (dice < 0.025) stream.nowMs += random() * 25_000;
      else if (dice < 0.03) stream.timeline++;
      stream.timestampMs = Math.max(0, stream.timestampMs);
      const off = stream.run(1, () => random() * 50);
      expect(off).toBeGreaterThanOrEqual(-15_100);
      expect(off).toBeLessThanOrEqual(1100);
    }
    const { originMs } = stream.clock;
    expect(originMs).toBeGreaterThan(START_MS - 2001);
    expect(originMs).toBeLessThanOrEqual(START_MS);
    stream.run(300);
    expect(Math.abs(stream.run(1))).toBeLessThan(1000);
  },
);

describe('a stream that another worker began', () => {
  test.each([1, 40, 120])('a backlog of %i messages lies where it was said, and call time zero stays', (count) => {
    const stream = new Stream();
    const began = START_MS - 60_000;
    stream.clock.goOn(began);
    stream.timestampMs = 60_000;
    expect(Math.abs(stream.backlog(count))).toBeLessThanOrEqual(20);
    expect(Math.abs(stream.run(200, (i) => (i % 7) * 3))).toBeLessThanOrEqual(20);
    expect(stream.clock.originMs).toBe(began);
    expect(stream.clock.corrections).toBe(0);
  });
});
