// Shows the shared metrics to Prometheus. prom-client keeps the registry and writes the exposition; the values are
// summed out of shared memory at the moment somebody reads, and at no other time. Which metrics there are is
// metric_names.ts; routes and authorisation of /metrics are the server's.

import * as prom from 'prom-client';
import {
  COUNTERS,
  type CounterName,
  GAUGES,
  type GaugeName,
  HISTOGRAMS,
  type HistogramName,
  type HistogramSpec,
  type ValueSpec,
} from './metric_names.js';
import { blockCount, sumCounter, sumGauge, sumHistogram } from './shared_metrics.js';

interface MetricValue {
  /** When it differs from the metric's name. */
  metricName?: string;
  labels: Record<string, string>;
  value: number;
}

/** What prom-client's Registry asks of a metric. */
interface ReadMetric {
  name: string;
  help: string;
  type: 'histogram' | 'counter' | 'gauge';
  get(): { name: string; help: string; type: string; aggregator: string; values: MetricValue[] };
  /** Registry.resetMetrics() calls it; shared counters only ever rise. */
  reset(): void;
}

/**
 * A registry with all shared metrics and prom-client's default metrics of the process under their standard names.
 * Ordinary prom-client metrics can be added with `registers: [registry]`. Makes timers and observers that do not keep
 * the process alive; `registry.clear()` drops the metrics.
 * @param sab from createSharedMetrics
 */
export function createRegistry(sab: SharedArrayBuffer): prom.Registry {
  const registry = new prom.Registry();
  prom.collectDefaultMetrics({ register: registry });
  const register = (metric: ReadMetric) => registry.registerMetric(metric as unknown as prom.Metric);

  for (const key of Object.keys(HISTOGRAMS) as HistogramName[]) register(histogram(sab, key));
  for (const [name, keys] of byPrometheusName<CounterName>(COUNTERS))
    register(valueMetric('counter', name, COUNTERS, keys, (key) => sumCounter(sab, key)));
  for (const [name, keys] of byPrometheusName<GaugeName>(GAUGES))
    register(
      isPerThread(GAUGES[keys[0]])
        ? gaugeOfThreads(sab, keys[0])
        : valueMetric('gauge', name, GAUGES, keys, (key) => sumGauge(sab, key)),
    );
  return registry;
}

function histogram(sab: SharedArrayBuffer, key: HistogramName): ReadMetric {
  const { name, help, bounds, scale, perThread }: HistogramSpec = HISTOGRAMS[key];
  const uppers = [...bounds.map((bound) => String(inBaseUnit(bound, scale))), '+Inf'];
  const read = (labels: Record<string, string>, block?: number): MetricValue[] => {
    const { counts, sum, count } = sumHistogram(sab, key, block);
    let cumulative = 0;
    const values: MetricValue[] = counts.map((n, i) => {
      cumulative += n;
      return { metricName: `${name}_bucket`, labels: { ...labels, le: uppers[i] }, value: cumulative };
    });
    values.push({ metricName: `${name}_sum`, labels, value: inBaseUnit(sum, scale) });
    values.push({ metricName: `${name}_count`, labels, value: count });
    return values;
  };
  return readMetric('histogram', name, help, () =>
    perThread ? threads(sab).flatMap((thread, block) => read({ thread }, block)) : read({}),
  );
}

function gaugeOfThreads(sab: SharedArrayBuffer, key: GaugeName): ReadMetric {
  const { name, help } = GAUGES[key];
  return readMetric('gauge', name, help, () =>
    threads(sab).map((thread, block) => ({ labels: { thread }, value: sumGauge(sab, key, block) })),
  );
}

/** The names of the threads, by their block. */
function threads(sab: SharedArrayBuffer): string[] {
  return Array.from({ length: blockCount(sab) }, (_, block) => (block === 0 ? 'main' : `worker_${block - 1}`));
}

function isPerThread({ perThread }: ValueSpec): boolean {
  return perThread === true;
}

/** Entries that share a Prometheus name differ in their labels and become one metric. */
function valueMetric<Key extends string>(
  type: 'counter' | 'gauge',
  name: string,
  specs: Readonly<Record<Key, ValueSpec>>,
  keys: Key[],
  read: (key: Key) => number,
): ReadMetric {
  return readMetric(type, name, specs[keys[0]].help, () =>
    keys.map((key) => ({ labels: { ...specs[key].labels }, value: read(key) })),
  );
}

function readMetric(type: ReadMetric['type'], name: string, help: string, read: () => MetricValue[]): ReadMetric {
  return {
    name,
    help,
    type,
    get: () => ({ name, help, type, aggregator: 'sum', values: read() }),
    reset: () => {},
  };
}

function byPrometheusName<Key extends string>(specs: Readonly<Record<Key, ValueSpec>>): Map<string, Key[]> {
  const keysByName = new Map<string, Key[]>();
  for (const key of Object.keys(specs) as Key[]) {
    const keys = keysByName.get(specs[key].name);
    if (keys) keys.push(key);
    else keysByName.set(specs[key].name, [key]);
  }
  return keysByName;
}

/** 12 digits are beyond any measurement, and take away the 0.30000000000000004 that binary fractions leave. */
function inBaseUnit(value: number, scale: number): number {
  return Number((value * scale).toPrecision(12));
}
