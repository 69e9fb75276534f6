// What the tests of the Deepgram client share: the local Deepgram, a client of it, and what must hold after each.

import { afterEach, beforeEach, expect } from 'vitest';
import { DeepgramSimulator } from '../../../loadtest/simulators/deepgram/server.js';
import type { DeepgramTuning } from '../../../src/providers/deepgram/deepgram_session.js';
import { DeepgramStt } from '../../../src/providers/deepgram/deepgram_stt.js';
import type { SttSession } from '../../../src/providers/stt.js';
import { SttProbe, TEST_SWEEP_MS, TestHooks, watchStrayErrors } from '../provider_probe.js';

export const API_KEY = 'dg-secret-key';
const PIECE_MS = 100;

export let simulator: DeepgramSimulator;
export let stt: DeepgramStt;
export let hooks: TestHooks;
export let probe: SttProbe;
export let stray: ReturnType<typeof watchStrayErrors>;

export function provider(
  tuning: Partial<DeepgramTuning> = {},
  apiKey = API_KEY,
  baseUrl = simulator.url,
  flux: object = {},
): DeepgramStt {
  stt = new DeepgramStt(
    {
      apiKey,
      baseUrl,
      model: 'nova-3',
      language: 'en',
      endpointingMs: 5000,
      connectTimeoutMs: 500,
      stallTimeoutMs: 5000,
      ...{ eotThreshold: 0.7, eagerEotThreshold: 0.4, eotTimeoutMs: 5000, forceEndTurn: false },
      ...flux,
    },
    hooks.hooks,
    { backoff: { baseMs: 10, capMs: 30 }, ...tuning },
    TEST_SWEEP_MS,
  );
  return stt;
}

export function open(callSid = 'CA1'): SttSession {
  return stt.open({ callSid, language: 'en', keyterms: ['Compass Group', 'Eurest'] }, probe);
}

/** Faster than real time: the local Deepgram goes by audio received, not by the clock. */
export function feed(session: SttSession, ms: number, loud: boolean): void {
  const piece = new Uint8Array(PIECE_MS * 8);
  for (let i = 0; i < piece.length; i++) piece[i] = loud ? (i % 16 < 8 ? 0x10 : 0x90) : 0xff;
  for (let sent = 0; sent < ms; sent += PIECE_MS) session.sendAudio(piece);
}

export const isOpen = () => probe.opens > 0;

beforeEach(async () => {
  simulator = await DeepgramSimulator.start({
    apiKeys: [API_KEY],
    latency: {
      connect: { kind: 'fixed', ms: 0 },
      interim: { kind: 'fixed', ms: 1 },
      final: { kind: 'fixed', ms: 1 },
      finalize: { kind: 'fixed', ms: 1 },
    },
  });
  hooks = new TestHooks();
  probe = new SttProbe();
  stray = watchStrayErrors();
});

afterEach(async () => {
  stt.close();
  await simulator.close();
  stray.stop();
  expect(stray.seen).toEqual([]);
  expect(hooks.logText).not.toContain(API_KEY);
  expect(hooks.logText).not.toContain('curry');
});

/** The simulator's counters raise no event: look again until they say so, with the test's own timeout as the end. */
export async function pollStats(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Another local Deepgram in place of one that a test has closed. */
export async function newSimulator(options: Parameters<typeof DeepgramSimulator.start>[0]): Promise<void> {
  simulator = await DeepgramSimulator.start(options);
}
