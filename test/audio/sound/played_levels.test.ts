// Whether each bin holds what was in the ear at its time: pieces of any size, gaps, cuts, times that jump.

import { beforeEach, describe, expect, test } from 'vitest';
import { SOUND_PLAYED } from '../../../src/audio/kernels/kernel_interface.js';
import { mulawEncode } from '../../../src/audio/kernels/mulaw.js';
import { PlayedLevels } from '../../../src/audio/sound/played_levels.js';
import { randomNumbers } from '../vad/vad_signals.js';

/** A square wave at -20 dB, in mu-law. */
const LOUD = new Uint8Array(8000);
mulawEncode(
  Int16Array.from({ length: 8000 }, (_, i) => (i & 4 ? 3277 : -3277)),
  0,
  LOUD,
  0,
  8000,
);
/** -20 dB in units of the ring: 40 dB above its floor. */
const LEVEL = 40 * 32;

let ring: Int16Array;
let played: PlayedLevels;
beforeEach(() => {
  ring = new Int16Array(SOUND_PLAYED).fill(99);
  played = new PlayedLevels(ring);
});
const bins = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => Math.round(ring[(from + i) & (SOUND_PLAYED - 1)] / 32));

test('a new call has played nothing', () => expect(new Set(ring)).toEqual(new Set([0])));

test('20 ms at a time make the bins that all at once make', () => {
  for (let at = 0; at < 8000; at += 160) played.sent(100 + at / 8, LOUD, at, 160);
  const pieces = [...ring];
  const whole = new Int16Array(SOUND_PLAYED);
  new PlayedLevels(whole).sent(100, LOUD, 0, 8000);
  expect(pieces).toEqual([...whole]);
  expect(Math.abs(ring[20] - LEVEL)).toBeLessThan(32);
});

test('a bin that is partly silent is that much weaker; what lies between two replies is silent', () => {
  played.sent(8, LOUD, 0, 320); // 8 to 48 ms
  played.sent(96, LOUD, 0, 128); // 96 to 112 ms
  expect(bins(0, 8)).toEqual([37, 40, 40, 0, 0, 0, 40, 0]);
});

test('old sound is gone when its place in the ring comes round, played over or not', () => {
  played.sent(0, LOUD, 0, 8000);
  expect(played.binAt(6000)).toBe(374);
  expect(new Set(bins(374 - SOUND_PLAYED + 1, 375))).toEqual(new Set([0]));
  played.sent(60_000, LOUD, 0, 160);
  expect(bins(3740, 3752)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 34]);
});

test('to read ahead of what was sent says silence, and what is then sent still counts', () => {
  played.sent(0, LOUD, 0, 128);
  expect(played.binAt(160)).toBe(9);
  played.sent(160, LOUD, 0, 256);
  expect(bins(0, 13)).toEqual([40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 40, 0]);
});

test.each([
  [32, 32],
  [40, 48],
  [1000, 1000],
])('cut at %d ms: nothing later was heard', (cutMs, silentFromMs) => {
  played.sent(0, LOUD, 0, 8000);
  played.cut(cutMs);
  const heard = Math.min(silentFromMs / 16, 62);
  // The bin of the cut stays as it was sent.
  expect(bins(0, heard).every((db) => db === 40)).toBe(true);
  expect(bins(heard + 1, 80).every((db) => db === 0)).toBe(true);
  played.cut(cutMs);
  played.sent(2000, LOUD, 0, 128);
  expect(bins(125, 127)).toEqual([40, 0]);
});

test('before the call has a time nothing is noted', () => {
  played.sent(Number.NEGATIVE_INFINITY, LOUD, 0, 160);
  played.cut(Number.NEGATIVE_INFINITY);
  expect(new Set(ring)).toEqual(new Set([0]));
});

describe('any course of events', () => {
  test('leaves what a plain list of samples says', () => {
    const random = randomNumbers(4);
    for (let round = 0; round < 50; round++) {
      const heard = new Float64Array(40_000);
      const levels = new Int16Array(SOUND_PLAYED);
      const one = new PlayedLevels(levels);
      let at = Math.floor(random() * 100);
      while (at < 30_000) {
        const count = 160 * (1 + Math.floor(random() * 5));
        one.sent(at / 8, LOUD, 0, count);
        heard.fill(0.01, at, at + count);
        at += count;
        const what = random();
        if (what < 0.2) {
          const cut = at - Math.floor(random() * count);
          one.cut(cut / 8);
          // To the end of its bin: 16 ms.
          heard.fill(0, Math.ceil((cut + 1) / 128) * 128);
          at = Math.max(at, Math.ceil((cut + 1) / 128) * 128);
        } else if (what < 0.4) at += Math.floor(random() * 4000);
        else if (what < 0.6) one.binAt(at / 8);
      }
      const last = one.binAt(at / 8 + 16);
      for (let bin = last - 200; bin <= last; bin++) {
        if (bin < 0) continue;
        const power = heard.subarray(bin * 128, bin * 128 + 128).reduce((sum, each) => sum + each, 0) / 128;
        const expected = power === 0 ? 0 : Math.max(0, 10 * Math.log10(power) + 60);
        const level = levels[bin & (SOUND_PLAYED - 1)] / 32;
        expect(Math.abs(level - expected), `bin ${bin} of round ${round}`).toBeLessThan(1);
      }
    }
  });
});
