// What the tests of the Cartesia client share: a server scripted by each test, a client of it, and what must hold after each.

import { afterEach, beforeEach, expect } from 'vitest';
import type { CartesiaPoolOptions } from '../../../src/providers/cartesia/cartesia_pool.js';
import { CartesiaTts } from '../../../src/providers/cartesia/cartesia_tts.js';
import type { CartesiaTuning } from '../../../src/providers/cartesia/cartesia_utterance.js';
import { TEST_SWEEP_MS, TestHooks, TtsProbe, watchStrayErrors } from '../provider_probe.js';
import { ScriptedTtsServer, type TtsPeer, type TtsRequest } from './scripted_tts_server.js';

export const API_KEY = 'ca-secret-key';

export let server: ScriptedTtsServer;
export let tts: CartesiaTts;
export let hooks: TestHooks;
export let probe: TtsProbe;
export let stray: ReturnType<typeof watchStrayErrors>;

export function provider(tuning: Partial<CartesiaTuning & CartesiaPoolOptions> = {}): void {
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

export const open = (handlers = probe) => tts.open({ voiceId: 'voice-1', language: 'en' }, handlers);

/** Speaks as the vendor does: 100 ms of audio per word, then `done` once the text has ended. */
export function speak(peer: TtsPeer, request: TtsRequest): void {
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

/** Another server in place of one that a test has closed. */
export async function newServer(): Promise<void> {
  server = await ScriptedTtsServer.start();
}
