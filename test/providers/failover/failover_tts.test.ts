import { beforeEach, expect, test } from 'vitest';
import { type AudioFormat, TELEPHONE_FORMAT } from '../../../src/audio_format.js';
import { EngineError } from '../../../src/errors.js';
import { FailoverTts } from '../../../src/providers/failover/failover_tts.js';
import type { TtsHandlers, TtsOptions, TtsProvider } from '../../../src/providers/tts.js';
import { ManualTime } from './manual_time.js';

const OPTIONS = { voiceId: 'agent', language: 'en' };
const SOUND = new Uint8Array(8);
const ERROR = new EngineError('TTS_REQUEST');

interface FakeUtterance {
  options: TtsOptions;
  handlers: TtsHandlers;
  pushed: [string, boolean][];
  cancelled: number;
}
class FakeTts implements TtsProvider {
  readonly utterances: FakeUtterance[] = [];
  constructor(readonly format: AudioFormat = TELEPHONE_FORMAT) {}
  warm() {}
  close() {}
  open(options: TtsOptions, handlers: TtsHandlers) {
    const utterance: FakeUtterance = { options, handlers, pushed: [], cancelled: 0 };
    this.utterances.push(utterance);
    return {
      push: (text: string, last: boolean) => void utterance.pushed.push([text, last]),
      cancel: () => void utterance.cancelled++,
    };
  }
}

let time: ManualTime;
let voices: FakeTts[];
let told: string[];
const handlers: TtsHandlers = {
  onAudio: (bytes) => told.push(`audio ${bytes.length}`),
  onWords: (words) => told.push(`words ${words.join(' ')}`),
  onDone: () => told.push('done'),
  onError: ({ code }) => told.push(`error ${code}`),
};
const failover = () =>
  new FailoverTts(
    voices.map((provider, i) => ({ name: 'ab'[i], provider, voiceId: `voice of ${'ab'[i]}` })),
    time.options,
  );

beforeEach(() => {
  time = new ManualTime();
  voices = [new FakeTts(), new FakeTts()];
  told = [];
});

test('the first sounds in time: it speaks all, with the voice of the agent', () => {
  const utterance = failover().open(OPTIONS, handlers);
  utterance.push('Good day. ', false);
  const [first] = voices[0].utterances;
  first.handlers.onAudio(SOUND);
  utterance.push('Bye.', true);
  first.handlers.onDone();
  expect(first).toMatchObject({
    options: OPTIONS,
    pushed: [
      ['Good day. ', false],
      ['Bye.', true],
    ],
  });
  expect([told, voices[1].utterances, time.watched]).toEqual([['audio 8', 'done'], [], 0]);
});

test('no sound in time: the other gets all text with a voice of its own, and the first sound decides', () => {
  const utterance = failover().open(OPTIONS, handlers);
  time.pass(500); // the language model is slow: nothing to be late with
  expect(voices[1].utterances).toEqual([]);
  utterance.push('Good ', false);
  utterance.push('day. ', false);
  time.pass(100);
  const [[first], [second]] = voices.map(({ utterances }) => utterances);
  expect(second).toMatchObject({ options: { voiceId: 'voice of b', language: 'en' }, pushed: [['Good day. ', false]] });
  second.handlers.onWords(['Good'], [0], [1]);
  second.handlers.onAudio(SOUND);
  first.handlers.onAudio(SOUND);
  first.handlers.onError(ERROR);
  utterance.push('Bye.', true);
  expect(told).toEqual(['words Good', 'audio 8']);
  expect([first.cancelled, first.pushed.length, second.pushed.at(-1)]).toEqual([1, 2, ['Bye.', true]]);
  expect(time.switches).toEqual(['a -> b']);
});

test.each(['fails', 'is done without a sound'])('one that %s is followed at once', (how) => {
  const utterance = failover().open(OPTIONS, handlers);
  utterance.push('Good day.', true);
  const [first] = voices[0].utterances;
  if (how === 'fails') first.handlers.onError(ERROR);
  else first.handlers.onDone();
  const [second] = voices[1].utterances;
  expect(second.pushed).toEqual([['Good day.', true]]);
  second.handlers.onAudio(SOUND);
  second.handlers.onDone();
  expect(told).toEqual(['audio 8', 'done']);
});

test('all fail: one error; after the first sound an error is passed on', () => {
  failover().open(OPTIONS, handlers).push('Good day.', true);
  for (const { utterances } of voices) utterances[0].handlers.onError(ERROR);
  expect(told).toEqual(['error TTS_REQUEST']);
  time.pass(20_000);
  told = [];
  const tts = failover();
  tts.open(OPTIONS, handlers).push('Good day.', true);
  const again = voices[0].utterances[1];
  again.handlers.onAudio(SOUND);
  again.handlers.onError(ERROR);
  expect(told).toEqual(['audio 8', 'error TTS_REQUEST']);
  // The rest is given to somebody else.
  const before = voices[1].utterances.length;
  tts.open(OPTIONS, handlers).push('day.', true);
  expect(voices[1].utterances).toHaveLength(before + 1);
});

test('a cancelled utterance tells nothing and opens nothing', () => {
  const utterance = failover().open(OPTIONS, handlers);
  utterance.push('Good day.', false);
  utterance.cancel();
  utterance.cancel();
  utterance.push('Bye.', true);
  voices[0].utterances[0].handlers.onAudio(SOUND);
  time.pass(1000);
  expect([told, voices[1].utterances, voices[0].utterances[0].cancelled]).toEqual([[], [], 1]);
});

test('voices of different formats are a mistake of ours', () => {
  voices = [new FakeTts(), new FakeTts({ encoding: 'pcm_s16le', rateHz: 24_000 })];
  expect(failover).toThrow('one format');
});
