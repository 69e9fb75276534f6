// Reads Prometheus' text format as the server's /metrics writes it, and takes differences between two readings.

import { hundredths, type Quantiles } from './quantiles.js';

/** Sample name with labels as written, `name{a="b"}` -> value. */
export type Exposition = ReadonlyMap<string, number>;

export function parseExposition(text: string): Exposition {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const blank = line.lastIndexOf(' ');
    samples.set(line.slice(0, blank), Number(line.slice(blank + 1)));
  }
  return samples;
}

/** What was added to all series of a counter between two readings. */
export function counterDelta(before: Exposition, after: Exposition, name: string, label = ''): number {
  return sumOf(after, name, label) - sumOf(before, name, label);
}

export function sumOf(samples: Exposition, name: string, label = ''): number {
  let sum = 0;
  for (const [key, value] of samples)
    if ((key === name || key.startsWith(`${name}{`)) && key.includes(label)) sum += value;
  return sum;
}

export interface HistogramDelta {
  /** Upper bounds in base units, ascending, +Inf last, and how many observations each bucket holds. */
  bounds: number[];
  counts: number[];
  count: number;
  sum: number;
}

/** What was observed between two readings. */
export function histogramDelta(before: Exposition, after: Exposition, name: string): HistogramDelta {
  const bounds: number[] = [];
  const cumulative: number[] = [];
  for (const [key, value] of after) {
    const bound = key.startsWith(`${name}_bucket{`) ? /le="([^"]+)"/.exec(key)?.[1] : undefined;
    if (bound === undefined) continue;
    bounds.push(bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound));
    cumulative.push(value - (before.get(key) ?? 0));
  }
  const counts = cumulative.map((value, i) => value - (i > 0 ? cumulative[i - 1] : 0));
  const count = counterDelta(before, after, `${name}_count`);
  return { bounds, counts, count, sum: counterDelta(before, after, `${name}_sum`) };
}

/** Linear inside the bucket, in `perUnit` (1000 = milliseconds of seconds); above the last bound, that bound. */
export function histogramQuantile({ bounds, counts, count }: HistogramDelta, q: number, perUnit = 1000): number | null {
  if (count === 0) return null;
  let left = q * count;
  for (let i = 0; i < counts.length; i++) {
    const low = i > 0 ? bounds[i - 1] : 0;
    if (counts[i] > 0 && left <= counts[i])
      return (Number.isFinite(bounds[i]) ? low + ((bounds[i] - low) * left) / counts[i] : low) * perUnit;
    left -= counts[i];
  }
  return (bounds[bounds.length - 2] ?? 0) * perUnit;
}

/** As milliseconds. `max` is not known to a histogram. */
export function histogramQuantiles(delta: HistogramDelta): Quantiles & { p999: number | null; mean: number | null } {
  const at = (q: number): number | null => hundredths(histogramQuantile(delta, q));
  return {
    count: delta.count,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: null,
    mean: delta.count === 0 ? null : hundredths((delta.sum / delta.count) * 1000),
  };
}
