// What a window of a caller's sound is like, the TypeScript twin of native/dsp/sound_features.cc, which gives the same
// bits: integers and exactly rounded operations only, in the same order. What each number means is in that header and in
// kernel_interface.ts.

import { checkBounds } from './bounds.js';
import {
  SOUND_BIN_SAMPLES,
  SOUND_FEATURES,
  SOUND_MOMENTS,
  SOUND_PAST,
  SOUND_PLAYED,
  SOUND_WINDOW,
} from './kernel_interface.js';

const HALF = SOUND_WINDOW / 2;
/** Half-rate samples that are kept: one longest lag. */
const PAST_HALF = 72;
/** 400 and 60 Hz at 4 kHz. */
const LAG_MIN = 10;
const LAG_MAX = 66;
/** Samples are brought below this for the sums of products, so that those of 128 fit 32 bits; -66 dB of rounding. */
const HALF_MAX = 2047;
/** A shorter lag this good is the period, and the best one a multiple of it. Of the correlation's square. */
const NEARLY_AS_GOOD = 0.85;
const VOICED = 0.35;

const BANDS = 5;
/** What is not there does not move. */
const BAND_FLOOR_DB = -30;

/** Per dB. */
const UNITS = 32;
const FLOOR_DB = -90;
/** Below lies the noise of a line, which says nothing. */
const UNITS_FLOOR_DB = -60;

const BINS = 48;
const DELAYS = 32;
const OURS = BINS + DELAYS;
/** Levels must move so much for a correlation to mean anything: theirs 1 dB, ours 3 dB. Squared. */
const SPREAD_THEIRS = UNITS * UNITS;
const SPREAD_OURS = 9 * UNITS * UNITS;
/** Of the moments, per bin: a weight of 4 s; what they need to mean anything, in bins: 1 s. */
const KEEP = 0.996;
const WEIGHT_MIN = 60;
/** We are heard: -45 dB. */
const ACTIVE = 15 * UNITS;

/** Layout of a stream's past. */
const LEVELS_AT = PAST_HALF;
const BANDS_AT = LEVELS_AT + BINS;
/** Layout of its moments: weight, sums of x and x squared, then of y, y squared and x times y by delay. */
const Y = 4;
const YY = Y + DELAYS;
const XY = YY + DELAYS;

// Scratch, used within one call only.
const raw = new Int16Array(PAST_HALF + HALF);
const half = new Int16Array(PAST_HALF + HALF);
const quality = new Float64Array(LAG_MAX + 2);
const sums = new Int32Array(HALF);
const bands = new Float64Array(BANDS);
const ours = new Int16Array(OURS);
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** See Dsp.soundFeatures. */
export function soundFeatures(
  samples: Int16Array,
  offsets: Int32Array,
  streams: Int32Array,
  playedAt: Int32Array,
  count: number,
  past: Int16Array,
  moments: Float64Array,
  played: Int16Array,
  features: Float32Array,
): void {
  checkBounds(offsets.length, 0, count);
  checkBounds(streams.length, 0, count);
  checkBounds(playedAt.length, 0, count);
  checkBounds(features.length, 0, count * SOUND_FEATURES);
  for (let row = 0; row < count; row++) {
    checkBounds(samples.length, offsets[row], SOUND_WINDOW);
    checkBounds(past.length, streams[row] * SOUND_PAST, SOUND_PAST);
    checkBounds(moments.length, streams[row] * SOUND_MOMENTS, SOUND_MOMENTS);
    checkBounds(played.length, streams[row] * SOUND_PLAYED, SOUND_PLAYED);
  }
  for (let row = 0; row < count; row++) {
    const at = offsets[row];
    const out = row * SOUND_FEATURES;
    const pastAt = streams[row] * SOUND_PAST;
    const momentsAt = streams[row] * SOUND_MOMENTS;
    const first = power(samples, at) / (SOUND_BIN_SAMPLES * 1073741824);
    const second = power(samples, at + SOUND_BIN_SAMPLES) / (SOUND_BIN_SAMPLES * 1073741824);
    features[out] = decibels((first + second) / 2);
    voicing(samples, at, past, pastAt, features, out);
    spectrum(samples, at, past, pastAt + BANDS_AT, features, out);

    const levels = pastAt + LEVELS_AT;
    past.copyWithin(levels, levels + 2, levels + BINS);
    past[levels + BINS - 2] = units(decibels(first), UNITS_FLOOR_DB);
    past[levels + BINS - 1] = units(decibels(second), UNITS_FLOOR_DB);
    const base = streams[row] * SOUND_PLAYED;
    // A negative number is its power of two's complement, as in C++.
    for (let i = 0; i < OURS; i++) ours[i] = played[base + ((playedAt[row] - (OURS - 1) + i) & (SOUND_PLAYED - 1))];
    features[out + 5] = likeness(past, levels);
    remember(past[levels + BINS - 2], OURS - 2, moments, momentsAt);
    remember(past[levels + BINS - 1], OURS - 1, moments, momentsAt);
    features[out + 6] = echo(moments, momentsAt);
  }
}

