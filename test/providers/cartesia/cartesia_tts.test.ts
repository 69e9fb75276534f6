// The Cartesia client against a server scripted by each test: what a caller would hear of each failure.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CartesiaPoolOptions } from '../../../src/providers/cartesia/cartesia_pool.js';
import { CartesiaTts } from '../../../src/providers/cartesia/cartesia_tts.js';
import type { CartesiaTuning } from '../../../src/providers/cartesia/cartesia_utterance.js';
import { CARTESIA_VERSION } from '../../../src/providers/cartesia/probe.js';
import { TEST_SWEEP_MS, TestHooks, TtsProbe, watchStrayErrors } from '../provider_probe.js';
import { ScriptedTtsServer, type TtsPeer, type TtsRequest } from './scripted_tts_server.js';

const API_KEY = 'ca-secret-key';

let server: ScriptedTtsServer;
let tts: CartesiaTts;
let hooks: TestHooks;
let probe: TtsProbe;
let stray: ReturnType<typeof watchStrayErrors>;

function provider(tuning: Partial<CartesiaTuning & CartesiaPoolOptions> = {}): void {
  tts = new CartesiaTts(
    {
      apiKey: API_KEY,
      baseUrl: server.url,
      voiceId: 'default-voice',
      model: 'sonic-3',
      language: 'en',
      connectTimeoutMs: 300,
      firstAudioTimeoutMs: 3000,
      stallTimeoutMs: 3000,
      contextsPerSocket: 2,
    },
    hooks.hooks,
    { retryBackoff: { baseMs: 10, capMs: 30 }, connectBackoff: { baseMs: 10, capMs: 30 }, ...tuning },
    TEST_SWEEP_MS,
  );
}

const open = (handlers = probe) => tts.open({ voiceId: 'voice-1', language: 'en' }, handlers);

/** Speaks as the vendor does: 100 ms of audio per word, then `done` once the text has ended. */
function speak(peer: TtsPeer, request: TtsRequest): void {
  if (request.cancel) return;
  const words = (request.transcript ?? '').split(' ').filter((word) => word !== '');
  for (const _word of words) peer.chunk(request.context_id, 800);
  if (words.length > 0) peer.words(request.context_id, words, [...words.keys()], [...words.keys()]);
  if (request.continue === false) peer.done(request.context_id);
}

beforeEach(async () => {
  server = await ScriptedTtsServer.start();
  hooks = new TestHooks();
  probe = new TtsProbe();
  stray = watchStrayErrors();
});

afterEach(async () => {
  tts.close();
  tts.close();
  expect(tts.utteranceCount).toBe(0);
  await server.until(() => server.openSockets === 0, 'every socket closed');
  await server.close();
  stray.stop();
  expect(stray.seen).toEqual([]);
  expect(probe.late).toBe(0);
  for (const secret of [API_KEY, 'lunch', 'Good']) expect(hooks.logText).not.toContain(secret);
});

