import { describe, expect, test } from 'vitest';
import { COUNTERS, type CounterName, GAUGES, HISTOGRAMS, type HistogramName } from '../../src/metrics/metric_names.js';
import {
  createSharedMetrics,
  quantile,
  sumCounter,
  sumGauge,
  sumHistogram,
  ThreadMetrics,
} from '../../src/metrics/shared_metrics.js';
import { seededRandom } from '../threads/random_records.js';

const histogramNames = Object.keys(HISTOGRAMS) as HistogramName[];

describe('a histogram', () => {
  test.each(histogramNames)('%s puts each value into the first bucket whose bound it does not exceed', (name) => {
    const bounds: readonly number[] = HISTOGRAMS[name].bounds;
    const random = seededRandom(bounds.length);
    const edges = bounds.flatMap((bound) => [bound, bound - 1e-9, bound + 1e-9]);
    const spread = Array.from({ length: 200 }, () => random() ** 3 * bounds[bounds.length - 1] * 1.5);
    for (const value of [...edges, ...spread, 0, -1, 1e12]) {
      const sab = createSharedMetrics(1);
      new ThreadMetrics(sab, 0).observe(name, value);
      const { counts, sum, count } = sumHistogram(sab, name);
      const bucket = bounds.findIndex((bound) => value <= bound);
      expect(counts.indexOf(1), `${value}`).toBe(bucket < 0 ? bounds.length : bucket);
      expect(counts).toHaveLength(bounds.length + 1);
      expect([sum, count]).toEqual([value, 1]);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d, which would spoil its sum for ever, and says so in a counter',
    (value) => {
      const sab = createSharedMetrics(1);
      const metrics = new ThreadMetrics(sab, 0);
      metrics.observe('webhook_ms', 3);
      metrics.observe('webhook_ms', value);
      expect(sumHistogram(sab, 'webhook_ms')).toMatchObject({ sum: 3, count: 1 });
      expect(sumCounter(sab, 'metrics_refused')).toBe(1);
    },
  );

  test('has bounds that ascend', () => {
    for (const name of histogramNames) {
      const bounds: readonly number[] = HISTOGRAMS[name].bounds;
      for (let i = 1; i < bounds.length; i++) expect(bounds[i], name).toBeGreaterThan(bounds[i - 1]);
    }
  });
});

test('no two metrics share a place: writing one shows in no other', () => {
  const names = {
    histogram: histogramNames,
    counter: Object.keys(COUNTERS) as CounterName[],
    gauge: Object.keys(GAUGES) as (keyof typeof GAUGES)[],
  };
  const sab = createSharedMetrics(3);
  const metrics = new ThreadMetrics(sab, 1);
  names.histogram.forEach((name, i) => {
    for (let n = 0; n <= i; n++) for (const bound of HISTOGRAMS[name].bounds) metrics.observe(name, bound);
    metrics.observe(name, 1e9);
  });
  names.counter.forEach((name, i) => {
    metrics.add(name, 1000 + i);
  });
  names.gauge.forEach((name, i) => {
    metrics.setGauge(name, 5000 + i);
  });
  names.histogram.forEach((name, i) => {
    const bounds: readonly number[] = HISTOGRAMS[name].bounds;
    const { counts, sum } = sumHistogram(sab, name);
    expect(counts).toEqual([...bounds.map(() => i + 1), 1]);
    expect(sum).toBeCloseTo((i + 1) * bounds.reduce((total, bound) => total + bound, 0) + 1e9, 3);
  });
  names.counter.forEach((name, i) => {
    expect(sumCounter(sab, name)).toBe(1000 + i);
  });
  names.gauge.forEach((name, i) => {
    expect(sumGauge(sab, name)).toBe(5000 + i);
  });
});

describe('several threads', () => {
  test('add up, each in a block of its own', () => {
    const sab = createSharedMetrics(4);
    for (let block = 0; block < 4; block++) {
      const metrics = new ThreadMetrics(sab, block);
      for (let i = 0; i <= block; i++) metrics.observe('vad_batch_windows', 2 ** i);
      metrics.add('frames_in', 10 ** block);
      metrics.add('frames_in');
      metrics.setGauge('worker_calls', 99);
      metrics.setGauge('worker_calls', block);
    }
    expect(sumHistogram(sab, 'vad_batch_windows')).toEqual({
      counts: [4, 3, 2, 1, 0, 0, 0, 0, 0, 0],
      sum: 4 + 6 + 8 + 8,
      count: 10,
    });
    expect(sumCounter(sab, 'frames_in')).toBe(1115);
    expect(sumGauge(sab, 'worker_calls')).toBe(6);
  });

  test('a thread that takes over a dead one’s block keeps its counts and starts its gauges at zero', () => {
    const sab = createSharedMetrics(2);
    const dead = new ThreadMetrics(sab, 1);
    dead.add('turns', 7);
    dead.observe('webhook_ms', 1);
    dead.setGauge('worker_calls', 40);
    const successor = new ThreadMetrics(sab, 1);
    expect(sumGauge(sab, 'worker_calls')).toBe(0);
    successor.add('turns');
    successor.observe('webhook_ms', 1);
    expect(sumCounter(sab, 'turns')).toBe(8);
    expect(sumHistogram(sab, 'webhook_ms').count).toBe(2);
  });

  test('write on cache lines of their own', () => {
    expect(createSharedMetrics(1).byteLength % 128).toBe(0);
    expect(createSharedMetrics(5).byteLength).toBe(5 * createSharedMetrics(1).byteLength);
  });

  test('a block that is not there is our own mistake', () => {
    const sab = createSharedMetrics(2);
    for (const block of [-1, 2, 0.5]) expect(() => new ThreadMetrics(sab, block)).toThrow('in range');
    expect(() => createSharedMetrics(0)).toThrow('at least one');
  });
});

// Bounds of ringline_vad_batch_windows: 1 2 4 8 16 32 64 128 256.
describe('a quantile', () => {
  test.each([
    { what: 'a single bucket is crossed linearly', values: [3, 3, 3, 3], q: 0.5, expected: 3 },
    { what: 'its upper end is the bound', values: [3, 3, 3, 3], q: 1, expected: 4 },
    { what: 'its lower end is the bound before', values: [3, 3, 3, 3], q: 0, expected: 2 },
    { what: 'the first bucket begins at zero', values: [1, 1], q: 0.5, expected: 0.5 },
    { what: 'two buckets', values: [3, 3, 3, 6], q: 0.75, expected: 4 },
    { what: 'two buckets, inside the second', values: [3, 6, 6], q: 2 / 3, expected: 6 },
    { what: 'empty buckets in between do not count', values: [1, 200], q: 0.75, expected: 192 },
    { what: 'beyond the last bound the last bound is all one knows', values: [1000, 1000], q: 0.5, expected: 256 },
  ])('$what', ({ values, q, expected }) => {
    const sab = createSharedMetrics(2);
    const blocks = [new ThreadMetrics(sab, 0), new ThreadMetrics(sab, 1)];
    values.forEach((value, i) => {
      blocks[i % 2].observe('vad_batch_windows', value);
    });
    expect(quantile(sab, 'vad_batch_windows', q)).toBeCloseTo(expected, 9);
  });

  test('of nothing is not a number', () => {
    expect(quantile(createSharedMetrics(1), 'vad_batch_windows', 0.5)).toBeNaN();
  });
});
