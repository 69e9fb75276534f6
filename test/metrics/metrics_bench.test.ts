import { expect, test } from 'vitest';
import { bench } from '../../bench/metrics/shared_metrics.bench.js';

test('the bench counts the same in shared memory and in prom-client', async () => {
  const results = await bench({ small: true });
  expect(results.map(({ name, hash }) => [name, hash])).toEqual([
    ['histogram observation, one histogram', '18942a85'],
    ['histogram observation, eight in turn', 'ed6902ae'],
    ['counter, no labels', 'fa7c3195'],
    ['counter with a label', 'fa7c3195'],
  ]);
  for (const { ns_per_op, ratio } of results) {
    expect(ns_per_op).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0);
  }
});
