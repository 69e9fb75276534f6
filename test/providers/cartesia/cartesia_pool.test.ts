// The sockets that all calls of a worker share: how many, for how long, and not too many attempts.

import { expect, test } from 'vitest';
import { CARTESIA_VERSION } from '../../../src/providers/cartesia/probe.js';
import { TtsProbe } from '../provider_probe.js';
import { hooks, open, probe, provider, server, speak, tts } from './cartesia_stage.js';

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
