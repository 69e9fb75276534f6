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
