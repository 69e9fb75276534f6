import { beforeEach, describe, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import { nowMs } from '../../src/clock.js';
import { SentenceSplitter } from '../../src/conversation/text/sentence_splitter.js';
import { EngineError } from '../../src/errors.js';
import { createLogger } from '../../src/log.js';
import { createSharedMetrics, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import type { LlmHandlers, LlmProvider } from '../../src/providers/llm.js';
import type { TtsHandlers, TtsProvider } from '../../src/providers/tts.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';
import { PhraseCache } from '../../src/worker/phrase_cache.js';
import { Playout } from '../../src/worker/playout.js';
import { Speaker } from '../../src/worker/speaker.js';
import { Timeline } from '../../src/worker/timeline.js';

const REQUEST = { messages: [], maxTokens: 100, temperature: 0 };
const VOICE = { voiceId: 'v', language: 'en' };
let llm: LlmHandlers[];
let tts: TtsHandlers[];
let events: string[];
let speaker: Speaker;
let phrases: PhraseCache;

const llmProvider: LlmProvider = {
  warm() {},
  close() {},
  start(_request, handlers) {
    llm.push(handlers);
    return { cancel() {} };
  },
};
const ttsProvider: TtsProvider = {
  format: TELEPHONE_FORMAT,
  warm() {},
  close() {},
  open(_options, handlers) {
    tts.push(handlers);
    return { push() {}, cancel() {} };
  },
};

beforeEach(() => {
  llm = [];
  tts = [];
  events = [];
  phrases = new PhraseCache();
  const slab = createSlab({ slots: 1, ingressBytes: 1024, egressBytes: 1 << 16 });
  const metrics = new ThreadMetrics(createSharedMetrics(1), 0);
  const egress = new MediaEgress(new SlotRings(slab, 0).egress, dsp, metrics, new EgressBuffers(), () => {});
  const pacing = { leadMs: 200, messageMs: 40 };
  const timeline = new Timeline();
  timeline.originMs = 0;
  const playout: Playout = new Playout(egress, metrics, pacing, timeline, () => speaker.onSent());
  egress.open(`MZ${'0'.repeat(32)}`);
  const log = createLogger({ level: 'silent', sink: () => {} });
  speaker = new Speaker(
    {
      llm: llmProvider,
      tts: ttsProvider,
      ttsOptions: VOICE,
      phrases,
      tools: null,
      newSplitter: () => new SentenceSplitter(),
      log,
    },
    playout,
    {
      onAudible: ({ kind }) => events.push(`audible ${kind}`),
      onPiece: (_, text) => events.push(`piece ${text.trim()}`),
      onOver: ({ kind, error }, { text, complete }) =>
        events.push(`over ${kind}: ${text}${complete ? '' : ' (part)'}${error ? ` ${error.code}` : ''}`),
      onAside: ({ kind }, { text, complete }) => events.push(`${kind}: ${text}${complete ? '' : ' (part)'}`),
      onError: (_, { code }) => events.push(`error ${code}`),
      onUsage: () => {},
      onCharacters: () => {},
      onDiscarded: ({ tokens, characters }) => events.push(`discarded ${tokens} tokens, ${characters} characters`),
    },
  );
});

/** `ms` of audio with a word in each half. */
function voice(ms: number): void {
  const handlers = tts.at(-1)!;
  handlers.onWords(['Hello', 'there.'], [0, ms / 2], [ms / 2, ms]);
  handlers.onAudio(new Uint8Array(ms * 8).fill(7));
}

test('a draft becomes the answer to just the words it was made for', () => {
  speaker.prepare('soup', REQUEST);
  speaker.answer(1, 'soup', () => REQUEST);
  expect(llm).toHaveLength(1);
  speaker.prepare('soup', REQUEST);
  speaker.answer(2, 'soup and bread', () => REQUEST);
  expect(llm).toHaveLength(3);
});

test('a draft that is thrown away is told with what it cost; one that is used is not', () => {
  speaker.prepare('soup', { ...REQUEST, messages: [{ role: 'user', content: 'soup' }] }, true);
  llm[0].onText('I see, that is noted. ');
  speaker.dropDraft();
  speaker.dropDraft();
  expect(events).toEqual(['discarded 7 tokens, 22 characters']);
  speaker.prepare('soup', REQUEST, true);
  speaker.answer(1, 'soup', () => REQUEST);
  speaker.close();
  expect(events).toHaveLength(1);
});

test('a draft that failed before it was wanted is made again', () => {
  speaker.prepare('soup', REQUEST);
  llm[0].onError(new EngineError('LLM_TIMEOUT'));
  speaker.answer(1, 'soup', () => REQUEST);
  expect(llm).toHaveLength(2);
  expect(events.filter((each) => !each.startsWith('discarded'))).toEqual([]);
});

test('an answer is audible with its first frame and over when the caller has heard it', () => {
  speaker.say('greeting', 0, 'Hello there.');
  expect(events).toEqual(['piece Hello there.']);
  voice(100);
  tts[0].onDone();
  expect(events).toEqual(['piece Hello there.', 'audible greeting']);
  speaker.tick(nowMs());
  expect(events).toHaveLength(2);
  // No mark comes back from this phone: the model of its playout is believed a while later.
  speaker.tick(nowMs() + 3000);
  expect(events.at(-1)).toBe('over greeting: Hello there.');
  expect(speaker.current).toBeNull();
});

test('a voice that fails in mid-reply: told at once, over when what there was has been heard, as far as it was', () => {
  speaker.say('greeting', 0, 'Hello there. And more of it.');
  voice(400);
  tts[0].onError(new EngineError('TTS_CLOSED'));
  expect(events.at(-1)).toBe('error TTS_CLOSED');
  expect(speaker.current).not.toBeNull();
  speaker.tick(nowMs());
  expect(events.at(-1)).toBe('error TTS_CLOSED');
  speaker.tick(nowMs() + 300);
  speaker.tick(nowMs() + 3000);
  expect(events.at(-1)).toBe('over greeting: Hello there. (part) TTS_CLOSED');
});

test('a reply that fails before its first sound is over at once', () => {
  speaker.answer(1, 'soup', () => REQUEST);
  llm[0].onError(new EngineError('LLM_TIMEOUT'));
  expect(events).toEqual(['error LLM_TIMEOUT', 'over answer:  (part) LLM_TIMEOUT']);
  expect(speaker.current).toBeNull();
});

test('an interruption tells what was heard, and nothing of the reply comes after it', () => {
  speaker.say('greeting', 0, 'Hello there.');
  voice(2000);
  const cut = speaker.interrupt(nowMs());
  expect(cut?.spoken.kind).toBe('greeting');
  expect(cut?.heard.complete).toBe(false);
  const before = events.length;
  voice(2000);
  tts[0].onDone();
  speaker.tick(nowMs() + 5000);
  expect(events).toHaveLength(before);
  expect(speaker.interrupt(nowMs())).toBeNull();
});

test('a voice that breaks off and another that says the rest are one reply, heard to its end', () => {
  speaker.say('greeting', 0, 'Hello there.');
  const [first] = tts;
  first.onWords(['Hello', 'there.'], [0, 200], [200, 400]);
  first.onAudio(new Uint8Array(300 * 8).fill(7));
  first.onError(new EngineError('TTS_CLOSED', { retryable: true }));
  expect(tts).toHaveLength(2);
  tts[1].onWords(['there.'], [0], [200]);
  tts[1].onAudio(new Uint8Array(200 * 8).fill(7));
  tts[1].onDone();
  speaker.tick(nowMs() + 400);
  speaker.tick(nowMs() + 3000);
  expect(events).toEqual(['piece Hello there.', 'audible greeting', 'over greeting: Hello there.']);
});

describe('a word before an answer that takes long', () => {
  const LINE = 'One moment.';
  beforeEach(() => {
    const times = { words: ['One', 'moment.'], startMs: [0, 150], endMs: [150, 300] };
    phrases.put(VOICE, LINE, { audio: new Uint8Array(300 * 8).fill(5), ...times });
    speaker.answer(1, 'soup', () => REQUEST);
  });
  const write = () => {
    llm[0].onText('Hello there. ');
    llm[0].onDone({ finishReason: 'stop', usage: null });
    voice(400);
    tts[0].onDone();
  };

  test('both are heard, the answer behind it, and only the answer is audible as such', () => {
    expect(speaker.fill('filler', LINE)).toBe(true);
    expect(events).toEqual(['piece One moment.']);
    write();
    for (let ms = 0; ms < 600; ms += 20) speaker.tick(nowMs() + ms);
    expect(events).toEqual(['piece One moment.', 'piece Hello there.', 'audible answer', 'filler: One moment.']);
    speaker.tick(nowMs() + 4000);
    expect(events.at(-1)).toBe('over answer: Hello there.');
  });

  test('the answer has begun to sound, the line is not ready, or nothing is under way: nothing is said', () => {
    expect(speaker.fill('filler', 'Something else.')).toBe(false);
    write();
    expect(speaker.fill('filler', LINE)).toBe(false);
    speaker.interrupt(nowMs());
    expect(speaker.fill('filler', LINE)).toBe(false);
    expect(events).not.toContain('piece One moment.');
  });

  test('an interruption ends both', () => {
    speaker.fill('filler', LINE);
    const cut = speaker.interrupt(nowMs() + 200);
    expect([cut?.spoken.kind, cut?.heard.text]).toEqual(['answer', '']);
    expect(events.at(-1)).toBe('filler: One (part)');
    llm[0].onText('Hello there. ');
    expect(tts).toHaveLength(0);
  });

  test('the answer is given up: the line is said to its end, what comes late is not', () => {
    speaker.fill('filler', LINE);
    speaker.giveUp(nowMs());
    expect(speaker.current).toBeNull();
    llm[0].onText('Hello there. ');
    expect(tts).toHaveLength(0);
    for (let ms = 0; ms < 3000; ms += 20) speaker.tick(nowMs() + ms);
    expect(events.at(-1)).toBe('filler: One moment.');
  });
});
