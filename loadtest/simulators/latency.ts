// How long a simulated provider takes: distributions that are seeded, so that a run can be repeated.

/** Milliseconds. `lognormal` is given by its median and 99th percentile, the two numbers people measure. */
export type Latency =
  | { kind: 'fixed'; ms: number }
  | { kind: 'uniform'; min: number; max: number }
  | { kind: 'lognormal'; p50: number; p99: number };

/** Numbers in [0, 1), the same for the same seed (mulberry32, Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal quantile of 0.99: p99 = p50 * exp(sigma * Z99). */
const Z99 = 2.3263478740408408;

/** One draw in milliseconds, never negative. */
export function drawMs(latency: Latency, random: () => number): number {
  switch (latency.kind) {
    case 'fixed':
      return latency.ms;
    case 'uniform':
      return latency.min + (latency.max - latency.min) * random();
    case 'lognormal': {
      // Box-Muller; 1 - random() keeps the logarithm's argument above zero.
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      return latency.p50 * Math.exp((Math.log(latency.p99 / latency.p50) / Z99) * normal);
    }
  }
}

/** Throws `RangeError` when `value` is not a usable distribution: control requests come from outside. */
export function checkLatency(name: string, value: unknown): asserts value is Latency {
  const latency = value as Record<string, unknown> | null;
  const fields = { fixed: ['ms'], uniform: ['min', 'max'], lognormal: ['p50', 'p99'] }[String(latency?.kind)];
  const numbers = fields?.map((field) => latency?.[field]);
  if (!numbers?.every((n) => typeof n === 'number' && n >= 0 && Number.isFinite(n)))
    throw new RangeError(`${name}: expected {kind:'fixed',ms} | {kind:'uniform',min,max} | {kind:'lognormal',p50,p99}`);
  if (
    latency?.kind === 'lognormal' &&
    !((numbers[0] as number) > 0 && (numbers[1] as number) >= (numbers[0] as number))
  )
    throw new RangeError(`${name}: lognormal needs 0 < p50 <= p99`);
}

/** A copy of `base` with the named distributions replaced, each checked. Unknown names are a `RangeError`. */
export function mergeLatency<T extends object>(base: T, changes: Partial<T> | undefined): T {
  const merged = { ...base };
  for (const [name, value] of Object.entries(changes ?? {})) {
    if (!(name in base)) throw new RangeError(`no such latency: ${name}`);
    checkLatency(name, value);
    (merged as Record<string, unknown>)[name] = value;
  }
  return merged;
}
