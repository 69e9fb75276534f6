// Histograms, counters and gauges of all threads in one SharedArrayBuffer. Every thread writes its own block with
// plain stores and reads nobody else's; sums over the blocks are made only when someone looks. Which metrics there are
// is metric_names.ts; how Prometheus sees them is prometheus.ts.
//
// Why no Atomics: a block has one writer, so nothing can be lost. A reader may see a count without its sum, or a value
// from a moment ago; both are right at the next look. JavaScript allows an 8-byte read to tear, 64-bit CPUs do not tear
// aligned ones, and if one did, a single scrape would show one odd number.
//
//   block: | histogram: count of each bound, +Inf, sum | next histogram … | counters | gauges |   (doubles)

import { assert } from '../assert.js';
import { COUNTERS, type CounterName, GAUGES, type GaugeName, HISTOGRAMS, type HistogramName } from './metric_names.js';

interface HistogramPlace {
  /** First count inside a block, in doubles. */
  at: number;
  /** Counts, +Inf included; the sum follows them. */
  buckets: number;
  /** First bound inside BOUNDS. */
  boundsAt: number;
}

// Bounds of all histograms in one array, each padded with +Inf to SEARCH_SPAN so that every search takes the same
// five steps, whatever the histogram.
const SEARCH_SPAN = 32;
const LINE_DOUBLES = 16;

const histogramNames = Object.keys(HISTOGRAMS) as HistogramName[];
const BOUNDS = new Float64Array(histogramNames.length * SEARCH_SPAN).fill(Number.POSITIVE_INFINITY);
// Objects without a prototype: V8 looks a name up in them in 9 ns, in a Map in 13, in an ordinary frozen object in 17.
const histogramPlaces: Record<HistogramName, HistogramPlace> = Object.create(null);
const counterPlaces: Record<CounterName, number> = Object.create(null);
const gaugePlaces: Record<GaugeName, number> = Object.create(null);
let doubles = 0;
histogramNames.forEach((name, i) => {
  const bounds = HISTOGRAMS[name].bounds;
  assert(bounds.length < SEARCH_SPAN, 'a histogram has fewer than 32 bounds');
  BOUNDS.set(bounds, i * SEARCH_SPAN);
  histogramPlaces[name] = { at: doubles, buckets: bounds.length + 1, boundsAt: i * SEARCH_SPAN };
  doubles += bounds.length + 2;
});
for (const name of Object.keys(COUNTERS) as CounterName[]) counterPlaces[name] = doubles++;
const gaugesAt = doubles;
for (const name of Object.keys(GAUGES) as GaugeName[]) gaugePlaces[name] = doubles++;
// Whole pairs of cache lines, so that two threads never write the same one.
const BLOCK_DOUBLES = Math.ceil(doubles / LINE_DOUBLES) * LINE_DOUBLES;

/** Memory for `blocks` threads, all zero: by convention block 0 = main thread, n + 1 = worker n. */
export function createSharedMetrics(blocks: number): SharedArrayBuffer {
  assert(Number.isInteger(blocks) && blocks > 0, 'there is at least one block of metrics');
  return new SharedArrayBuffer(blocks * BLOCK_DOUBLES * 8);
}

/**
 * The one writer of a block: make it once, when the thread starts. A thread that takes over a dead one's block goes on
 * with its counts, while its gauges begin at zero. No method allocates.
 */
export class ThreadMetrics {
  readonly #values: Float64Array;

  constructor(sab: SharedArrayBuffer, block: number) {
    const at = block * BLOCK_DOUBLES * 8;
    assert(Number.isInteger(block) && block >= 0 && at < sab.byteLength, 'a metrics block is in range');
    this.#values = new Float64Array(sab, at, BLOCK_DOUBLES);
    this.#values.fill(0, gaugesAt, gaugesAt + Object.keys(GAUGES).length);
  }

