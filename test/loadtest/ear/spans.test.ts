import { describe, expect, test } from 'vitest';
import { isSounding, mean, merged, quantile, soundIn, soundSpans, ticksOf } from '../../../loadtest/ear/spans.js';

/** 8 kHz: `ms` of a square wave at `level`. */
function tone(parts: readonly [ms: number, level: number][]): Int16Array {
  return Int16Array.from(
    parts.flatMap(([ms, level]) => Array.from({ length: ms * 8 }, (_, i) => (i % 8 < 4 ? level : -level))),
  );
}

describe('stretches of sound', () => {
  test('begin and end where it is louder than a quiet line, holes of less than 40 ms closed', () => {
    const pcm = tone([
      [100, 0],
      [200, 3000],
      [30, 0],
      [50, 3000],
      [300, 50],
      [100, 400],
    ]);
    expect(soundSpans(pcm)).toEqual([
      { startMs: 100, endMs: 380 },
      { startMs: 680, endMs: 780 },
    ]);
  });

  test('merge over gaps that are shorter than asked for', () => {
    const spans = [
      { startMs: 0, endMs: 10 },
      { startMs: 50, endMs: 60 },
      { startMs: 200, endMs: 210 },
    ];
    expect(merged(spans, 100)).toEqual([
      { startMs: 0, endMs: 60 },
      { startMs: 200, endMs: 210 },
    ]);
    expect(merged(spans, 40)).toEqual(spans);
  });

  test.each([
    // Whole ticks, a tick touched by 19 ms, one touched by 20.
    [[{ startMs: 200, endMs: 600 }], [false, true, true, false]],
    [[{ startMs: 381, endMs: 400 }], [false, false, false, false]],
    [[{ startMs: 380, endMs: 400 }], [false, true, false, false]],
    [[{ startMs: 190, endMs: 210 }], [false, false, false, false]],
  ])('%j in ticks of 200 ms: %j', (spans, ticks) => {
    expect(ticksOf(spans, 800)).toEqual(ticks);
  });

  test('what sounds inside a window, and at a moment', () => {
    const spans = [
      { startMs: 100, endMs: 200 },
      { startMs: 300, endMs: 400 },
    ];
    expect(soundIn(spans, 150, 350)).toBe(100);
    expect([99, 100, 199, 200].map((at) => isSounding(spans, at))).toEqual([false, true, true, false]);
  });

  test('figures of nothing are null', () => {
    expect([mean([]), quantile([], 0.5)]).toEqual([null, null]);
    expect([mean([1, 2]), quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 0.95)]).toEqual([1.5, 2, 3]);
  });
});
