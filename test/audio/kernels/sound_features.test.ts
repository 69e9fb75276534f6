// What each number says of sounds whose answer is known, at the edges too, and that the twins give the same bits.

import { describe, expect, test } from 'vitest';
import { type Dsp, fallbackDsp, nativeDsp } from '../../../src/audio/kernels/addon.js';
import {
  SOUND_BIN_SAMPLES,
  SOUND_FEATURES,
  SOUND_MOMENTS,
  SOUND_PAST,
  SOUND_PLAYED,
  SOUND_WINDOW,
} from '../../../src/audio/kernels/kernel_interface.js';
import { decibels, playedUnits } from '../../../src/audio/kernels/sound_features.js';
import { randomNumbers, speechLikeSignal } from '../vad/vad_signals.js';
import { IMPLEMENTATIONS } from './implementations.js';

const [LEVEL, VOICING, PITCH, CHANGE, TILT, LIKENESS, ECHO] = [0, 1, 2, 3, 4, 5, 6];

/** Streams of their own, with all their arrays. */
class Listener {
  readonly features: Float32Array;
  readonly past: Int16Array;
  readonly moments: Float64Array;
  readonly played: Int16Array;
  readonly #dsp: Dsp;
  constructor(dsp: Dsp, streams = 1) {
    this.#dsp = dsp;
    this.features = new Float32Array(streams * SOUND_FEATURES);
    this.past = new Int16Array(streams * SOUND_PAST);
    this.moments = new Float64Array(streams * SOUND_MOMENTS);
    this.played = new Int16Array(streams * SOUND_PLAYED);
  }
  /** Row by row: the window at `offsets[r]` of stream `streams[r]`, ended in our bin `bins[r]`. */
  hear(samples: Int16Array, offsets: readonly number[], streams: readonly number[], bins: readonly number[]): void {
    this.#dsp.soundFeatures(
      samples,
      Int32Array.from(offsets),
      Int32Array.from(streams),
      Int32Array.from(bins),
      offsets.length,
      this.past,
      this.moments,
      this.played,
      this.features,
    );
  }
  /** All of `pcm` in stream 0; the numbers of each window. */
  hearAll(pcm: Int16Array, ours?: Int16Array, delayMs = 0): number[][] {
    const rows: number[][] = [];
    for (let w = 0; (w + 1) * SOUND_WINDOW <= pcm.length; w++) {
      if (ours) this.#play(ours, w, delayMs);
      this.hear(pcm, [w * SOUND_WINDOW], [0], [2 * w + 1]);
      rows.push([...this.features.subarray(0, SOUND_FEATURES)]);
    }
    return rows;
  }
  #play(ours: Int16Array, window: number, delayMs: number): void {
    for (let bin = 2 * window; bin < 2 * window + 2; bin++) {
      let energy = 0;
      for (let i = 0; i < SOUND_BIN_SAMPLES; i++)
        energy += (ours[bin * SOUND_BIN_SAMPLES + i + delayMs * 8] / 32768) ** 2;
      this.played[bin % SOUND_PLAYED] = playedUnits(energy / SOUND_BIN_SAMPLES);
    }
  }
}

const wave = (ms: number, at: (second: number) => number): Int16Array =>
  Int16Array.from({ length: ms * 8 }, (_, i) => Math.max(-32768, Math.min(32767, Math.round(at(i / 8000)))));
const sine = (hz: number, amplitude = 8000) => wave(320, (s) => amplitude * Math.sin(2 * Math.PI * hz * s));
/** A voice: many harmonics, the higher the weaker. */
const pulses = (hz: number) =>
  wave(320, (s) =>
    [1, 2, 3, 4, 5, 6].reduce((sum, k) => sum + (6000 / k ** 2) * Math.cos(2 * Math.PI * hz * k * s), 0),
  );
const random = randomNumbers(5);
const noise = (amplitude = 8000) => wave(320, () => amplitude * (random() * 2 - 1));

