import { expect, test } from 'vitest';
import { allWords, matchLength, VoiceBook } from '../../../loadtest/ear/voice_book.js';
import { seededRandom } from '../../../loadtest/simulators/latency.js';
import { encodeMulaw } from '../../../loadtest/simulators/twilio/mulaw_codec.js';

/** `ms` of something as changeful as a voice, loud enough to be told from others. */
function voice(seed: number, ms: number, gain = 1): Uint8Array {
  const random = seededRandom(seed);
  let slow = 0;
  return encodeMulaw(
    Int16Array.from({ length: ms * 8 }, () => {
      slow = slow * 0.7 + (random() - 0.5) * 12_000;
      return Math.round(slow * gain);
    }),
  );
}

function bookOf(...pieces: [string, Uint8Array][]): VoiceBook {
  const book = new VoiceBook();
  for (const [text, audio] of pieces) book.add(text, audio, []);
  return book;
}

test('finds where a piece of sound comes from', () => {
  const book = bookOf(['one', voice(1, 1000)], ['two', voice(2, 1000)]);
  const place = book.find(voice(2, 1000).subarray(3000), 500, null);
  expect([place?.piece.text, place?.at]).toEqual(['two', 3500]);
});

test('finds it although it is played quieter', () => {
  const book = bookOf(['one', voice(1, 1000)], ['two', voice(2, 1000)]);
  const place = book.find(voice(2, 1000, 0.3).subarray(2000), 0, null);
  expect([place?.piece.text, place?.at]).toEqual(['two', 2000]);
});

test('of two that begin alike the one that goes on alike, and the near one of two that are alike', () => {
  const [head, first, second] = [voice(1, 300), voice(2, 500), voice(3, 500)];
  const book = bookOf(['a', Buffer.concat([head, first])], ['b', Buffer.concat([head, second])]);
  expect(book.find(Buffer.concat([head, second]), 0, null)?.piece.text).toBe('b');
  const twice = bookOf(['c', Buffer.concat([head, first, head, second])]);
  const [piece] = twice.pieces;
  expect(twice.find(head, 0, { piece, at: 6000 })?.at).toBe(800 * 8);
});

test('finds nothing for silence, for noise, and for what is too short', () => {
  const book = bookOf(['one', voice(1, 1000)]);
  expect(book.find(new Uint8Array(800).fill(0xff), 0, null)).toBeNull();
  expect(book.find(voice(9, 500), 0, null)).toBeNull();
  expect(book.find(voice(1, 1000).subarray(0, 100), 0, null)).toBeNull();
});

test('a match ends where the sound does', () => {
  const audio = voice(1, 1000);
  const [piece] = bookOf(['one', audio]).pieces;
  const played = Buffer.concat([audio.subarray(800, 2400), voice(7, 200)]);
  expect(matchLength(played, 0, { piece, at: 800 }, 8000)).toBe(1600);
});

test('words that the synthesiser left out share the time of the word before', () => {
  const timed = [
    { word: 'only', startMs: 0, endMs: 200 },
    { word: 'for', startMs: 200, endMs: 380 },
    { word: 'things.', startMs: 380, endMs: 700 },
  ];
  expect(allWords('only for the things.', timed)).toEqual([
    { word: 'only', startMs: 0, endMs: 200 },
    { word: 'for', startMs: 200, endMs: 290 },
    { word: 'the', startMs: 290, endMs: 380 },
    { word: 'things.', startMs: 380, endMs: 700 },
  ]);
});
