import { beforeEach, describe, expect, test } from 'vitest';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import { EngineError } from '../../src/errors.js';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import type { TtsHandlers, TtsOptions, TtsProvider, TtsUtterance } from '../../src/providers/tts.js';
import { PhraseCache } from '../../src/worker/phrase_cache.js';
import { SentenceVoice } from '../../src/worker/sentence_voice.js';

const EN: TtsOptions = { voiceId: 'v', language: 'en' };

let shared: ReturnType<typeof createSharedMetrics>;
let phrases: PhraseCache;
let voice: SentenceVoice;
/** What the real voice was asked for, utterance by utterance, and its handlers. */
let asked: { texts: [string, boolean][]; handlers: TtsHandlers; cancelled: boolean }[];
/** What came out of ours. */
let words: [string, number][];
let bytes: number;
let ready: number;
let ends: string[];

beforeEach(() => {
  shared = createSharedMetrics(1);
  phrases = new PhraseCache(1_000_000);
  asked = [];
  const real: TtsProvider = {
    format: TELEPHONE_FORMAT,
    warm() {},
    close() {},
    open: (_, handlers) => {
      const one = { texts: [] as [string, boolean][], handlers, cancelled: false };
      asked.push(one);
      return {
        push: (text, last) => void one.texts.push([text, last]),
        cancel: () => {
          one.cancelled = true;
        },
      };
    },
  };
  voice = new SentenceVoice(real, phrases, new ThreadMetrics(shared, 0));
});

function open(options = EN): TtsUtterance {
  [words, bytes, ready, ends] = [[], 0, 0, []];
  return voice.open(options, {
    onAudio: (audio) => {
      bytes += audio.length;
    },
    onWords: (all, starts) => words.push(...all.map((word, i): [string, number] => [word, starts[i]])),
    onReady: (count) => {
      ready += count;
    },
    onDone: () => ends.push('done'),
    onError: ({ code }) => ends.push(code),
  });
}

/** An answer of these sentences, each word 200 ms with 100 between sentences, said to its end. */
function answer(...sentences: string[]): void {
  const utterance = open();
  for (const sentence of sentences) utterance.push(sentence, false);
  utterance.push('', true);
  const { handlers, texts } = asked.at(-1) ?? { handlers: null, texts: [] };
  if (handlers === null || texts.length === 0) return;
  let at = 0;
  for (const [text] of texts) {
    for (const word of text.trim().split(' ').filter(Boolean)) {
      handlers.onWords([word], [at], [at + 200]);
      at += 200;
    }
    at += 100;
  }
  handlers.onAudio(new Uint8Array(at * 8));
  handlers.onDone();
}

test('said three times with something else behind it, it is ready-made the fourth time, and the voice makes the rest', () => {
  for (const rest of ['What was it?', 'And then?', 'When was that?']) answer('Thank you. ', rest);
  expect(asked).toHaveLength(3);
  expect(sumCounter(shared, 'sentence_misses')).toBe(3);

  const utterance = open();
  utterance.push('Thank you. ', false);
  // 400 ms of words and half of the pause behind them, at once, and nobody was asked.
  expect([bytes, words, ready]).toEqual([
    450 * 8,
    [
      ['Thank', 0],
      ['you.', 200],
    ],
    11,
  ]);
  expect(asked).toHaveLength(3);
  utterance.push('Anything else?', false);
  utterance.push('', true);
  expect(asked[3].texts).toEqual([
    ['Anything else?', false],
    ['', true],
  ]);
  asked[3].handlers.onWords(['Anything', 'else?'], [0, 200], [180, 400]);
  expect(words.slice(2)).toEqual([
    ['Anything', 450],
    ['else?', 650],
  ]);
  expect(ends).toEqual([]);
  asked[3].handlers.onDone();
  expect(ends).toEqual(['done']);
  expect(sumCounter(shared, 'sentence_hits')).toBe(1);
});

test('an answer that is one sentence needs no voice any more', () => {
  for (let i = 0; i < 3; i++) answer('You are welcome.');
  const utterance = open();
  utterance.push('You are welcome.', false);
  expect(ends).toEqual([]);
  utterance.push('', true);
  expect([ends, asked.length]).toEqual([['done'], 3]);
  open().push('You are welcome.', true);
  expect([ends, asked.length]).toEqual([['done'], 3]);
});

describe('never kept', () => {
  test.each([
    ['what is no whole sentence', 'Thank you, '],
    ['a long one', `${'And so on '.repeat(17)}.`],
    ['marks alone', '...'],
  ])('%s', (_, text) => {
    for (let i = 0; i < 5; i++) answer(text, 'What else?');
    expect(asked).toHaveLength(5);
    expect(sumCounter(shared, 'sentence_hits')).toBe(0);
  });

  test('what was said by another voice, or in another language', () => {
    for (let i = 0; i < 3; i++) answer('You are welcome.');
    for (const options of [
      { ...EN, voiceId: 'w' },
      { ...EN, language: 'de' },
      { ...EN, model: 'm' },
    ]) {
      open(options).push('You are welcome.', true);
    }
    expect(asked).toHaveLength(6);
  });

  test('half a sentence: the voice broke, or the answer was cut off', () => {
    for (let i = 0; i < 4; i++) {
      const utterance = open();
      utterance.push('Thank you very much.', false);
      asked[i].handlers.onAudio(new Uint8Array(800));
      if (i % 2 === 0) asked[i].handlers.onError(new EngineError('TTS_CLOSED', { retryable: true }));
      else utterance.cancel();
      asked[i].handlers.onDone();
    }
    expect(asked).toHaveLength(4);
    expect(phrases.sentenceBytes).toBe(0);
    expect(asked[1].cancelled).toBe(true);
  });

  test('a sentence whose end in the sound cannot be told', () => {
    for (let i = 0; i < 5; i++) {
      const utterance = open();
      utterance.push('Thank you. ', false);
      utterance.push('What was it?', true);
      asked[i].handlers.onAudio(new Uint8Array(8000));
      asked[i].handlers.onDone();
    }
    expect(asked).toHaveLength(5);
  });
});
