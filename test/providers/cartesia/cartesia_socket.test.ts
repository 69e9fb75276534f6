// One socket to the voice: refused, left alone, or told things that make no sense.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TtsProbe } from '../provider_probe.js';
import { hooks, newServer, open, probe, provider, server, speak, tts } from './cartesia_stage.js';

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

test('nobody listens, and warming does not mind', async () => {
  const gone = server;
  await newServer();
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
