import type { Logger } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import { EngineError } from '../../src/errors.js';
import type { TtsHandlers, TtsProvider } from '../../src/providers/tts.js';
import type { ReplyServices, ReplyTimes } from '../../src/worker/reply_parts.js';
import { ReplyVoice } from '../../src/worker/reply_voice.js';

const AUDIO = new Uint8Array(80).fill(7);
let told: string[];
let pushed: string[];
let tts: TtsHandlers[];
let cancelled: number;
let left: { rest: string; baseMs: number };
let times: ReplyTimes;
let voice: ReplyVoice;
beforeEach(() => {
  told = [];
  pushed = [];
  tts = [];
  cancelled = 0;
  left = { rest: '', baseMs: 0 };
  times = {
    requestMs: null,
    firstTokenMs: null,
    writtenMs: null,
    releasedMs: null,
    firstPieceMs: null,
    firstAudioMs: null,
  };
  const provider: TtsProvider = {
    format: TELEPHONE_FORMAT,
    warm() {},
    close() {},
    open(_, handlers) {
      tts.push(handlers);
      return { push: (text, last) => pushed.push(last ? `${text}|` : text), cancel: () => cancelled++ };
    },
  };
  const services = {
    tts: provider,
    ttsOptions: { voiceId: 'v', language: 'en' },
    log: { warn() {} } as unknown as Logger,
  };
  voice = new ReplyVoice(services as unknown as ReplyServices, times, {
    onAudio: (bytes) => told.push(`audio ${bytes.length}`),
    onWords: (words, starts) => told.push(words.map((word, i) => `${word}@${starts[i]}`).join(' ')),
    onDone: () => told.push('done'),
    onVoiceBroken: () => left,
    onMended: () => told.push('mended'),
    onFailed: ({ code }) => told.push(`failed ${code}`),
    onCharacters: (count) => told.push(`${count} characters`),
  });
});
const breaks = (retryable = true) => tts.at(-1)!.onError(new EngineError('TTS_CLOSED', { retryable }));

test('text goes in, sound comes out, and it is done when all of the text has sounded', () => {
  voice.push('I see. ', false);
  tts[0].onDone();
  voice.push('Thank you.', false);
  tts[0].onAudio(AUDIO);
  voice.end();
  tts[0].onDone();
  expect(pushed).toEqual(['I see. ', 'Thank you.', '|']);
  expect(told).toEqual(['7 characters', '10 characters', 'audio 80', 'done']);
  expect(times.firstAudioMs! >= times.firstPieceMs!).toBe(true);
});

test('what a broken one did not say is said by another, timed from where it begins', () => {
  voice.push('I see. ', false);
  voice.push('Thank you.', true);
  left = { rest: ' Thank you.', baseMs: 400 };
  breaks();
  tts[1].onWords(['Thank'], [10], [200]);
  tts[1].onDone();
  expect(pushed.slice(2)).toEqual(['Thank you.|']);
  expect(told.slice(2)).toEqual(['mended', '11 characters', 'Thank@410', 'done']);
});

test.each([
  ['nothing was left to say', 1, true, 'done'],
  ['for a reason that will not pass', 1, false, 'failed TTS_CLOSED'],
  ['again and again', 3, true, 'failed TTS_CLOSED'],
])('one that breaks: %s', (_, times, retryable, end) => {
  voice.push('Thank you.', true);
  left = { rest: times > 1 ? 'you.' : '', baseMs: 0 };
  for (let i = 0; i < times; i++) breaks(retryable);
  expect(told.at(-1)).toBe(end);
});

test('after its cancellation nothing of it comes', () => {
  voice.push('Thank you.', true);
  told = [];
  voice.cancel();
  voice.cancel();
  tts[0].onAudio(AUDIO);
  tts[0].onWords(['Thank'], [0], [1]);
  tts[0].onDone();
  breaks();
  expect([told, cancelled]).toEqual([[], 1]);
});
