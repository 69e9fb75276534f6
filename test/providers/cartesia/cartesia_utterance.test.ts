// One utterance against a server scripted by each test: what a caller would hear of each failure.

import { describe, expect, test } from 'vitest';
import { TtsProbe } from '../provider_probe.js';
import { API_KEY, hooks, open, probe, provider, server, speak, tts } from './cartesia_stage.js';

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
