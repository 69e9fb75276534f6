import { describe, expect, test } from 'vitest';
import { glottis, RATE_HZ, telephone, whiteNoise } from '../../../../loadtest/panel/sounds/shapes.js';
import { levelsOf, SoundMeter, WINDOW_SAMPLES } from '../../../../loadtest/panel/sounds/sound_meter.js';
import { seededRandom } from '../../../../loadtest/simulators/latency.js';
import { emptyWindow, type SoundWindow } from '../../../../src/conversation/turns/sound_window.js';

function measured(pcm: Int16Array, ours: readonly number[] = []): SoundWindow[] {
  const meter = new SoundMeter();
  const windows: SoundWindow[] = [];
  for (let i = 0; (i + 1) * WINDOW_SAMPLES <= pcm.length; i++) {
    const window = emptyWindow();
    meter.measure(pcm, i * WINDOW_SAMPLES, ours[i] ?? -90, window);
    windows.push(window);
  }
  return windows;
}

const tone = (hz: number, ms: number, amplitude = 8192): Int16Array =>
  Int16Array.from({ length: (ms * RATE_HZ) / 1000 }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / RATE_HZ)),
  );
const pcmOf = (samples: Float32Array): Int16Array => Int16Array.from(samples, (sample) => Math.round(sample * 8192));
const random = () => seededRandom(3);

test('the level is that of the mean square, silence is the floor', () => {
  expect(measured(tone(1000, 64))[1].levelDb).toBeCloseTo(20 * Math.log10(0.25) - 3.01, 1);
  expect(measured(new Int16Array(512))[1].levelDb).toBe(-90);
  expect(levelsOf(tone(1000, 64))[1]).toBeCloseTo(measured(tone(1000, 64))[1].levelDb, 6);
});

describe('voicing', () => {
  test.each([
    ['a voice of 90 Hz', pcmOf(glottis(320, 90, 90, random())), 0.8, 1],
    ['a voice of 220 Hz', pcmOf(glottis(320, 220, 230, random())), 0.7, 1],
    ['white noise', pcmOf(whiteNoise(320, random())), 0, 0.35],
    ['silence', new Int16Array(2560), 0, 0.01],
  ])('of %s', (_name, pcm, from, to) => {
    for (const { voicing } of measured(pcm).slice(1)) {
      expect(voicing).toBeGreaterThanOrEqual(from);
      expect(voicing).toBeLessThanOrEqual(to + 1e-9);
    }
  });
});

test('what stays the same does not change; from one tone to another it does', () => {
  const steady = measured(tone(600, 320)).slice(2);
  for (const { change } of steady) expect(change).toBeLessThan(1);
  const jump = new Int16Array(2048);
  jump.set(tone(400, 128));
  jump.set(tone(2500, 128), 1024);
  expect(measured(jump)[4].change).toBeGreaterThan(5);
});

test('the tilt tells low from high', () => {
  expect(measured(tone(400, 64))[1].tilt).toBeGreaterThan(6);
  expect(measured(tone(3000, 64))[1].tilt).toBeLessThan(-6);
});

describe('likeness', () => {
  // Bursts of noise at uneven times, as syllables are.
  const bursts = (seed: number): Int16Array => {
    const draw = seededRandom(seed);
    const pcm = new Int16Array(RATE_HZ * 2);
    for (let at = 0; at < pcm.length; ) {
      const length = 400 + Math.floor(draw() * 1600);
      const gain = draw() < 0.5 ? 200 : 8000;
      for (let i = at; i < Math.min(pcm.length, at + length); i++) pcm[i] = Math.round((draw() * 2 - 1) * gain);
      at += length;
    }
    return pcm;
  };
  const last = (windows: readonly SoundWindow[]): number => windows[windows.length - 1].likeness;

  test.each([0, 96, 256, 448])('of ourselves, %i ms later and weaker, is near 1', (delayMs) => {
    const ours = bursts(1);
    const back = new Int16Array(ours.length);
    back.set(
      ours.subarray(0, ours.length - delayMs * 8).map((sample) => sample / 4),
      delayMs * 8,
    );
    expect(last(measured(back, levelsOf(ours)))).toBeGreaterThan(0.9);
  });

  test('of another sound is less, and of our silence nothing', () => {
    expect(last(measured(bursts(2), levelsOf(bursts(7))))).toBeLessThan(0.85);
    expect(last(measured(bursts(2)))).toBe(0);
  });
});

test('the telephone leaves its band', () => {
  const power = (pcm: Int16Array): number => levelsOf(pcm)[4];
  const through = (hz: number): number =>
    power(telephone(Float32Array.from(tone(hz, 320), (sample) => sample / 32_768)));
  expect(through(1000) - through(100)).toBeGreaterThan(25);
  expect(through(1000) - through(3900)).toBeGreaterThan(10);
  expect(Math.abs(through(1000) - through(2000))).toBeLessThan(2);
});
