// The Cartesia client against the local Cartesia that demo and load test use: each of its failure modes, as the engine
// would meet it. Exact sequences are in cartesia_tts.test.ts.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CartesiaFailureMode } from '../../../loadtest/simulators/cartesia/failure_modes.js';
import { CartesiaSimulator } from '../../../loadtest/simulators/cartesia/server.js';
import { CartesiaTts } from '../../../src/providers/cartesia/cartesia_tts.js';
import { TEST_SWEEP_MS, TestHooks, TtsProbe, watchStrayErrors } from '../provider_probe.js';

const API_KEY = 'ca-secret-key';
const FIRST = 'I am very sorry to hear that. ';
const SECOND = 'Which dish was it, and when?';

let simulator: CartesiaSimulator;
let tts: CartesiaTts;
let hooks: TestHooks;
let probe: TtsProbe;
let stray: ReturnType<typeof watchStrayErrors>;

function provider(timeoutMs = 2000): void {
  tts = new CartesiaTts(
    {
      apiKey: API_KEY,
      baseUrl: simulator.url,
      voiceId: 'a0e99841-438c-4a64-b679-ae501e7d6091',
      model: 'sonic-3',
      language: 'en',
      connectTimeoutMs: 300,
      firstAudioTimeoutMs: timeoutMs,
      stallTimeoutMs: timeoutMs,
      contextsPerSocket: 4,
    },
    hooks.hooks,
    { retryBackoff: { baseMs: 10, capMs: 30 }, connectBackoff: { baseMs: 10, capMs: 30 } },
    TEST_SWEEP_MS,
  );
}

const open = (handlers = probe) =>
  tts.open({ voiceId: '71a7ad14-091c-4e8e-a314-022ece01c121', language: 'en' }, handlers);

function say(handlers = probe) {
  const utterance = open(handlers);
  utterance.push(FIRST, false);
  utterance.push(SECOND, true);
  return utterance;
}

/** The simulator's counters raise no event: look again until they say so, with the test's own timeout as the end. */
async function pollStats(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

beforeEach(async () => {
  simulator = await CartesiaSimulator.start({
    apiKeys: [API_KEY],
    voice: 'tone',
    contextExpiryMs: 50,
    latency: {
      connect: { kind: 'fixed', ms: 0 },
      firstByte: { kind: 'fixed', ms: 5 },
      perAudioSecond: { kind: 'fixed', ms: 10 },
    },
  });
  hooks = new TestHooks();
  probe = new TtsProbe();
  stray = watchStrayErrors();
});

afterEach(async () => {
  tts.close();
  await pollStats(() => simulator.stats.sockets === 0);
  await simulator.close();
  stray.stop();
  expect(stray.seen).toEqual([]);
  expect(probe.late).toBe(0);
  expect(hooks.logText).not.toContain(API_KEY);
  expect(hooks.logText).not.toContain('sorry');
});

test('a reply is spoken whole, and every word has its time within the audio', async () => {
  provider();
  say();
  await probe.ended();
  expect(probe.done).toBe(true);
  expect(probe.words.map((word) => word.word).join(' ')).toBe((FIRST + SECOND).trim());
  const audioMs = probe.bytes / 8;
  for (const [i, word] of probe.words.entries()) {
    expect(word.startMs).toBeGreaterThanOrEqual(i > 0 ? probe.words[i - 1].startMs : 0);
    expect(word.endMs).toBeLessThanOrEqual(audioMs + 1);
  }
  expect(simulator.stats.gluedWords).toBe(0);
});

test('many replies at once share a few sockets, and each is heard whole', async () => {
  provider(8000);
  const probes = Array.from({ length: 12 }, () => new TtsProbe());
  for (const each of probes) say(each);
  await Promise.all(probes.map((each) => each.ended()));
  expect(probes.every((each) => each.done)).toBe(true);
  expect(new Set(probes.map((each) => each.words.length))).toEqual(new Set([13]));
  expect(tts.socketCount).toBe(3);
});

test('a language model that pauses past the expiry of the context: both parts are heard, in their places', async () => {
  provider();
  const utterance = open();
  utterance.push(FIRST, false);
  await pollStats(() => simulator.stats.ends.expired === 1);
  const before = probe.bytes;
  utterance.push(SECOND, true);
  await probe.ended();
  expect(probe.done).toBe(true);
  expect(probe.words.map((word) => word.word).join(' ')).toBe((FIRST + SECOND).trim());
  const firstOfSecond = probe.words[FIRST.trim().split(' ').length];
  expect(firstOfSecond.startMs).toBeGreaterThanOrEqual(before / 8);
});

describe('the caller notices nothing', () => {
  test.each<[CartesiaFailureMode, object]>([
    ['slow_accept', { delayMs: 60_000 }],
    ['status_429', { times: 2 }],
    ['status_500', {}],
    ['status_503', {}],
    ['refuse', { times: 2 }],
    ['error_429', { times: 3 }],
    ['error_500', {}],
    ['error_no_context', {}],
    ['slow_first_byte', { delayMs: 300 }],
    ['cut', {}],
    ['cut_mid_chunk', {}],
    ['malformed_json', { after: 1 }],
    ['unknown_context', { after: 1 }],
    ['done_without_audio', {}],
    ['idle_close', {}],
  ])('%s', async (mode, options) => {
    simulator.fail(mode, options);
    provider();
    say();
    await probe.ended();
    expect(probe.error).toBeNull();
    expect(probe.words.map((word) => word.word).join(' ')).toBe((FIRST + SECOND).trim());
    // Nor does the next one.
    const next = new TtsProbe();
    say(next);
    await next.ended();
    expect(next.done).toBe(true);
    expect(next.words).toHaveLength(probe.words.length);
  });
});

describe('an error, with what was heard before it', () => {
  test.each<[CartesiaFailureMode, object, string]>([
    ['status_401', {}, 'TTS_CONNECT'],
    ['status_402', {}, 'TTS_CONNECT'],
    ['status_400', {}, 'TTS_CONNECT'],
    ['slow_first_byte', { delayMs: 2000 }, 'TTS_STALLED'],
    ['stall', {}, 'TTS_STALLED'],
    ['stall', { after: 2 }, 'TTS_STALLED'],
    ['error_500', { after: 2 }, 'TTS_REQUEST'],
    ['cut', { after: 2 }, 'TTS_CLOSED'],
    ['cut_mid_chunk', { after: 2 }, 'TTS_CLOSED'],
    ['error_429', { times: 'always' }, 'TTS_REQUEST'],
    ['status_429', { times: 'always' }, 'TTS_CONNECT'],
    ['refuse', { times: 'always' }, 'TTS_CONNECT'],
  ])('%s %j: %s', async (mode, options, code) => {
    simulator.fail(mode, options);
    provider(200);
    say();
    await probe.ended();
    expect(probe.error).toMatchObject({ code, provider: 'cartesia' });
    expect(tts.utteranceCount).toBe(0);
  });
});

test('a barge-in stops the speech; what the vendor still sends is dropped and counted', async () => {
  simulator.setLatency({ perAudioSecond: { kind: 'fixed', ms: 100 } });
  simulator.fail('late_chunks', { delayMs: 20 });
  provider();
  const utterance = say();
  await probe.until(() => probe.chunks === 2, 'two chunks');
  probe.over = true;
  utterance.cancel();
  await hooks.until(() => (hooks.counts.stale_audio ?? 0) >= 3, 'late chunks counted');
  expect(simulator.stats.cancels).toBe(1);
});
