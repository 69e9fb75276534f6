import { expect, test } from 'vitest';
import { emptyWindow } from '../../../src/conversation/turns/sound_window.js';
import { Stretch } from '../../../src/conversation/turns/stretch.js';

test('only windows of speech count: the wait for silence behind them does not', () => {
  const stretch = new Stretch(1000);
  for (let i = 1; i <= 3; i++) stretch.add({ ...emptyWindow(), probability: 0.9, levelDb: -20 }, 1000 + i * 32);
  for (let i = 4; i <= 9; i++) stretch.add({ ...emptyWindow(), probability: 0.1, levelDb: -60 }, 1000 + i * 32);
  expect([stretch.voicedMs, stretch.lastSpeechMs, stretch.speechWindows]).toEqual([96, 1096, 3]);
  expect(stretch.levelDb).toBeCloseTo(-20, 3);
  expect(stretch.probability).toBeCloseTo(0.9, 6);
});

test('the level is that of the mean power, its spread that of the windows', () => {
  const stretch = new Stretch(0);
  for (const levelDb of [-20, -40]) stretch.add({ ...emptyWindow(), probability: 0.9, levelDb }, 32);
  expect(stretch.levelDb).toBeCloseTo(-22.97, 2);
  expect(stretch.levelSpreadDb).toBeCloseTo(10, 6);
});

test('features that nobody computes are unknown, not zero', () => {
  const stretch = new Stretch(0);
  stretch.add({ ...emptyWindow(), probability: 0.9 }, 32);
  const { levelDb, levelSpreadDb, voicing, change, tilt, likeness, unvoicedMs } = stretch;
  expect([levelDb, levelSpreadDb, voicing, change, tilt, likeness]).toEqual(Array(6).fill(Number.NaN));
  expect(unvoicedMs).toBe(0);
});

test('the first window is compared with silence: its change says nothing', () => {
  const stretch = new Stretch(0);
  for (const change of [30, 2, 4]) stretch.add({ ...emptyWindow(), probability: 0.9, change }, 32);
  expect(stretch.change).toBe(3);
});

test.each([
  [Number.NaN, -30],
  [-90, -30],
  [-40, -30.46],
  [-33.01, -33.02],
  [-30, -36], // buried in the noise
  [-20, -36],
])('a sound of -30 dB over noise of %d dB is itself at %d dB', (noiseDb, expected) => {
  const stretch = new Stretch(0);
  stretch.add({ ...emptyWindow(), probability: 0.9, levelDb: -30 }, 32);
  expect(stretch.signalDb(noiseDb)).toBeCloseTo(expected, 1);
});
