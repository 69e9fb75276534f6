// What VAD and STT get to hear when the network misbehaves. Time is a variable of the test; each frame carries its own
// number, so that order and completeness can be read off.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AudioFrame, JitterBuffer, type JitterBufferOptions } from '../../src/audio/jitter_buffer.js';
import { fallbackDsp } from '../../src/audio/kernels/addon.js';

const OFFSET_MS = 8; // Twilio's first timestamp is small and arbitrary

/** The sample of each mu-law byte. */
const DECODED = new Int16Array(256);
fallbackDsp.mulawDecode(
  Uint8Array.from({ length: 256 }, (_, code) => code),
  0,
  DECODED,
  0,
  256,
);

/** A caller and a puller around one buffer. Frame n has the timestamp 8 + 20 n and is filled with its number. */
class Line {
  readonly buffer: JitterBuffer;
  readonly #frame = new AudioFrame();

  constructor(options: Partial<JitterBufferOptions> = {}) {
    this.buffer = new JitterBuffer({ dsp: fallbackDsp, ...options });
  }

  arrive(nowMs: number, ...numbers: number[]): void {
    for (const n of numbers) this.message(OFFSET_MS + 20 * n, n, 160, nowMs);
  }

  message(timestampMs: number, content: number, samples: number, nowMs: number): void {
    // Every other one in an array of just its size, which is the quick way in.
    const mulaw = new Uint8Array(samples + (content % 2) * 3).fill(content);
    this.buffer.push(timestampMs, mulaw, samples, nowMs);
  }

