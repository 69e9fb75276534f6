// Who gets which description: streams that come and go, rows left out, our own sound at the right time.

import { beforeEach, expect, test } from 'vitest';
import { dsp } from '../../../src/audio/kernels/addon.js';
import { SoundBatch } from '../../../src/audio/sound/sound_batch.js';
import { speechLikeSignal } from '../vad/vad_signals.js';

const VOICE = speechLikeSignal(6);
const MULAW = new Uint8Array(VOICE.length);
dsp.mulawEncode(VOICE, 0, MULAW, 0, VOICE.length);

let batch: SoundBatch;
beforeEach(() => {
  batch = new SoundBatch(3);
});

/** One window of each stream, all from the same place. */
function hear(streams: readonly number[], at: number): void {
  for (const stream of streams) {
    batch.pushed(stream, (at + 256) / 8);
    batch.take(stream, at, 0);
  }
  batch.run(VOICE);
}

test('a stream that nobody opened has no description and leaves the others theirs', () => {
  batch.open(0);
  batch.open(2);
  hear([0, 1, 2], 4096);
  expect(batch.windowOf(1, 0.5)).toBeNull();
  const { levelDb } = { ...batch.windowOf(0, 0.25)! };
  const third = batch.windowOf(2, 0.75)!;
  expect(third.probability).toBe(0.75);
  expect(third.levelDb).toBe(levelDb);
  expect(levelDb).toBeCloseTo(dsp.level(VOICE, 4096, 256), 3);
});

test('a closed stream has none, nor has the next one in its place before a round of its own', () => {
  batch.open(0);
  hear([0], 4096);
  batch.close(0);
  batch.close(0);
  expect(batch.windowOf(0, 1)).toBeNull();
  batch.open(0);
  expect(batch.windowOf(0, 1)).toBeNull();
});

test('a new caller in a used stream is heard as by nobody before', () => {
  const describe = () => {
    const played = batch.open(1);
    const rows = [];
    for (let at = 0; at < 12_800; at += 256) {
      played.sent(at / 8, MULAW, at, 256);
      hear([1], at);
      rows.push({ ...batch.windowOf(1, 1) });
    }
    return rows;
  };
  const first = describe();
  expect(describe()).toEqual(first);
});

test.each([0, 160, 400])('what we played %d ms ago and hears now is known as ours, late frames or not', (delayMs) => {
  const played = batch.open(0);
  let [likeness, echo] = [0, 0];
  const behindMs = 60;
  for (let at = 0; at + 256 + delayMs * 8 < VOICE.length; at += 256) {
    // Handed over ahead of the ear: the levels are there before their time.
    played.sent(at / 8, MULAW, at, 256);
    batch.pushed(0, (at + 256) / 8 + delayMs + behindMs);
    batch.take(0, at, behindMs);
    batch.run(VOICE);
    ({ likeness, echo } = batch.windowOf(0, 1)!);
  }
  expect(likeness).toBeGreaterThan(0.95);
  expect(echo).toBeGreaterThan(0.95);
});

test('one object for all windows, filled anew', () => {
  batch.open(0);
  hear([0], 4096);
  const first = batch.windowOf(0, 0.1);
  hear([0], 8192);
  expect(batch.windowOf(0, 0.2)).toBe(first);
  expect(first!.probability).toBe(0.2);
});
