import { expect, test } from 'vitest';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import { EngineError } from '../../src/errors.js';
import type { TtsHandlers, TtsOptions, TtsProvider } from '../../src/providers/tts.js';
import { PhraseCache, PhraseMaker } from '../../src/worker/phrase_cache.js';

const EN: TtsOptions = { voiceId: 'v', language: 'en' };
const phrase = (bytes: number) => ({ audio: new Uint8Array(bytes), words: [], startMs: [], endMs: [] });

test('a line belongs to a voice and to the language it was said in', () => {
  const cache = new PhraseCache();
  cache.put(EN, 'Hello.', phrase(10));
  expect(cache.get(EN, 'Hello.')?.audio).toHaveLength(10);
  expect(cache.get({ ...EN, language: 'de' }, 'Hello.')).toBeNull();
  expect(cache.get({ ...EN, voiceId: 'w' }, 'Hello.')).toBeNull();
});

test('a line belongs to the model that spoke it', () => {
  const cache = new PhraseCache();
  const phrase = { audio: new Uint8Array(8), words: [], startMs: [], endMs: [] };
  cache.put({ voiceId: 'v', language: 'en', model: 'a' }, 'Hello.', phrase);
  expect(cache.get({ voiceId: 'v', language: 'en', model: 'a' }, 'Hello.')).toBe(phrase);
  expect(cache.get({ voiceId: 'v', language: 'en' }, 'Hello.')).toBeNull();
});

test('beyond two megabytes the line that was used longest ago goes', () => {
  const cache = new PhraseCache();
  for (const name of ['a', 'b', 'c', 'd']) cache.put(EN, name, phrase(500_000));
  cache.get(EN, 'a');
  cache.put(EN, 'e', phrase(500_000));
  expect(['a', 'b', 'c', 'd', 'e'].map((name) => cache.get(EN, name) !== null)).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
});

test('what is silent, or too long to be a line, is not kept', () => {
  const cache = new PhraseCache();
  cache.put(EN, 'nothing', phrase(0));
  cache.put(EN, 'a novel', phrase(600_000));
  expect([cache.get(EN, 'nothing'), cache.get(EN, 'a novel')]).toEqual([null, null]);
});

test('a line is put together of what the voice delivers, and keeps its own copy', () => {
  const maker = new PhraseMaker();
  const chunk = Uint8Array.of(1, 2);
  maker.audio(chunk);
  chunk.fill(9);
  maker.times(['one'], [0], [100]);
  maker.audio(chunk);
  maker.times(['two'], [100], [200]);
  expect(maker.phrase()).toEqual({
    audio: Uint8Array.of(1, 2, 9, 9),
    words: ['one', 'two'],
    startMs: [0, 100],
    endMs: [100, 200],
  });
});

test('preparing asks for each missing line once, and tells how many failed', async () => {
  const asked: string[] = [];
  const tts: TtsProvider = {
    format: TELEPHONE_FORMAT,
    warm() {},
    close() {},
    open(_options, handlers: TtsHandlers) {
      return {
        push(text) {
          asked.push(text);
          if (text === 'broken') return handlers.onError(new EngineError('TTS_CLOSED'));
          handlers.onAudio(Uint8Array.of(1));
          handlers.onDone();
        },
        cancel() {},
      };
    },
  };
  const cache = new PhraseCache();
  expect(await cache.warm(tts, EN, ['one', 'broken', 'two'])).toBe(1);
  expect(await cache.warm(tts, EN, ['one', 'two'])).toBe(0);
  expect(asked).toEqual(['one', 'broken', 'two']);
});

test('sentences have room of their own, and drive no fixed line out', () => {
  const cache = new PhraseCache(100_000);
  cache.put(EN, 'Sorry?', phrase(10));
  for (let i = 0; i < 20; i++) cache.putSentence(EN, `Sentence ${i}.`, phrase(20_000));
  expect(cache.sentenceBytes).toBe(100_000);
  expect(cache.get(EN, 'Sorry?')).not.toBeNull();
  expect(cache.get(EN, 'Sentence 14.')).toBeNull();
  expect(cache.get(EN, 'Sentence 15.')).not.toBeNull();
});

test('how often a sentence was said is counted by voice, for the newest two thousand; without room nothing is', () => {
  const cache = new PhraseCache(100_000);
  expect([cache.sighted(EN, 'Yes.'), cache.sighted(EN, 'Yes.')]).toEqual([1, 2]);
  expect(cache.sighted({ ...EN, voiceId: 'w' }, 'Yes.')).toBe(1);
  for (let i = 0; i < 2000; i++) cache.sighted(EN, `Sentence ${i}.`);
  expect(cache.sighted(EN, 'Yes.')).toBe(1);
  expect(new PhraseCache().sighted(EN, 'Yes.')).toBe(0);
});

test.each<[string, string[], number[], number[], number, unknown]>([
  ['the next word is not there yet', ['Thank', 'you.'], [0, 200], [180, 500], 9000, null],
  ['nor the sound up to it', ['Thank', 'you.', 'What'], [0, 200, 600], [180, 500, 800], 4000, null],
  ['both are: cut between them', ['Thank', 'you.', 'What'], [0, 200, 600], [180, 500, 800], 9000, 4400],
  ['words as the voice writes them', ['thank', 'You', 'what'], [0, 200, 600], [180, 500, 800], 9000, 4400],
  ['one word of two', ['Thank you.', 'What'], [0, 600], [500, 800], 9000, 4400],
  ['other words', ['Tank', 'you.', 'What'], [0, 200, 600], [180, 500, 800], 9000, false],
  ['no times', [], [], [], 9000, null],
])('the beginning of what a voice says: %s', (_, words, starts, ends, bytes, expected) => {
  const maker = new PhraseMaker();
  maker.audio(new Uint8Array(bytes));
  maker.times(words, starts, ends);
  const beginning = maker.beginning('Thank you.');
  expect(beginning === null || beginning === false ? beginning : beginning.audio.length).toBe(expected);
});