describe.each(IMPLEMENTATIONS)('%s', (_name, dsp) => {
  const last = (pcm: Int16Array): number[] => new Listener(dsp).hearAll(pcm).at(-1)!;

  test.each([
    ['silence', wave(320, () => 0), -90],
    ['one step', wave(320, () => 1), -90],
    ['full scale', wave(320, () => -32768), 0],
    ['clipping', sine(300, 1e6), -0.2],
    ['a sine of a quarter', sine(500, 8192), -15.05],
  ])('level of %s', (_what, pcm, expected) => expect(last(pcm)[LEVEL]).toBeCloseTo(expected, 0));

  test.each([
    ['silence', wave(320, () => 0), 0, 0],
    ['a constant', wave(320, () => 1000), 0, 0],
    ['a loud constant', wave(320, () => -32768), 0, 0],
    ['a hum', sine(120), 0.97, 1],
    ['a clipped hum', sine(120, 1e6), 0.95, 1],
    ['a hum on a constant', wave(320, (s) => 20_000 + 3000 * Math.sin(2 * Math.PI * 120 * s)), 0.97, 1],
    ['a voice', pulses(140), 0.95, 1],
    ['noise', noise(), 0, 0.4],
    ['a faint voice', wave(320, (s) => 20 * Math.sin(2 * Math.PI * 120 * s)), 0.9, 1],
  ])('voicing of %s', (_what, pcm, least, most) => {
    expect(last(pcm)[VOICING]).toBeGreaterThanOrEqual(least);
    expect(last(pcm)[VOICING]).toBeLessThanOrEqual(most);
  });

  test.each([62, 80, 100, 133, 160, 200, 250, 300, 380])('the pitch of a voice at %d Hz', (hz) => {
    expect(Math.abs(last(pulses(hz))[PITCH] / hz - 1)).toBeLessThan(0.02);
  });

  test('noise has no pitch', () => expect(last(noise())[PITCH]).toBeNaN());

  test.each([
    ['a hum', sine(200), 12, 90],
    ['a whistle', sine(3000), -90, -8],
    ['noise', noise(), -8, 0],
    ['silence', wave(320, () => 0), 0, 0],
  ])('tilt of %s', (_what, pcm, least, most) => {
    expect(last(pcm)[TILT]).toBeGreaterThanOrEqual(least);
    expect(last(pcm)[TILT]).toBeLessThanOrEqual(most);
  });

  test('change: none in a hum, much from one vowel to another sound, none by loudness alone', () => {
    const listener = new Listener(dsp);
    expect(listener.hearAll(sine(500)).at(-1)![CHANGE]).toBeLessThan(0.2);
    expect(listener.hearAll(sine(500, 800))[0][CHANGE]).toBeLessThan(1);
    expect(listener.hearAll(sine(3000))[0][CHANGE]).toBeGreaterThan(5);
  });

  test('our own voice coming back is like ours and makes an echo of the line; another voice is and does not', () => {
    const ours = speechLikeSignal(6);
    // Words of any length, pauses of any length.
    const lengths = randomNumbers(3);
    const other = new Int16Array(ours.length);
    for (let at = 0; at < other.length; ) {
      const [word, pause] = [800 + lengths() * 4000, 800 + lengths() * 4000];
      for (let i = 0; i < word && at < other.length; i++, at++) {
        other[at] = 6000 * Math.sin(i / 9) * Math.sin((Math.PI * i) / word);
      }
      at += Math.floor(pause);
    }
    const quiet = ours.map((sample) => sample >> 3);
    for (const delayMs of [0, 100, 368]) {
      const shifted = new Int16Array(quiet.length);
      shifted.set(quiet.subarray(0, quiet.length - delayMs * 8), delayMs * 8);
      const rows = new Listener(dsp).hearAll(shifted.subarray(0, 40_000), ours);
      expect(rows.at(-1)![LIKENESS]).toBeGreaterThan(0.9);
      expect(rows.at(-1)![ECHO]).toBeGreaterThan(0.9);
    }
    const rows = new Listener(dsp).hearAll(other.subarray(0, 40_000), ours);
    expect(rows.at(-1)![ECHO]).toBeLessThan(0.6);
  });

  test('while we say nothing, nothing is like us; what was learned of the line is kept', () => {
    const voice = speechLikeSignal(3);
    const listener = new Listener(dsp);
    for (const row of listener.hearAll(voice)) expect([row[LIKENESS], row[ECHO]]).toEqual([0, 0]);
    listener.hearAll(voice.subarray(0, 16_000), voice);
    listener.played.fill(0);
    expect(listener.hearAll(voice).at(-1)![ECHO]).toBeGreaterThan(0.9);
  });

  test('streams do not hear each other, in any order of rows', () => {
    const voice = speechLikeSignal(2);
    const alone = new Listener(dsp).hearAll(voice);
    const both = new Listener(dsp, 3);
    const other = noise();
    const samples = new Int16Array(voice.length + other.length);
    samples.set(voice);
    samples.set(other, voice.length);
    for (let w = 0; w < alone.length; w++) {
      const offsets = [voice.length + ((w * 100) % 2000), w * SOUND_WINDOW];
      both.hear(samples, offsets, [2, 0], [w, 2 * w + 1]);
      expect([...both.features.subarray(SOUND_FEATURES, 2 * SOUND_FEATURES)]).toEqual(alone[w]);
    }
  });

  test('bins are counted on beyond the ring, below zero too', () => {
    const listener = new Listener(dsp);
    listener.hear(new Int16Array(SOUND_WINDOW), [0], [0], [2 ** 31 - 1]);
    listener.hear(new Int16Array(SOUND_WINDOW), [0], [0], [-(2 ** 31)]);
    expect(listener.features[LEVEL]).toBe(-90);
  });

  test.each([
    ['a window beyond the samples', [1], [0], 1],
    ['one before them', [-1], [0], 1],
    ['a stream that is not there', [0], [1], 1],
    ['a negative stream', [0], [-1], 1],
    ['more rows than offsets', [0], [0], 2],
  ])('%s is refused before anything is written', (_what, offsets, streams, count) => {
    const [past, moments, played] = [new Int16Array(128), new Float64Array(100), new Int16Array(256)];
    const features = new Float32Array(2 * SOUND_FEATURES).fill(7);
    const rows = (values: number[]) => Int32Array.from(values);
    const call = () =>
      dsp.soundFeatures(
        new Int16Array(256).fill(99),
        rows(offsets),
        rows(streams),
        rows([0]),
        count,
        past,
        moments,
        played,
        features,
      );
    expect(call).toThrow(RangeError);
    expect([past.every((x) => x === 0), features.every((x) => x === 7)]).toEqual([true, true]);
  });

  test('each array must be long enough', () => {
    const sizes = [256, 1, 1, 1, SOUND_PAST, SOUND_MOMENTS, SOUND_PLAYED, SOUND_FEATURES];
    for (let short = -1; short < sizes.length; short++) {
      const [pcm, a, b, c, past, moments, played, out] = sizes.map((size, i) => size - (i === short ? 1 : 0));
      const call = () =>
        dsp.soundFeatures(
          new Int16Array(pcm),
          new Int32Array(a),
          new Int32Array(b),
          new Int32Array(c),
          1,
          new Int16Array(past),
          new Float64Array(moments),
          new Int16Array(played),
          new Float32Array(out),
        );
      if (short < 0) expect(call).not.toThrow();
      else expect(call).toThrow(RangeError);
    }
  });
});