  /** One round of pulls: frame numbers, `~` and the timestamp for what was made up. */
  pull(nowMs: number): (number | string)[] {
    const out: (number | string)[] = [];
    while (this.buffer.pull(nowMs, this.#frame)) {
      if (this.buffer.concealed) {
        out.push(`~${this.buffer.timestampMs}`);
        continue;
      }
      const { mulaw, pcm } = this.#frame;
      const n = mulaw[0];
      expect(mulaw.every((byte) => byte === n)).toBe(true);
      expect(pcm.every((sample) => sample === DECODED[n])).toBe(true);
      out.push(n);
    }
    return out;
  }

  counts(): Partial<JitterBuffer> {
    const { lost, late, concealedCount, duplicates, jumps, overflowed } = this.buffer;
    const all = { lost, late, concealedCount, duplicates, jumps, overflowed };
    return Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0));
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('a steady stream passes without any delay', () => {
  const line = new Line();
  for (let n = 0; n < 200; n++) {
    const jitterMs = (n * 7) % 30;
    line.arrive(n * 20 + jitterMs, n);
    expect(line.pull(n * 20 + jitterMs)).toEqual([n]);
    expect(line.buffer.timestampMs).toBe(OFFSET_MS + 20 * n);
  }
  expect(line.counts()).toEqual({});
});

test('the burst at the start goes out a few frames a round, complete and in order', () => {
  const line = new Line({ pullsPerRoundMax: 4 });
  line.arrive(0, ...range(0, 10));
  expect(line.pull(0)).toEqual([0, 1, 2, 3]);
  expect(line.pull(5)).toEqual([]); // still the same round
  expect(line.pull(20)).toEqual([4, 5, 6, 7]);
  line.arrive(40, 10);
  expect(line.pull(40)).toEqual([8, 9, 10]);
  expect(line.counts()).toEqual({});
});

test('a missing timestamp is made up at once, before the frame behind it', () => {
  const line = new Line();
  line.arrive(0, 0, 1);
  expect(line.pull(0)).toEqual([0, 1]);
  line.arrive(20, 4);
  expect(line.pull(20)).toEqual(['~48', '~68', 4]);
  expect(line.counts()).toEqual({ lost: 2, concealedCount: 2 });
});

test('a long hole is not made up in full, so that it does not hold up what follows', () => {
  const line = new Line({ pullsPerRoundMax: 100 });
  line.arrive(0, 0);
  line.pull(0);
  line.arrive(20, 101);
  expect(line.pull(20)).toEqual([...range(91, 101).map((n) => `~${OFFSET_MS + 20 * n}`), 101]);
  expect(line.counts()).toEqual({ lost: 100, concealedCount: 10 });
});

describe('when nothing comes for a while', () => {
  test('time goes on at real-time pace after the hold', () => {
    const line = new Line();
    line.arrive(0, 0);
    expect(line.pull(0)).toEqual([0]);
    expect(line.pull(79)).toEqual([]);
    expect(line.pull(80)).toEqual(['~28']);
    expect(line.pull(99)).toEqual([]);
    expect(line.pull(100)).toEqual(['~48']);
    expect(line.pull(160)).toEqual(['~68', '~88', '~108']); // a late tick catches up
    expect(line.counts()).toEqual({ concealedCount: 5 });
  });

  test('speech that was lost in the pause is counted once, and the rest of the hole is filled', () => {
    const line = new Line();
    line.arrive(0, 0);
    line.pull(0);
    expect([100, 120, 140].flatMap((nowMs) => line.pull(nowMs))).toHaveLength(4);
    // 200 ms after frame 0 comes frame 10: nine are missing, four are made up already.
    line.arrive(200, 10);
    expect(line.pull(200)).toEqual(['~108', '~128', '~148', '~168', '~188']);
    expect(line.pull(220)).toEqual([10]);
    expect(line.counts()).toEqual({ lost: 9, concealedCount: 9 });
  });

  test('speech that comes late is still delivered, at its true time', () => {
    const line = new Line({ pullsPerRoundMax: 8 });
    line.arrive(0, 0);
    line.pull(0);
    const madeUp = range(1, 26).flatMap((tick) => line.pull(tick * 20));
    expect(madeUp).toHaveLength(22);
    // 500 ms of network stall end: everything that was said comes at once.
    line.arrive(510, ...range(1, 26));
    expect(line.pull(520)).toEqual(range(1, 9));
    expect(line.buffer.timestampMs).toBe(OFFSET_MS + 160);
    line.arrive(530, 26);
    expect(line.pull(540)).toEqual(range(9, 17));
    expect(line.pull(560)).toEqual(range(17, 25));
    expect(line.pull(580)).toEqual([25, 26]);
    expect(line.counts()).toEqual({ late: 22, concealedCount: 22 });
  });

  test('a part of the pause lost, a part late', () => {
    const line = new Line({ pullsPerRoundMax: 50 });
    line.arrive(0, 0);
    line.pull(0);
    expect(range(1, 14).flatMap((tick) => line.pull(tick * 20))).toHaveLength(10);
    line.arrive(280, ...range(6, 14));
    expect(line.pull(280)).toEqual(range(6, 14));
    // 1 to 5 never came; 6 to 10 had been made up; from 11 on nothing had.
    expect(line.counts()).toEqual({ lost: 5, late: 5, concealedCount: 10 });
  });

  test('nothing is made up before the stream began, nor for ever', () => {
    const line = new Line({ pauseMsMax: 1000 });
    expect(line.pull(5000)).toEqual([]);
    line.arrive(5000, 0);
    const frames = range(0, 200).flatMap((tick) => line.pull(5000 + tick * 20));
    expect(frames).toHaveLength(1 + 50);
  });

  test('a tick of our own that came late is not a pause', () => {
    const line = new Line();
    line.arrive(0, 0);
    line.pull(0);
    // The worker slept 300 ms; what arrived meanwhile is pushed before the pull.
    line.arrive(300, ...range(1, 16));
    expect([...line.pull(300), ...line.pull(320), ...line.pull(340)]).toEqual(range(1, 16));
    expect(line.counts()).toEqual({});
  });
});

describe('strange timestamps', () => {
  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, -5e9])('%d is taken as the next in order', (timestampMs) => {
    const line = new Line();
    line.arrive(0, 0);
    line.message(timestampMs, 1, 160, 20);
    line.arrive(40, 2);
    expect(line.pull(40)).toEqual([0, 1, 2]);
    expect(line.counts()).toEqual({});
  });