/** 10 log10(power), written out so that every machine rounds alike: 2 artanh((m-1)/(m+1)) for the mantissa. */
export function decibels(power: number): number {
  double[0] = power + 1e-12;
  // The upper half is the second word on every machine that Node runs on, but for big-endian ones, which have no build here.
  let exponent = (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | 0x3ff00000;
  let m = double[0];
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent += 1;
  }
  const y = (m - 1) / (m + 1);
  const z = y * y;
  const ln = 2 * y * (1 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * (1 / 9 + z * (1 / 11))))));
  const db = 3.010299956639812 * exponent + 4.342944819032518 * ln;
  return Math.max(FLOOR_DB, db);
}

function units(db: number, floorDb: number): number {
  return Math.max(0, Math.floor((db - floorDb) * UNITS + 0.5));
}

/** What `played` holds for a bin of this mean square, full scale = 1. */
export function playedUnits(power: number): number {
  return units(decibels(power), UNITS_FLOOR_DB);
}

function power(samples: Int16Array, at: number): number {
  let sum = 0;
  for (let i = at; i < at + SOUND_BIN_SAMPLES; i++) sum += samples[i] * samples[i];
  return sum;
}

function dot(a: Int16Array, aAt: number, b: Int16Array, bAt: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + a[aAt + i] * b[bAt + i]) | 0;
  return sum;
}

function voicing(
  samples: Int16Array,
  at: number,
  past: Int16Array,
  pastAt: number,
  out: Float32Array,
  o: number,
): void {
  for (let i = 0; i < PAST_HALF; i++) raw[i] = past[pastAt + i];
  for (let i = 0; i < HALF; i++) raw[PAST_HALF + i] = (samples[at + 2 * i] + samples[at + 2 * i + 1]) >> 1;
  for (let i = 0; i < PAST_HALF; i++) past[pastAt + i] = raw[HALF + i];
  let sum = 0;
  let low = raw[0];
  let high = raw[0];
  for (let i = 0; i < PAST_HALF + HALF; i++) {
    const sample = raw[i];
    sum += sample;
    if (sample < low) low = sample;
    if (sample > high) high = sample;
  }
  // A constant would correlate with itself at every lag.
  const mean = Math.floor(sum / (PAST_HALF + HALF));
  const most = Math.max(high - mean, mean - low);
  let shift = 0;
  while (most >> shift > HALF_MAX) shift++;
  for (let i = 0; i < PAST_HALF + HALF; i++) half[i] = (raw[i] - mean) >> shift;

  // The product with itself `lag` samples before, squared, over the energy there; 0 where the product is negative.
  let before = dot(half, PAST_HALF - LAG_MIN, half, PAST_HALF - LAG_MIN, HALF);
  let best = 0;
  for (let lag = LAG_MIN; lag <= LAG_MAX; lag++) {
    const product = dot(half, PAST_HALF, half, PAST_HALF - lag, HALF);
    quality[lag] = product > 0 && before > 0 ? (product * product) / before : 0;
    if (quality[lag] > best) best = quality[lag];
    const comes = half[PAST_HALF - lag - 1];
    const goes = half[PAST_HALF + HALF - lag - 1];
    before += comes * comes - goes * goes;
  }
  const energy = dot(half, PAST_HALF, half, PAST_HALF, HALF);
  const voiced = energy > 0 ? Math.sqrt(best / energy) : 0;
  out[o + 1] = voiced;
  out[o + 2] = voiced < VOICED ? Number.NaN : pitchHz(best);
}

function pitchHz(best: number): number {
  let lag = LAG_MIN;
  while (quality[lag] < NEARLY_AS_GOOD * best || quality[lag] < quality[lag - 1] || quality[lag] < quality[lag + 1])
    lag++;
  // The top of the parabola through it and its neighbours, where it has two.
  let offset = 0;
  if (lag > LAG_MIN && lag < LAG_MAX) {
    const left = quality[lag - 1];
    const right = quality[lag + 1];
    const bend = left - 2 * quality[lag] + right;
    if (bend < 0) offset = (0.5 * (left - right)) / bend;
  }
  return 4000 / (lag + offset);
}

