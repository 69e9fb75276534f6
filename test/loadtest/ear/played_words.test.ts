import { expect, test } from 'vitest';
import { endsOf, type PlayedStretch, runsOf, wordsOf } from '../../../loadtest/ear/played_words.js';
import { VoiceBook } from '../../../loadtest/ear/voice_book.js';
import { seededRandom } from '../../../loadtest/simulators/latency.js';
import { encodeMulaw } from '../../../loadtest/simulators/twilio/mulaw_codec.js';

const WORD_MS = 300;

/** A voice in which each word lasts 300 ms, the last followed by 100 ms of silence. */
function speak(book: VoiceBook, text: string, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const words = text.split(' ');
  const pcm = new Int16Array((words.length * WORD_MS + 100) * 8);
  for (let i = 0, slow = 0; i < words.length * WORD_MS * 8; i++) {
    slow = slow * 0.7 + (random() - 0.5) * 12_000;
    pcm[i] = slow;
  }
  const audio = encodeMulaw(pcm);
  book.add(
    text,
    audio,
    words.map((word, i) => ({ word, startMs: i * WORD_MS, endMs: (i + 1) * WORD_MS })),
  );
  return audio;
}

const at = (startMs: number, audio: Uint8Array, fromMs = 0, toMs = Number.POSITIVE_INFINITY): PlayedStretch => ({
  startMs,
  audio: audio.subarray(fromMs * 8, toMs * 8),
});
const brief = (stretches: PlayedStretch[], book: VoiceBook) =>
  wordsOf(runsOf(stretches, book)).map(
    ({ word, startMs, share }) => `${word} ${Math.round(startMs)} ${share.toFixed(1)}`,
  );

test('a reply played to its end: every word, and when it was', () => {
  const book = new VoiceBook();
  const audio = speak(book, 'we are open', 1);
  expect(brief([at(1000, audio)], book)).toEqual(['we 1000 1.0', 'are 1300 1.0', 'open 1600 1.0']);
  expect(endsOf(runsOf([at(1000, audio)], book)).map(({ endMs }) => Math.round(endMs))).toEqual([1900]);
});

test('a cut in mid-word', () => {
  const book = new VoiceBook();
  const audio = speak(book, 'we are open', 1);
  expect(brief([at(0, audio, 0, 450)], book)).toEqual(['we 0 1.0', 'are 300 0.5']);
  expect(endsOf(runsOf([at(0, audio, 0, 450)], book))).toEqual([]);
});

test('a pause, then on from where it stopped: one word; from the start of the word: said again', () => {
  const book = new VoiceBook();
  const audio = speak(book, 'we are open', 1);
  expect(brief([at(0, audio, 0, 450), at(2000, audio, 450)], book)).toEqual([
    'we 0 1.0',
    'are 300 1.0',
    'open 2150 1.0',
  ]);
  expect(brief([at(0, audio, 0, 450), at(2000, audio, 300)], book)).toEqual([
    'we 0 1.0',
    'are 300 0.5',
    'are 2000 1.0',
    'open 2300 1.0',
  ]);
});

test('a part that was skipped, and two replies in one stretch', () => {
  const book = new VoiceBook();
  const [one, two] = [speak(book, 'we are open', 1), speak(book, 'from nine on', 2)];
  const skipped = Buffer.concat([one.subarray(0, 300 * 8), one.subarray(600 * 8)]);
  expect(brief([at(0, skipped)], book)).toEqual(['we 0 1.0', 'open 300 1.0']);
  expect(brief([at(0, Buffer.concat([one, two]))], book)).toHaveLength(6);
});

test('sound that nobody made is nobody’s word', () => {
  const book = new VoiceBook();
  const audio = speak(book, 'we are open', 1);
  const other = speak(new VoiceBook(), 'something else', 9);
  expect(brief([at(0, Buffer.concat([other, audio]))], book).map((word) => word.split(' ')[0])).toEqual([
    'we',
    'are',
    'open',
  ]);
});