describe('speech that goes well', () => {
  test('text goes in piece by piece, audio and word times come out, then the end', async () => {
    server.onRequest = speak;
    provider();
    const utterance = open();
    utterance.push('Good day. ', false);
    utterance.push('How was it?', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(probe.bytes).toBe(5 * 800);
    expect(probe.words.map((word) => word.word)).toEqual(['Good', 'day.', 'How', 'was', 'it?']);
    const [peer] = server.peers;
    expect(peer.headers.authorization).toBe(`Bearer ${API_KEY}`);
    expect(peer.headers['sec-websocket-extensions']).toBeUndefined();
    expect(peer.requests[0]).toMatchObject({
      model_id: 'sonic-3',
      voice: 'voice-1',
      language: 'en',
      output_format: { container: 'raw', encoding: 'pcm_mulaw', sample_rate: 8000 },
      max_buffer_delay_ms: 0,
      add_timestamps: true,
    });
    expect(peer.texts.join('')).toBe('Good day. How was it?');
    expect(peer.requests.at(-1)?.continue).toBe(false);
    expect(hooks.counts.tts_characters).toBe('Good day. How was it?'.length);
  });

  test.each([
    ['pt-BR', 'pt'],
    ['zh-Hans-CN', 'zh'],
    ['en', 'en'],
  ])('an agent who speaks %s has a voice that speaks %s', async (language, sent) => {
    server.onRequest = speak;
    provider();
    tts.open({ voiceId: 'voice-1', language }, probe).push('Good day.', true);
    await probe.ended();
    expect(server.peers[0].requests[0]).toMatchObject({ language: sent });
  });

  test('every message of a context repeats the same fields', async () => {
    server.onRequest = speak;
    provider();
    tts.warm();
    await hooks.until(() => hooks.logText.includes('tts socket open'), 'open');
    const utterance = open();
    utterance.push('Good ', false);
    utterance.push('day. ', false);
    utterance.push('', true);
    await probe.ended();
    const [peer] = server.peers;
    expect(peer.requests.map((request) => [request.transcript, request.continue])).toEqual([
      ['Good ', true],
      ['day. ', true],
      ['', false],
    ]);
    const rest = peer.requests.map(({ transcript: _text, continue: _continue, ...fields }) => JSON.stringify(fields));
    expect(new Set(rest).size).toBe(1);
  });

  test('spaces alone are not sent, but not lost either', async () => {
    server.onRequest = speak;
    provider();
    const utterance = open();
    for (const text of [' ', 'Good', ' ', 'day.', ' ']) utterance.push(text, false);
    utterance.push('', true);
    await probe.ended();
    expect(server.peers[0].texts.join('')).toBe(' Good day.');
  });

  test('an utterance that says nothing ends at once', async () => {
    provider();
    open().push(' ', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test('utterances share a socket up to its limit, and each hears only its own', async () => {
    provider();
    tts.warm();
    await hooks.until(() => hooks.logText.includes('tts socket open'), 'open');
    const probes = [1, 2, 3].map(() => new TtsProbe());
    for (const [i, each] of probes.entries()) open(each).push(`Word${i}`, true);
    await server.until(() => server.requests.length === 3, 'all requests');
    expect(server.peers.map((peer) => peer.requests.length)).toEqual([2, 1]);
    for (const [i, request] of server.requests.entries()) {
      const peer = server.peers.find((candidate) => candidate.requests.includes(request));
      peer?.chunk(request.context_id, 100 + i);
      peer?.done(request.context_id);
    }
    await Promise.all(probes.map((each) => each.ended()));
    expect(probes.map((each) => each.bytes)).toEqual([100, 101, 102]);
    expect(new Set(server.requests.map((request) => request.context_id)).size).toBe(3);
  });

  test('a slow language model: a context that expires is carried on in a new one, with word times shifted', async () => {
    server.onRequest = (peer, request) => {
      speak(peer, request);
      if (request.continue) peer.done(request.context_id); // expired
    };
    provider();
    const utterance = open();
    utterance.push('Good day. ', false);
    await probe.until(() => probe.words.length === 2, 'the first words');
    await server.until(() => server.requests.length === 1, 'one request');
    utterance.push('Hello again. ', false);
    await probe.until(() => probe.words.length === 4, 'the next words');
    utterance.push('', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    const ids = server.requests.map((request) => request.context_id);
    expect(new Set(ids).size).toBe(2);
    // Two words of 100 ms came before the second context's own times of 0 s and 1 s.
    expect(probe.words.map((word) => word.startMs)).toEqual([0, 1000, 200, 1200]);
  });

  test('text that met an expired context on its way is said in a new one, once', async () => {
    provider();
    const utterance = open();
    utterance.push('Good day. ', false);
    await server.until(() => server.requests.length === 1, 'the first text');
    const [peer] = server.peers;
    const first = peer.requests[0].context_id;
    peer.chunk(first, 800);
    await probe.until(() => probe.chunks === 1, 'audio');
    utterance.push('How was it?', true);
    await server.until(() => server.requests.length === 2, 'the second text');
    server.onRequest = speak;
    peer.done(first); // it had expired before the second text came
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(peer.texts).toEqual(['Good day. ', 'How was it?', 'How was it?']);
    expect(peer.requests[2].context_id).not.toBe(first);
    expect(probe.bytes).toBe(4 * 800);
  });

  test('while all text so far is spoken, silence of the language model is no stall', async () => {
    server.onRequest = speak;
    provider({ stallTimeoutMs: 60, firstAudioTimeoutMs: 60 });
    const utterance = open();
    utterance.push('Good day. ', false);
    await probe.until(() => probe.words.length === 2, 'audio');
    await new Promise((resolve) => setTimeout(resolve, 150)); // more than both limits
    utterance.push('Bye.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
  });

  test('warming opens one socket, and idle sockets are closed before the vendor does it', async () => {
    provider({ idleMsMax: 50 });
    for (let i = 0; i < 5; i++) tts.warm();
    await server.until(() => server.peers.length === 1, 'open');
    // The SDK's own; the probe behind /health has to name the same.
    expect(server.peers[0].headers['cartesia-version']).toBe(CARTESIA_VERSION);
    await server.until(() => server.openSockets === 0, 'closed again');
    expect(tts.socketCount).toBe(0);
    // A socket that opened has served no call yet.
    expect(hooks.results).toEqual([]);
  });

  test('an idle socket the vendor closes is no failure', async () => {
    server.onRequest = speak;
    provider();
    tts.warm();
    await hooks.until(() => hooks.logText.includes('tts socket open'), 'open');
    server.peers[0].ws.close(1000, 'connection idle timeout');
    await server.until(() => server.openSockets === 0, 'closed');
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(hooks.results.every((result) => result.ok)).toBe(true);
  });
});

describe('cancelled', () => {
  test('the vendor is told, and what still comes is dropped and counted', async () => {
    provider();
    const utterance = open();
    utterance.push('Good day.', true);
    await server.until(() => server.requests.length === 1, 'the request');
    const [peer] = server.peers;
    const id = peer.requests[0].context_id;
    peer.chunk(id, 800);
    await probe.until(() => probe.chunks === 1, 'audio');
    probe.over = true;
    utterance.cancel();
    utterance.cancel();
    utterance.push('More.', true);
    await server.until(() => server.requests.length === 2, 'the cancel');
    expect(peer.requests[1]).toEqual({ cancel: true, context_id: id });
    for (let i = 0; i < 3; i++) peer.chunk(id, 800);
    peer.words(id, ['late'], [0], [1]);
    peer.done(id);
    await hooks.until(() => hooks.counts.stale_audio === 3, 'late chunks counted');
  });

  test('before the socket was open: nothing is sent', async () => {
    provider();
    const utterance = open();
    utterance.push('Good day.', true);
    utterance.cancel();
    await server.until(() => server.peers.length === 1, 'open');
    const other = new TtsProbe();
    server.onRequest = speak;
    open(other).push('Hello.', true);
    await other.ended();
    expect(server.requests).toHaveLength(1);
  });

  test('after its end nothing is sent', async () => {
    server.onRequest = speak;
    provider();
    const utterance = open();
    utterance.push('Good day.', true);
    await probe.ended();
    utterance.cancel();
    const other = new TtsProbe();
    open(other).push('Hello.', true);
    await other.ended();
    expect(server.requests.some((request) => request.cancel)).toBe(false);
  });
});

describe('refused', () => {
  test.each([401, 402, 403, 404])('handshake %i: an error at once', async (status) => {
    server.refusals = [status, status];
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_CONNECT', status, retryable: false, provider: 'cartesia' });
    expect(server.handshakes).toBe(1);
  });

  test.each([429, 500, 503])('handshake %i, twice: heard all the same', async (status) => {
    server.refusals = [status, status];
    server.onRequest = speak;
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(probe.bytes).toBe(1600);
    expect(server.handshakes).toBe(3);
  });

  test('handshake 429 for good: an error within the time to first audio', async () => {
    server.refusals = Array(1000).fill(429);
    provider({ firstAudioTimeoutMs: 150 });
    const startedMs = performance.now();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_CONNECT', status: 429 });
    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(server.handshakes).toBeLessThan(60);
  });

  test('a refusing vendor is not stormed, however many want to speak', async () => {
    server.refusals = Array(1000).fill(429);
    provider({ firstAudioTimeoutMs: 150, contextsPerSocket: 100, connectBackoff: { baseMs: 2000, capMs: 2000 } });
    const probes = Array.from({ length: 20 }, () => new TtsProbe());
    for (const each of probes) open(each).push('Good day.', true);
    await Promise.all(probes.map((each) => each.ended()));
    expect(probes.every((each) => each.error?.status === 429)).toBe(true);
    expect(server.handshakes).toBeLessThan(6);
  });

  test('nor is it by warming', async () => {
    server.refusals = Array(1000).fill(503);
    provider({ connectBackoff: { baseMs: 5000, capMs: 5000 } });
    tts.warm();
    await hooks.until(() => hooks.results.length === 1, 'the refusal');
    for (let i = 0; i < 20; i++) tts.warm();
    expect(tts.socketCount).toBe(0);
    expect(server.handshakes).toBe(1);
  });

  test('nobody listens, and warming does not mind', async () => {
    const gone = server;
    server = await ScriptedTtsServer.start();
    await gone.close();
    const { url } = server;
    server.url = gone.url;
    provider({ firstAudioTimeoutMs: 150 });
    server.url = url;
    tts.warm();
    await hooks.until(() => hooks.results.length === 1, 'the failure');
    expect(hooks.results[0]).toEqual({ ok: false, code: 'TTS_CONNECT' });
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_CONNECT', retryable: true });
    expect(probe.error?.message).toContain('ECONNREFUSED');
  });

  test('a handshake without an answer', async () => {
    server.mute = true;
    provider({ firstAudioTimeoutMs: 400, connectTimeoutMs: 100 });
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_CONNECT' });
    expect(server.handshakes).toBeGreaterThan(1);
  });

  test('429 as an event: tried again in a new context', async () => {
    let refusals = 2;
    server.onRequest = (peer, request) => {
      if (refusals-- > 0) peer.error(request.context_id, 429);
      else speak(peer, request);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(new Set(server.requests.map((request) => request.context_id)).size).toBe(3);
    expect(server.peers).toHaveLength(1);
  });

  test('429 as an event for good: an error within the time to first audio', async () => {
    server.onRequest = (peer, request) => peer.error(request.context_id, 429);
    provider({ firstAudioTimeoutMs: 150 });
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_REQUEST', status: 429, retryable: true });
    expect(probe.error?.message).toContain('some_code');
  });

  test('a 500 event before any audio: tried once more', async () => {
    let failures = 1;
    server.onRequest = (peer, request) => {
      if (failures-- > 0) peer.error(request.context_id, 500);
      else speak(peer, request);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
  });

  test.each([400, 500])('a %i event again and again: an error', async (status) => {
    server.onRequest = (peer, request) => peer.error(request.context_id, status);
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_REQUEST', status });
  });

  test('an error that names nobody is the only speaker’s', async () => {
    server.onRequest = (peer, request) => {
      if (!request.cancel) peer.error(undefined, 400);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_REQUEST', status: 400 });
  });

  test('an error that names nobody hits none of several', async () => {
    provider();
    const other = new TtsProbe();
    open().push('Good day.', true);
    open(other).push('Hello.', true);
    await server.until(() => server.requests.length === 2, 'both requests');
    const [peer] = server.peers;
    peer.error(undefined, 500);
    for (const request of [...peer.requests]) speak(peer, request);
    await Promise.all([probe.ended(), other.ended()]);
    expect([probe.done, other.done]).toEqual([true, true]);
  });
});

describe('broken off or silent', () => {
  test('a socket that closes before any audio: said again on a new one', async () => {
    server.onRequest = (peer, request) => {
      if (server.peers.length === 1) peer.ws.close(1011);
      else speak(peer, request);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(probe.bytes).toBe(1600);
    expect(server.peers).toHaveLength(2);
  });

  test('twice: an error', async () => {
    server.onRequest = (peer) => peer.ws.terminate();
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_CLOSED', status: 1006 });
    expect(server.peers).toHaveLength(2);
  });

  test('after some audio: an error, for it can’t be said again', async () => {
    server.onRequest = (peer, request) => {
      peer.chunk(request.context_id, 800);
      setImmediate(() => peer.ws.terminate());
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.bytes).toBe(800);
    expect(probe.error).toMatchObject({ code: 'TTS_CLOSED' });
  });

  test('between two texts, with a clean close: carried on', async () => {
    provider();
    const utterance = open();
    utterance.push('Good day. ', false);
    await server.until(() => server.requests.length === 1, 'the request');
    server.peers[0].chunk(server.requests[0].context_id, 800);
    await probe.until(() => probe.chunks === 1, 'audio');
    server.onRequest = speak;
    server.peers[0].ws.close(1000, 'connection idle timeout');
    await server.until(() => server.openSockets === 0, 'closed');
    utterance.push('Hello.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(server.peers[1].texts).toEqual(['Hello.']);
  });

  test('no audio in time: an error, and the vendor is told to stop', async () => {
    provider({ firstAudioTimeoutMs: 80 });
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_STALLED', retryable: true });
  });

  test('a vendor that is slow to begin has the longer limit', async () => {
    server.onRequest = (peer, request) => setTimeout(() => speak(peer, request), 150);
    provider({ stallTimeoutMs: 50, firstAudioTimeoutMs: 3000 });
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
  });

  test('audio that stops before the end: an error', async () => {
    server.onRequest = (peer, request) => {
      if (!request.cancel) peer.chunk(request.context_id, 800);
    };
    provider({ stallTimeoutMs: 80 });
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_STALLED' });
    await server.until(() => server.requests.some((request) => request.cancel === true), 'the cancel');
  });

  test('later text that brings no audio: an error', async () => {
    let spoken = 0;
    server.onRequest = (peer, request) => {
      if (spoken++ === 0) speak(peer, request);
    };
    provider({ stallTimeoutMs: 80 });
    const utterance = open();
    utterance.push('Good day. ', false);
    await probe.until(() => probe.chunks === 2, 'audio');
    utterance.push('Hello. ', false);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_STALLED' });
  });

  test('a context that ends without a sound is tried once more, then it is an error', async () => {
    server.onRequest = (peer, request) => {
      if (!request.cancel) peer.done(request.context_id);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'TTS_REQUEST' });
    expect(server.requests.filter((request) => !request.cancel)).toHaveLength(2);
  });

  test('text that can’t make a sound ends quietly', async () => {
    server.onRequest = (peer, request) => peer.done(request.context_id);
    provider();
    open().push('... ', true);
    await probe.ended();
    expect(probe.done).toBe(true);
  });

  test('a pooled socket that died without a word is found out before the caller has waited long', async () => {
    provider({ quietBeforeUseMs: 0, pongTimeoutMs: 60 });
    tts.warm();
    await hooks.until(() => hooks.logText.includes('tts socket open'), 'open');
    // It takes everything and answers nothing, not even a ping.
    server.peers[0].ws.pause();
    server.onRequest = speak;
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(probe.bytes).toBe(1600);
    expect(server.peers).toHaveLength(2);
    server.peers[0].ws.terminate();
  });

  const wordsAt = (words: unknown[], start: unknown[], end: unknown[]) => (id: string) =>
    JSON.stringify({ type: 'timestamps', context_id: id, word_timestamps: { words, start, end } });
  test.each([
    ['half a message', '{"type":"chu'],
    ['a chunk without data', (id: string) => JSON.stringify({ type: 'chunk', context_id: id })],
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    ['an unknown type', '{"type":"surprise"}'],
    ['a type that is no word', '{"type":"__proto__"}'],
    ['timestamps without words', (id: string) => JSON.stringify({ type: 'timestamps', context_id: id })],
    ['timestamps of unequal length', wordsAt(['a'], [], [1])],
    ['words that are numbers', wordsAt([5], [0], [1])],
    ['times that are words', wordsAt(['a'], ['0'], [1])],
    ['times that are null', wordsAt(['a'], [0], [null])],
    ['a word a million seconds in', wordsAt(['a'], [0], [1e6])],
    ['a word a million seconds ago', wordsAt(['a'], [-1e6], [1])],
  ])('%s is counted and passed over', async (_name, garbage) => {
    server.onRequest = (peer, request) => {
      peer.ws.send(typeof garbage === 'string' ? garbage : garbage(request.context_id));
      speak(peer, request);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(probe.bytes).toBe(1600);
    // The SDK keeps `null` to itself.
    if (garbage !== 'null') expect(hooks.counts.garbage).toBeGreaterThanOrEqual(1);
  });

  test('whatever else the vendor sends does not disturb the speech', async () => {
    const anyField = fc.jsonValue({ maxDepth: 2 });
    const type = fc.constantFrom('chunk', 'timestamps', 'done', 'flush_done', 'phoneme_timestamps', 'x', 'constructor');
    const message = fc.record(
      { type, context_id: anyField, data: anyField, word_timestamps: anyField, done: anyField },
      { requiredKeys: ['type'] },
    );
    const junk = fc.sample(fc.oneof(message, anyField), { numRuns: 400, seed: 7 });
    server.onRequest = (peer, request) => {
      for (const each of junk) peer.ws.send(JSON.stringify(each));
      speak(peer, request);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(probe.bytes).toBe(1600);
  });

  test('audio for nobody is counted', async () => {
    server.onRequest = (peer, request) => {
      peer.chunk('somebody-else', 800);
      speak(peer, request);
    };
    provider();
    open().push('Good day.', true);
    await probe.ended();
    expect(hooks.counts.stale_audio).toBe(1);
    expect(probe.bytes).toBe(1600);
  });

  test('a handler that throws breaks nothing but itself', async () => {
    server.onRequest = speak;
    provider();
    probe.onAudio = () => {
      throw new Error('ours');
    };
    open().push('Good day.', true);
    await probe.ended();
    expect(probe.done).toBe(true);
    expect(hooks.logText).toContain('provider handler threw');
  });
});