  /**
   * Counts `value`, in the histogram's own unit (see metric_names.ts), into the first bucket with value <= bound.
   * About 11 ns on the development machine, prom-client's histogram.observe 120 (bench/metrics).
   */
  observe(name: HistogramName, value: number): void {
    // One NaN would make the sum NaN for ever.
    if (!Number.isFinite(value)) {
      this.add('metrics_refused');
      return;
    }
    const place = histogramPlaces[name];
    const values = this.#values;
    const from = place.boundsAt;
    let i = from;
    if (BOUNDS[i + 15] < value) i += 16;
    if (BOUNDS[i + 7] < value) i += 8;
    if (BOUNDS[i + 3] < value) i += 4;
    if (BOUNDS[i + 1] < value) i += 2;
    if (BOUNDS[i] < value) i += 1;
    values[place.at + i - from]++;
    values[place.at + place.buckets] += value;
  }

  /** Adds `n`, not negative, to a counter. */
  add(name: CounterName, n = 1): void {
    this.#values[counterPlaces[name]] += n;
  }

  /** Sets this thread's part of a gauge; what is shown is the sum over threads. */
  setGauge(name: GaugeName, v: number): void {
    this.#values[gaugePlaces[name]] = v;
  }
}

export interface HistogramSum {
  /** Observations for each bound, +Inf last; not cumulative. */
  counts: number[];
  /** In the observed unit. */
  sum: number;
  /** Always the total of `counts`, also while other threads write. */
  count: number;
}

/** How many threads' blocks there are. */
export function blockCount(sab: SharedArrayBuffer): number {
  return sab.byteLength / 8 / BLOCK_DOUBLES;
}

/** A histogram over all threads, or of the thread with block `only`. */
export function sumHistogram(sab: SharedArrayBuffer, name: HistogramName, only?: number): HistogramSum {
  const { at, buckets } = histogramPlaces[name];
  const values = blocks(sab, only);
  const counts = new Array<number>(buckets).fill(0);
  let sum = 0;
  for (let block = at; block < values.length; block += BLOCK_DOUBLES) {
    for (let i = 0; i < buckets; i++) counts[i] += values[block + i];
    sum += values[block + buckets];
  }
  return { counts, sum, count: counts.reduce((total, n) => total + n, 0) };
}

/** A counter over all threads. */
export function sumCounter(sab: SharedArrayBuffer, name: CounterName): number {
  return sumAt(sab, counterPlaces[name]);
}

/** A gauge over all threads, or of the thread with block `only`. */
export function sumGauge(sab: SharedArrayBuffer, name: GaugeName, only?: number): number {
  return sumAt(sab, gaugePlaces[name], only);
}

/**
 * The value below which a share `q` (0 to 1) of all observations lies, linear inside its bucket, as Prometheus'
 * histogram_quantile has it: the first bucket begins at 0, and what lies above the last bound counts as that bound.
 * NaN when nothing was observed. In the observed unit.
 */
export function quantile(sab: SharedArrayBuffer, name: HistogramName, q: number): number {
  assert(q >= 0 && q <= 1, 'a quantile is 0 to 1');
  const { counts, count } = sumHistogram(sab, name);
  const bounds: readonly number[] = HISTOGRAMS[name].bounds;
  if (count === 0) return Number.NaN;
  const rank = q * count;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    if (counts[i] > 0 && below + counts[i] >= rank) {
      const low = i === 0 ? Math.min(0, bounds[0]) : bounds[i - 1];
      return low + ((bounds[i] - low) * (rank - below)) / counts[i];
    }
    below += counts[i];
  }
  return bounds[bounds.length - 1];
}

/** All blocks, or one of them. */
function blocks(sab: SharedArrayBuffer, only?: number): Float64Array {
  return only === undefined ? new Float64Array(sab) : new Float64Array(sab, only * BLOCK_DOUBLES * 8, BLOCK_DOUBLES);
}

function sumAt(sab: SharedArrayBuffer, at: number, only?: number): number {
  const values = blocks(sab, only);
  let sum = 0;
  for (let i = at; i < values.length; i += BLOCK_DOUBLES) sum += values[i];
  return sum;
}
