import { describe, expect, test } from 'vitest';
import { ReplyTrack } from '../../../src/conversation/playout/reply_track.js';

const BYTES_PER_MS = 8;

/** "one of the day": the voice runs "of the" together. Stopped after so many ms. */
function stopped(ms: number): ReplyTrack {
  const track = new ReplyTrack(1);
  track.text = 'one of the day ';
  track.addWords(['one', 'of', 'day'], [0, 200, 450], [190, 450, 700]);
  track.addAudio(800 * BYTES_PER_MS);
  track.sent(0, ms * BYTES_PER_MS, 0);
  return track;
}
const wordStartMs = (ms: number): number => ms - stopped(ms).bytesIntoWord / BYTES_PER_MS;

describe('where the word began in which sending stopped', () => {
  test.each([
    [100, 0],
    [185, 185], // at its end
    [210, 210], // hardly begun
    [260, 200], // "of", two fifths of what it shares with "the"
    [340, 300],
    [400, 300],
    [600, 450],
  ])('after %i ms: %i', (ms, expected) => expect(wordStartMs(ms)).toBeCloseTo(expected, 0));

  test('not known without times', () => {
    const track = new ReplyTrack(1);
    track.addAudio(800);
    track.sent(0, 400, 0);
    expect(track.bytesIntoWord).toBe(0);
  });
});

test('what is taken back counts as unsent, from the position on that was heard', () => {
  const track = stopped(600);
  expect(track.takeBack(250 * BYTES_PER_MS, 250)).toBe(350 * BYTES_PER_MS);
  expect([track.sentBytes, track.queuedBytes]).toEqual([250 * BYTES_PER_MS, 550 * BYTES_PER_MS]);
  expect([track.startMs, track.endMs, track.sentTo]).toEqual([0, 250, 250 * BYTES_PER_MS]);
  expect(track.sentCharacters()).toBe('one'.length);
  expect(track.takeBack(0, null)).toBe(250 * BYTES_PER_MS);
  expect([track.startMs, track.endMs, track.sentTo, track.sentFrom]).toEqual([null, null, null, null]);
});

test('bytes that were sent twice or passed over are heard once', () => {
  const track = stopped(300);
  track.rewind(track.bytesIntoWord);
  expect(track.sentBytes).toBe(200 * BYTES_PER_MS);
  track.sent(5000, 250 * BYTES_PER_MS, 900);
  track.skip(50 * BYTES_PER_MS);
  track.sent(5000 + 250 * BYTES_PER_MS, 300 * BYTES_PER_MS, 1150);
  expect(track.bytesBefore(300 * BYTES_PER_MS)).toBe(300 * BYTES_PER_MS);
  expect(track.bytesBefore(5000 + 250 * BYTES_PER_MS)).toBe(450 * BYTES_PER_MS);
  expect(track.bytesBefore(5000 + 550 * BYTES_PER_MS)).toBe(800 * BYTES_PER_MS);
});
