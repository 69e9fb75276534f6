// Quantiles of measured values, with their number beside them: a p99 of twenty values is the worst one, and says so.

export interface Quantiles {
  count: number;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
}

/** The `q` quantile (nearest rank) of ascending values; null when there are none. */
export function quantileOf(ascending: readonly number[], q: number): number | null {
  if (ascending.length === 0) return null;
  return ascending[Math.min(ascending.length - 1, Math.max(0, Math.ceil(q * ascending.length) - 1))];
}

/** Rounded to hundredths. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort() as unknown as number[];
  const at = (q: number): number | null => hundredths(quantileOf(sorted, q));
  return { count: values.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

export function hundredths(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Math.round(value * 100) / 100;
}