  test('no timestamp at all from the beginning', () => {
    const line = new Line();
    for (let n = 0; n < 5; n++) line.message(-1, n, 160, n * 20);
    expect(line.pull(100)).toEqual([0, 1, 2, 3, 4]);
    expect(line.counts()).toEqual({});
  });

  test('a message that comes twice is delivered once', () => {
    const line = new Line();
    line.arrive(0, 0, 1, 1, 0, 2, 2, 3);
    expect(line.pull(0)).toEqual([0, 1, 2, 3]);
    expect(line.counts()).toEqual({ duplicates: 3 });
  });

  test('timestamps that wander by less than half a frame mean nothing', () => {
    const line = new Line({ pullsPerRoundMax: 50 });
    for (let n = 0; n < 20; n++) line.message(OFFSET_MS + n * 20 + ((n * 5) % 9) - 4, n, 160, n * 20);
    expect(line.pull(400)).toEqual(range(0, 20));
    expect(line.counts()).toEqual({});
  });

  test('a clock that begins again costs two messages, not the rest of the call', () => {
    const line = new Line();
    for (const n of range(0, 100)) line.message(100_000 + n * 20, 1, 160, n * 20);
    for (let tick = 0; tick < 20; tick++) line.pull(2000 + tick * 20);
    expect(line.buffer.depthFrames).toBe(0);
    for (const n of range(0, 6)) line.message(97_000 + n * 20, 50 + n, 160, 2500 + n * 20);
    expect(line.pull(2600)).toEqual([52, 53, 54, 55]);
    expect(line.buffer.timestampMs).toBe(97_100);
    expect(line.counts()).toMatchObject({ duplicates: 2, jumps: 1 });
  });

  test.each([
    ['forwards', 60_000],
    ['backwards', 0],
  ])('a jump %s of more than 10 s starts the timeline anew', (_direction, to) => {
    const line = new Line();
    line.message(30_000, 1, 160, 0);
    line.message(to, 2, 160, 20);
    line.message(to + 20, 3, 160, 40);
    expect(line.pull(40)).toEqual([1, 2, 3]);
    expect(line.counts()).toEqual({ jumps: 1 });
  });
});

describe('messages of other sizes', () => {
  test.each([80, 100, 160, 320, 400])('%i samples a message become whole frames', (samples) => {
    const line = new Line({ pullsPerRoundMax: 100 });
    const total = 8000;
    for (let done = 0; done < total; done += samples) line.message(done / 8, 7, samples, done / 8);
    const frames = line.pull(1000);
    expect(frames).toEqual(Array(50).fill(7));
    expect(line.buffer.timestampMs).toBe(980);
    expect(line.counts()).toEqual({});
  });

  test('half a frame before a gap is completed with silence', () => {
    const line = new Line();
    line.message(0, 5, 80, 0);
    line.message(50, 6, 160, 50);
    const frame = new AudioFrame();
    expect(line.buffer.pull(50, frame)).toBe(true);
    const { mulaw, pcm } = frame;
    expect([mulaw[79], mulaw[80], pcm[79], pcm[80]]).toEqual([5, 0xff, DECODED[5], 0]);
    expect(line.pull(50)).toEqual(['~10', '~30', 6]);
  });

  test('an empty message is no message', () => {
    const line = new Line();
    line.message(0, 1, 0, 0);
    line.arrive(0, 0);
    expect(line.pull(0)).toEqual([0]);
  });
});

