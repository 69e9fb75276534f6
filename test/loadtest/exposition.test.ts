// The server's own figures, read from its /metrics before and after.

import { expect, test } from 'vitest';
import { counterDelta, histogramDelta, histogramQuantiles, parseExposition } from '../../loadtest/report/exposition.js';
import { quantiles } from '../../loadtest/report/quantiles.js';

const text = (drops: [number, number], buckets: [number, number, number, number], sum: number) => `
# HELP ringline_ring_dropped_total Records lost.
# TYPE ringline_ring_dropped_total counter
ringline_ring_dropped_total{ring="ingress"} ${drops[0]}
ringline_ring_dropped_total{ring="egress"} ${drops[1]}
# TYPE late histogram
late_bucket{le="0.001"} ${buckets[0]}
late_bucket{le="0.01"} ${buckets[1]}
late_bucket{le="0.1"} ${buckets[2]}
late_bucket{le="+Inf"} ${buckets[3]}
late_sum ${sum}
late_count ${buckets[3]}
`;

test('a counter is summed over its labels, and only what was added counts', () => {
  const before = parseExposition(text([3, 1], [0, 0, 0, 0], 0));
  const after = parseExposition(text([5, 2], [0, 0, 0, 0], 0));
  expect(counterDelta(before, after, 'ringline_ring_dropped_total')).toBe(3);
  expect(counterDelta(before, after, 'ringline_ring_dropped_total', 'ring="egress"')).toBe(1);
  expect(counterDelta(before, after, 'ringline_ring')).toBe(0);
});

test('quantiles of a histogram are of what was observed between the readings', () => {
  const before = parseExposition(text([0, 0], [100, 100, 100, 100], 0.05));
  // 50 more below 1 ms, 40 up to 10 ms, 10 up to 100 ms.
  const after = parseExposition(text([0, 0], [150, 190, 200, 200], 1.05));
  const found = histogramQuantiles(histogramDelta(before, after, 'late'));
  expect(found).toMatchObject({ count: 100, p50: 1, p90: 10, mean: 10 });
  expect(found.p99).toBeCloseTo(91, 5);
});

test('what lies above the last bound is told as that bound, and nothing as nothing', () => {
  const none = parseExposition(text([0, 0], [0, 0, 0, 0], 0));
  const high = parseExposition(text([0, 0], [0, 0, 0, 5], 5));
  expect(histogramQuantiles(histogramDelta(none, high, 'late')).p50).toBe(100);
  expect(histogramQuantiles(histogramDelta(none, none, 'late'))).toMatchObject({ count: 0, p50: null, mean: null });
});

test.each([
  [[], null, null],
  [[5], 5, 5],
  [[4, 1, 3, 2], 2, 4],
  [Array.from({ length: 200 }, (_, i) => 200 - i), 100, 198],
])('nearest rank of %j', (values, p50, p99) => {
  expect(quantiles(values)).toMatchObject({ count: values.length, p50, p99 });
});
