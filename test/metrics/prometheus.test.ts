import * as prom from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/metric_names.js';
import { createRegistry } from '../../src/metrics/prometheus.js';
import { createSharedMetrics, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { type Family, parseExposition } from './exposition.js';

let sab: SharedArrayBuffer;
let registry: prom.Registry;
let main: ThreadMetrics;
let worker: ThreadMetrics;
beforeEach(() => {
  sab = createSharedMetrics(2);
  registry = createRegistry(sab);
  main = new ThreadMetrics(sab, 0);
  worker = new ThreadMetrics(sab, 1);
});
afterEach(() => registry.clear());

async function family(name: string): Promise<Family> {
  const found = parseExposition(await registry.metrics()).get(name);
  if (!found) throw new Error(`${name} is not shown`);
  return found;
}

test('every metric of the hot path is shown, with its help and type, before anything was observed', async () => {
  const families = parseExposition(await registry.metrics());
  for (const [specs, type] of [
    [HISTOGRAMS, 'histogram'],
    [COUNTERS, 'counter'],
    [GAUGES, 'gauge'],
  ] as const) {
    for (const { name, help } of Object.values(specs)) expect(families.get(name), name).toMatchObject({ type, help });
  }
});

describe('a histogram', () => {
  test('is cumulative, ends with +Inf, and has sum and count', async () => {
    for (const windows of [1, 2, 2, 3, 1000]) worker.observe('vad_batch_windows', windows);
    main.observe('vad_batch_windows', 256);
    const { samples } = await family('ringline_vad_batch_windows');
    const name = 'ringline_vad_batch_windows';
    const buckets = [
      ['1', 1],
      ['2', 3],
      ['4', 4],
      ['8', 4],
      ['16', 4],
      ['32', 4],
      ['64', 4],
      ['128', 4],
      ['256', 5],
      ['+Inf', 6],
    ] as const;
    expect(samples).toEqual([
      ...buckets.map(([le, value]) => ({ name: `${name}_bucket`, labels: { le }, value })),
      { name: `${name}_sum`, labels: {}, value: 1264 },
      { name: `${name}_count`, labels: {}, value: 6 },
    ]);
  });

  test('observed in milliseconds is shown in seconds, bounds and sum, without stray digits', async () => {
    main.observe('barge_in_ms', 0.1);
    main.observe('barge_in_ms', 0.2);
    const { samples } = await family('ringline_barge_in_seconds');
    const uppers = samples.filter(({ name }) => name.endsWith('_bucket')).map(({ labels }) => labels['le']);
    expect(uppers).toEqual(
      '0.0001 0.00025 0.0005 0.001 0.002 0.003 0.005 0.0075 0.01 0.015 0.02 0.03 0.05 0.075 0.1 0.2 0.5 1 +Inf'.split(
        ' ',
      ),
    );
    expect(samples.slice(0, 2).map(({ value }) => value)).toEqual([1, 2]);
    expect(samples.find(({ name }) => name.endsWith('_sum'))?.value).toBe(0.0003);
  });

  test('never falls from bucket to bucket, and +Inf is the count, for all of them', async () => {
    for (const key of Object.keys(HISTOGRAMS) as (keyof typeof HISTOGRAMS)[])
      for (let value = 0.01; value < 1e5; value *= 1.7) worker.observe(key, value);
    const families = parseExposition(await registry.metrics());
    for (const { name } of Object.values(HISTOGRAMS)) {
      // Of one that is shown for each thread, the observing one's.
      const all = families.get(name)?.samples ?? [];
      const samples = all.filter(({ labels }) => labels['thread'] !== 'main');
      const values = samples.filter((sample) => sample.name === `${name}_bucket`).map(({ value }) => value);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values.at(-1)).toBe(samples.find((sample) => sample.name === `${name}_count`)?.value);
      expect(values.at(-1)).toBeGreaterThan(20);
    }
  });
});

test('counters of one name become one metric, told apart by their labels, summed over threads', async () => {
  main.add('ring_dropped_ingress', 2);
  worker.add('ring_dropped_ingress', 3);
  worker.add('ring_dropped_egress');
  const name = 'ringline_ring_dropped_total';
  expect((await family(name)).samples).toEqual([
    { name, labels: { ring: 'ingress' }, value: 5 },
    { name, labels: { ring: 'egress' }, value: 1 },
  ]);
});

test('values are those of the moment of reading', async () => {
  worker.setGauge('worker_calls', 3);
  expect((await family('ringline_worker_calls')).samples[0].value).toBe(3);
  worker.setGauge('worker_calls', 2);
  main.setGauge('worker_calls', 5);
  expect((await family('ringline_worker_calls')).samples[0].value).toBe(7);
});

test('what belongs to a thread is shown for each of them, not summed', async () => {
  main.setGauge('loop_utilisation', 0.25);
  worker.setGauge('loop_utilisation', 0.75);
  worker.observe('loop_lag_ms', 30);
  const name = 'ringline_event_loop_utilisation_ratio';
  expect((await family(name)).samples).toEqual([
    { name, labels: { thread: 'main' }, value: 0.25 },
    { name, labels: { thread: 'worker_0' }, value: 0.75 },
  ]);
  const counts = (await family('ringline_event_loop_lag_seconds')).samples.filter(({ name }) =>
    name.endsWith('_count'),
  );
  expect(counts.map(({ labels, value }) => [labels['thread'], value])).toEqual([
    ['main', 0],
    ['worker_0', 1],
  ]);
});

test('the process shows itself under the standard names, and further metrics can be added', async () => {
  new prom.Gauge({ name: 'ringline_calls', help: 'Calls.', registers: [registry] }).set(4);
  const families = parseExposition(await registry.metrics());
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect(families.get(name)?.samples, name).not.toHaveLength(0);
  }
  expect(families.get('ringline_calls')?.samples[0].value).toBe(4);
});

test('other readers of the registry work too: as JSON, one metric alone, and a reset that leaves counts alone', async () => {
  worker.add('turns', 9);
  registry.resetMetrics();
  const json = await registry.getMetricsAsJSON();
  expect(json.find(({ name }) => name === 'ringline_turns_total')?.values).toEqual([{ labels: {}, value: 9 }]);
  expect(await registry.getSingleMetricAsString('ringline_turns_total')).toContain('ringline_turns_total 9');
});

test('two registries over different memory do not mix', async () => {
  const other = createRegistry(createSharedMetrics(1));
  main.add('turns');
  expect(await other.getSingleMetricAsString('ringline_turns_total')).toContain('ringline_turns_total 0');
  other.clear();
});