test('no counter moves without the sum of all', () => {
  const line = new Line({ capacityFrames: 4 });
  const sums: number[] = [];
  for (const numbers of [[0, 1], [1], [5], [6, 7, 8, 9, 10, 11, 12, 13, 14]]) {
    const before = line.buffer.troubles;
    line.arrive(0, ...numbers);
    line.pull(0);
    sums.push(line.buffer.troubles - before);
  }
  const all = Object.values(line.counts()).reduce((sum: number, count) => sum + Number(count), 0);
  expect(line.buffer.troubles).toBe(all);
  expect(sums[0]).toBe(0);
  for (const sum of sums.slice(1)) expect(sum).toBeGreaterThan(0);
});

test('a full buffer drops the oldest frames and counts them', () => {
  const line = new Line({ capacityFrames: 16 });
  line.arrive(0, ...range(0, 20));
  expect(line.buffer.depthFrames).toBe(15);
  // More than half full: the limit per round does not hold until it is half empty.
  expect(line.pull(0)).toEqual(range(5, 12));
  expect(line.pull(20)).toEqual(range(12, 17));
  expect(line.pull(40)).toEqual([17, 18, 19]);
  expect(line.counts()).toEqual({ overflowed: 5 });
});

test('what is made up continues the voice and is as loud as the background in the end', () => {
  const buffer = new JitterBuffer({ dsp: fallbackDsp });
  const frame = new AudioFrame();
  const { pcm, mulaw } = frame;
  // Quiet background, then a voice, then nothing.
  for (let n = 0; n < 16; n++) {
    for (let i = 0; i < 160; i++) pcm[i] = n < 8 ? ((i * 7919) % 41) - 20 : 6000 * Math.sin((n * 160 + i) / 8);
    fallbackDsp.mulawEncode(pcm, 0, mulaw, 0, 160);
    buffer.push(n * 20, mulaw, 160, n * 20);
    while (buffer.pull(n * 20, frame));
  }
  const levels = range(0, 6).map((n) => {
    expect(buffer.pull(380 + n * 20, frame)).toBe(true);
    expect(buffer.concealed).toBe(true);
    // Both forms of the frame are the same sound.
    const decoded = new Int16Array(160);
    fallbackDsp.mulawDecode(mulaw, 0, decoded, 0, 160);
    for (let i = 0; i < 160; i++) expect(Math.abs(decoded[i] - pcm[i])).toBeLessThanOrEqual(Math.abs(pcm[i]) / 16 + 4);
    return fallbackDsp.level(pcm, 0, 160);
  });
  expect(levels[0]).toBeGreaterThan(-20);
  expect(levels[5]).toBeLessThan(-60);
  expect(levels[5]).toBeGreaterThan(-80);
});

test('whatever happens: every frame that was not a duplicate or overflowed comes out, in order, at a bounded rate', () => {
  const event = fc.record({
    waitMs: fc.oneof(fc.constant(20), fc.nat(400)),
    messages: fc.nat(12),
    skip: fc.oneof(fc.constant(0), fc.nat(5)),
  });
  const property = fc.property(fc.array(event, { maxLength: 60 }), (events) => {
    const line = new Line({ pullsPerRoundMax: 6 });
    let nowMs = 0;
    let number = 0;
    const sent: number[] = [];
    const got: number[] = [];
    const collect = (limit: number) => {
      const frames = line.pull(nowMs);
      expect(frames.length).toBeLessThanOrEqual(limit);
      got.push(...frames.filter((frame) => typeof frame === 'number'));
    };
    for (const { waitMs, messages, skip } of events) {
      for (const end = nowMs + waitMs; nowMs < end; nowMs += 20) collect(128);
      number += skip;
      for (let i = 0; i < messages; i++) {
        // One byte holds the number, so it wraps.
        line.message(OFFSET_MS + number * 20, number % 256, 160, nowMs);
        sent.push(number++ % 256);
      }
    }
    for (let i = 0; i < 200 && line.buffer.depthFrames > 0; i++, nowMs += 20) collect(128);
    const { overflowed, duplicates, jumps } = line.buffer;
    expect([overflowed, duplicates, jumps]).toEqual([0, 0, 0]);
    expect(got).toEqual(sent);
  });
  fc.assert(property, { seed: 5, numRuns: 200 });
});