/** Energies of octaves by Haar wavelets: sums and differences of neighbours, half as many each time. */
function spectrum(
  samples: Int16Array,
  at: number,
  past: Int16Array,
  bandsAt: number,
  out: Float32Array,
  o: number,
): void {
  let length = HALF;
  let scale = 2 * SOUND_WINDOW * 1073741824;
  let energy = 0;
  for (let i = 0; i < length; i++) {
    const a = samples[at + 2 * i];
    const b = samples[at + 2 * i + 1];
    energy += (a - b) * (a - b);
    sums[i] = a + b;
  }
  bands[0] = energy / scale;
  for (let band = 1; band < BANDS - 1; band++) {
    length /= 2;
    scale *= 2;
    energy = 0;
    for (let i = 0; i < length; i++) {
      const a = sums[2 * i];
      const b = sums[2 * i + 1];
      energy += (a - b) * (a - b);
      sums[i] = a + b;
    }
    bands[band] = energy / scale;
  }
  energy = 0;
  for (let i = 0; i < length; i++) energy += sums[i] * sums[i];
  bands[BANDS - 1] = energy / scale;

  const above = bands[0] + bands[1];
  const below = bands[2] + bands[3] + bands[4];
  let change = 0;
  for (let band = 0; band < BANDS; band++) {
    const now = units(decibels(bands[band] / (above + below + 1e-12)), BAND_FLOOR_DB);
    change += Math.abs(now - past[bandsAt + band]);
    past[bandsAt + band] = now;
  }
  out[o + 3] = change / (BANDS * UNITS);
  out[o + 4] = decibels(below) - decibels(above);
}

/** Of the last BINS levels of the caller with `ours`, which ends where they end. */
function likeness(levels: Int16Array, at: number): number {
  let x = 0;
  for (let i = 0; i < BINS; i++) x += levels[at + i];
  const xx = BINS * dot(levels, at, levels, at, BINS) - x * x;
  if (xx < BINS * BINS * SPREAD_THEIRS) return 0;
  let best = 0;
  for (let delay = 0; delay < DELAYS; delay++) {
    const late = DELAYS - delay;
    let y = 0;
    for (let i = 0; i < BINS; i++) y += ours[late + i];
    const yy = BINS * dot(ours, late, ours, late, BINS) - y * y;
    if (yy < BINS * BINS * SPREAD_OURS) continue;
    const xy = BINS * dot(levels, at, ours, late, BINS) - x * y;
    if (xy > 0 && xy * xy > best * yy) best = (xy * xy) / yy;
  }
  return Math.sqrt(best / xx);
}

/** One bin more of the moments over seconds: their level `x`, ours ending at `ours[end]`. */
function remember(x: number, end: number, moments: Float64Array, at: number): void {
  let loudest = 0;
  for (let delay = 0; delay < DELAYS; delay++) if (ours[end - delay] > loudest) loudest = ours[end - delay];
  // While we are silent nothing can be learned, and nothing is forgotten.
  if (loudest < ACTIVE) return;
  moments[at] = KEEP * moments[at] + 1;
  moments[at + 1] = KEEP * moments[at + 1] + x;
  moments[at + 2] = KEEP * moments[at + 2] + x * x;
  for (let delay = 0; delay < DELAYS; delay++) {
    const y = ours[end - delay];
    moments[at + Y + delay] = KEEP * moments[at + Y + delay] + y;
    moments[at + YY + delay] = KEEP * moments[at + YY + delay] + y * y;
    moments[at + XY + delay] = KEEP * moments[at + XY + delay] + x * y;
  }
}

function echo(moments: Float64Array, at: number): number {
  const n = moments[at];
  if (n < WEIGHT_MIN) return 0;
  const x = moments[at + 1];
  const xx = n * moments[at + 2] - x * x;
  if (xx < n * n * SPREAD_THEIRS) return 0;
  let best = 0;
  for (let delay = 0; delay < DELAYS; delay++) {
    const y = moments[at + Y + delay];
    const yy = n * moments[at + YY + delay] - y * y;
    const xy = n * moments[at + XY + delay] - x * y;
    if (yy >= n * n * SPREAD_OURS && xy > 0 && xy * xy > best * yy) best = (xy * xy) / yy;
  }
  // Rounding may leave a perfect echo a hair above one.
  return best < xx ? Math.sqrt(best / xx) : 1;
}
