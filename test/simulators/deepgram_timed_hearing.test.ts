import { expect, test } from 'vitest';
import { type CallerTruth, TimedHearing, type TrueWord } from '../../loadtest/simulators/deepgram/timed_hearing.js';

const WORDS: TrueWord[] = [
  { text: 'We', startMs: 200, endMs: 400 },
  { text: 'have', startMs: 400, endMs: 600 },
  { text: 'time.', startMs: 1200, endMs: 1600 },
];

/** A telephone whose audio tells its own place: byte n of the audio is in frame n / 160. */
function phone(words: TrueWord[]): CallerTruth {
  return { words, locate: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32LE(0) };
}

/** Feeds the telephone's audio from `fromMs` to `toMs` and gives the words that came due. */
function feed(hearing: TimedHearing, fromMs: number, toMs: number): string[] {
  for (let ms = fromMs; ms < toMs; ms += 20) {
    const bytes = Buffer.alloc(160);
    bytes.writeUInt32LE(ms * 8);
    hearing.receive(bytes);
    hearing.step();
    hearing.step();
  }
  return hearing.takeWords().map(({ text, startMs, endMs }) => `${text} ${startMs}-${endMs}`);
}

test('a word comes due when its sound is over, and no sooner', () => {
  const hearing = new TimedHearing(phone(WORDS), 400);
  expect(feed(hearing, 0, 380)).toEqual([]);
  expect(feed(hearing, 380, 400)).toEqual(['We 200-400']);
  expect(feed(hearing, 400, 1580)).toEqual(['have 400-600']);
  expect(feed(hearing, 1580, 2000)).toEqual(['time. 1200-1600']);
});

test('speech and silence follow the words', () => {
  const hearing = new TimedHearing(phone(WORDS), 400);
  feed(hearing, 0, 300);
  expect([hearing.speaking, hearing.speechStartMs]).toEqual([true, 200]);
  feed(hearing, 300, 1000);
  expect(hearing.speaking).toBe(false);
  expect(hearing.silenceMs).toBeGreaterThanOrEqual(340);
  expect(hearing.lastWordEndMs).toBe(600);
});

test('audio that never came holds words that are never heard', () => {
  const hearing = new TimedHearing(phone(WORDS), 400);
  feed(hearing, 0, 100);
  expect(feed(hearing, 700, 2000)).toEqual(['time. 600-1000']);
});

test('a connection that begins late and is sent the past again hears it in its own time', () => {
  const hearing = new TimedHearing(phone(WORDS), 400);
  expect(feed(hearing, 300, 2000)).toEqual(['We 0-100', 'have 100-300', 'time. 900-1300']);
  const tooLate = new TimedHearing(phone(WORDS), 400);
  expect(feed(tooLate, 380, 700)).toEqual(['have 20-220']);
});