test('native and twin give the same bits, whatever the sound and whatever we play', () => {
  if (!nativeDsp) return;
  const seeded = randomNumbers(11);
  const streams = 6;
  const [native, twin] = [new Listener(nativeDsp, streams), new Listener(fallbackDsp, streams)];
  const voice = speechLikeSignal(4);
  const samples = new Int16Array(streams * SOUND_WINDOW);
  const kinds: ((i: number) => number)[] = [
    (i) => voice[i % voice.length],
    () => seeded() * 65_536 - 32_768,
    () => 0,
    () => (seeded() < 0.5 ? -32_768 : 32_767),
    (i) => Math.max(-32_768, Math.min(32_767, voice[(i * 3) % voice.length] * 20)),
    (i) => 12_000 + (voice[i % voice.length] >> 6),
  ];
  const all = Array.from({ length: streams }, (_, i) => i);
  for (let w = 0; w < 400; w++) {
    for (const stream of all) {
      const kind = kinds[(stream + (w >> 5)) % kinds.length];
      for (let i = 0; i < SOUND_WINDOW; i++) samples[stream * SOUND_WINDOW + i] = kind(w * SOUND_WINDOW + i);
      for (let bin = 2 * w; bin < 2 * w + 2; bin++) {
        const level = seeded() < 0.3 ? 0 : Math.floor(seeded() * 1921);
        native.played[stream * SOUND_PLAYED + (bin % SOUND_PLAYED)] = level;
        twin.played[stream * SOUND_PLAYED + (bin % SOUND_PLAYED)] = level;
      }
    }
    for (const listener of [native, twin]) {
      listener.hear(
        samples,
        all.map((stream) => stream * SOUND_WINDOW),
        all,
        all.map((stream) => 2 * w + 1 - stream),
      );
    }
    expect(native.features).toEqual(twin.features);
  }
  expect(native.past).toEqual(twin.past);
  expect(native.moments).toEqual(twin.moments);
});

test.each([1e-12, 3.7e-7, 0.001, 0.49, 0.5, 0.71, 1, 1.42, 1.9])('decibels of %d are those of the library', (power) => {
  expect(decibels(power)).toBeCloseTo(Math.max(-90, 10 * Math.log10(power + 1e-12)), 8);
});
