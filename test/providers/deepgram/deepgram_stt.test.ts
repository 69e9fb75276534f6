// The Deepgram client against the local Deepgram: one story per thing that goes wrong.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeepgramSimulator } from '../../../loadtest/simulators/deepgram/server.js';
import type { DeepgramTuning } from '../../../src/providers/deepgram/deepgram_session.js';
import { DeepgramStt } from '../../../src/providers/deepgram/deepgram_stt.js';
import type { SttSession } from '../../../src/providers/stt.js';
import { SttProbe, TEST_SWEEP_MS, TestHooks, watchStrayErrors } from '../provider_probe.js';

const API_KEY = 'dg-secret-key';
const PIECE_MS = 100;

let simulator: DeepgramSimulator;
let stt: DeepgramStt;
let hooks: TestHooks;
let probe: SttProbe;
let stray: ReturnType<typeof watchStrayErrors>;

function provider(tuning: Partial<DeepgramTuning> = {}, apiKey = API_KEY, baseUrl = simulator.url): DeepgramStt {
  stt = new DeepgramStt(
    {
      apiKey,
      baseUrl,
      model: 'nova-3',
      language: 'en',
      endpointingMs: 5000,
      connectTimeoutMs: 500,
      stallTimeoutMs: 5000,
    },
    hooks.hooks,
    { backoff: { baseMs: 10, capMs: 30 }, ...tuning },
    TEST_SWEEP_MS,
  );
  return stt;
}

function open(callSid = 'CA1'): SttSession {
  return stt.open({ callSid, language: 'en', keyterms: ['Compass Group', 'Eurest'] }, probe);
}

/** Faster than real time: the local Deepgram goes by audio received, not by the clock. */
function feed(session: SttSession, ms: number, loud: boolean): void {
  const piece = new Uint8Array(PIECE_MS * 8);
  for (let i = 0; i < piece.length; i++) piece[i] = loud ? (i % 16 < 8 ? 0x10 : 0x90) : 0xff;
  for (let sent = 0; sent < ms; sent += PIECE_MS) session.sendAudio(piece);
}

const isOpen = () => probe.opens > 0;

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

describe('a call that goes well', () => {
  test('what the caller says comes back, first tentatively, then for good, in session time', async () => {
    simulator.setScript('CA1', [{ text: 'The curry was quite cold.', speechMs: 2400 }]);
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1000, false);
    feed(session, 2400, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.transcripts.some((t) => t.fromFinalize), 'the answer to Finalize');
    const interims = probe.transcripts.filter((t) => !t.isFinal && t.text !== '');
    expect(interims.length).toBeGreaterThan(0);
    expect(probe.finalText).toBe('The curry was quite cold.');
    const last = probe.transcripts.at(-1);
    expect(last?.endMs).toBeCloseTo(3600, -2);
    expect(last?.confidence).toBeGreaterThan(0.5);
    expect(hooks.results).toContainEqual({ ok: true, code: null });
  });

  test('words spoken while the socket still opens are not lost, nor is their Finalize', async () => {
    simulator.setScript('CA1', [{ text: 'Hello, anybody there?', speechMs: 1500 }]);
    provider();
    const session = open();
    feed(session, 1500, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.transcripts.some((t) => t.fromFinalize), 'the answer to Finalize');
    expect(probe.finalText).toBe('Hello, anybody there?');
  });

  test('an early caller who is never answered loses the oldest words, and they are counted', async () => {
    simulator.fail('slow_accept', { delayMs: 100 });
    provider({ replayMs: 1000 });
    const session = open();
    feed(session, 1800, true);
    await probe.until(isOpen, 'open');
    expect(hooks.counts.stt_audio_dropped).toBe(800 * 8);
  });

  test('names reach the vendor, and the call tags its stream', async () => {
    simulator.setScript('CA-tagged', [{ text: 'Tagged.', speechMs: 500 }]);
    provider();
    const session = open('CA-tagged');
    feed(session, 500, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'Tagged.', 'the line of this call');
    expect(simulator.stats.refusals).toEqual({});
  });

  test('a pause without audio is bridged by KeepAlive', async () => {
    provider({ keepAliveMs: 40 });
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 100, false);
    await pollStats(() => simulator.stats.keepAlives >= 2);
    expect(simulator.stats.keepAlives).toBeGreaterThanOrEqual(2);
    expect(probe.errors).toEqual([]);
  });

  test('a Finalize nobody answers leaves the session telling nothing', async () => {
    simulator.fail('ignore_finalize');
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1000, false);
    session.finalize();
    await pollStats(() => simulator.stats.finalizesUnanswered === 1);
    session.finalize();
    await probe.until(() => probe.transcripts.some((t) => t.fromFinalize), 'the second Finalize answered');
    expect(probe.transcripts.filter((t) => t.fromFinalize)).toHaveLength(1);
    expect(probe.errors).toEqual([]);
  });

  test('a final that comes twice counts once', async () => {
    simulator.setScript('CA1', [{ text: 'Three out of five.', speechMs: 1500 }]);
    simulator.fail('duplicate_final');
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1500, true);
    feed(session, 200, false);
    session.finalize();
    await hooks.until(() => hooks.counts.duplicates === 1, 'the duplicate');
    expect(probe.finalText).toBe('Three out of five.');
  });

  test('closing says goodbye to the vendor and leaves nothing behind', async () => {
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1000, true);
    session.close();
    session.close();
    const heard = probe.transcripts.length;
    await pollStats(() => simulator.stats.open === 0);
    expect(simulator.stats.closes).toEqual({ 1000: 1 });
    // Ten of audio, and CloseStream.
    expect(simulator.stats.messages).toBe(11);
    expect(probe.transcripts).toHaveLength(heard);
    expect(stt.sessionCount).toBe(0);
    session.sendAudio(new Uint8Array(160));
    session.finalize();
  });

  test('closing while the socket still opens leaves nothing behind either', async () => {
    provider();
    open().close();
    const other = open();
    feed(other, 100, false);
    await probe.until(isOpen, 'the other session opened');
    expect(probe.opens).toBe(1);
    expect(simulator.stats.open).toBe(1);
    expect(stt.sessionCount).toBe(1);
  });
});

describe('catching up', () => {
  test('a long backlog goes out no faster than the vendor takes it', async () => {
    simulator.fail('slow_accept', { delayMs: 50 });
    provider();
    const session = open();
    feed(session, 4000, true);
    await pollStats(() => simulator.stats.audioMs >= 2200);
    expect(simulator.stats.tooFast).toBe(0);
    expect(simulator.stats.audioMs).toBeLessThan(4000);
  });

  test('a connection without audio ends quietly, and the first audio opens another', async () => {
    await simulator.close();
    simulator = await DeepgramSimulator.start({ apiKeys: [API_KEY], idleTimeoutMs: 400 });
    simulator.setScript('CA1', [{ text: 'Sorry, I was away.', speechMs: 900 }]);
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    await pollStats(() => hooks.logText.includes('stt connection ended unused'));
    expect(simulator.stats.closes[1011]).toBe(1);
    expect(probe.opens).toBe(1);
    feed(session, 900, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'Sorry, I was away.', 'the words');
    expect(probe.opens).toBe(2);
    expect(probe.errors).toEqual([]);
  });
});

describe('refused at the door', () => {
  test.each([
    ['status_400', 400],
    ['status_401', 401],
    ['status_402', 402],
    ['status_403', 403],
    ['status_429', 429],
    ['status_503', 503],
    ['refuse', undefined],
  ] as const)('%s: tried again, and what was said meanwhile is heard', async (mode, status) => {
    simulator.setScript('CA1', [{ text: 'Still here.', speechMs: 800 }]);
    simulator.fail(mode, { times: 2 });
    provider();
    const session = open();
    feed(session, 800, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'Still here.', 'the words');
    expect(probe.errors).toMatchObject([{ code: 'STT_CONNECT', provider: 'deepgram' }]);
    expect(probe.errors[0].status).toBe(status);
    expect(probe.ears).toEqual([]);
    expect(hooks.results.filter(({ ok }) => !ok)).toHaveLength(2);
  });

  test.each(['status_401', 'refuse'] as const)(
    '%s that lasts: the call is told that it cannot hear, once, and that it hears again',
    async (mode) => {
      simulator.setScript('CA1', [{ text: 'Can you hear me now?', speechMs: 800 }]);
      simulator.fail(mode, { times: 'always' });
      provider({ deafAfterMs: 100 });
      const session = open();
      await probe.until(() => probe.ears.length > 0, 'deaf');
      const tried = hooks.results.length;
      await hooks.until(() => hooks.results.length > tried + 3, 'it goes on trying');
      expect([probe.ears, probe.errors.length]).toEqual([['deaf'], 1]);
      expect(probe.deafError).toMatchObject({ code: 'STT_CONNECT' });
      simulator.heal();
      feed(session, 800, true);
      feed(session, 200, false);
      session.finalize();
      await probe.until(() => probe.finalText === 'Can you hear me now?', 'the words');
      expect(probe.ears).toEqual(['deaf', 'hearing']);
    },
  );

  test('closed while it cannot hear: nothing is tried or told any more', async () => {
    simulator.fail('status_401', { times: 'always' });
    provider({ deafAfterMs: 50 });
    const session = open();
    await probe.until(() => probe.ears.length > 0, 'deaf');
    session.close();
    const tried = hooks.results.length;
    await new Promise((resolve) => setTimeout(resolve, 150)); // several times the longest back-off
    expect(hooks.results).toHaveLength(tried);
    expect(stt.sessionCount).toBe(0);
  });

  test('a handshake that takes for ever is cut off and tried again', async () => {
    simulator.fail('slow_accept', { delayMs: 60_000 });
    provider();
    open();
    await probe.until(isOpen, 'open');
    expect(probe.errors).toHaveLength(1);
    expect(probe.errors[0]).toMatchObject({ code: 'STT_CONNECT', retryable: true });
    expect(probe.errors[0].message).toContain('timeout');
  });
});

describe('broken in mid-call', () => {
  test.each([
    ['close_1011', 1011],
    ['close_1000', 1000],
    ['tcp_cut', 1006],
  ] as const)('%s: the sentence under way is heard all the same, and time goes on', async (mode, status) => {
    const second = { text: 'And the queue was long.', speechMs: 1500 };
    // The local Deepgram gives a line to each stretch of speech it hears: the repeat after the cut is the third.
    simulator.setScript('CA1', [{ text: 'It was cold.', speechMs: 1000 }, second, second]);
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1000, true);
    feed(session, 1000, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'It was cold.', 'the first sentence');
    simulator.fail(mode, { after: 700 });
    feed(session, 1000, true);
    await probe.until(() => probe.opens === 2, 'the second connection');
    feed(session, 500, true);
    feed(session, 300, false);
    session.finalize();
    await probe.until(() => probe.transcripts.filter((t) => t.fromFinalize).length === 2, 'the second answer');
    expect(probe.finalText).toBe('It was cold. And the queue was long.');
    expect(probe.errors).toMatchObject([{ code: 'STT_CLOSED', status }]);
    const last = probe.transcripts.at(-1);
    expect(last?.startMs).toBeGreaterThanOrEqual(2000);
    expect(last?.endMs).toBeCloseTo(3800, -2);
    expect(hooks.counts.reconnects).toBe(1);
    expect(hooks.counts.stt_audio_dropped).toBeUndefined();
  });

  test('a connection that only listens is replaced', async () => {
    const line = { text: 'Hello, hello?', speechMs: 1500 };
    simulator.setScript('CA1', [line, line]);
    simulator.fail('stall');
    provider({ stallTimeoutMs: 150 });
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1500, true);
    feed(session, 300, false);
    await probe.until(() => probe.opens === 2, 'the second connection');
    session.finalize();
    await probe.until(() => probe.finalText === 'Hello, hello?', 'the words');
    expect(probe.errors).toMatchObject([{ code: 'STT_STALLED' }]);
  });

  test('speech that was finalized and is not answered: replaced sooner', async () => {
    const line = { text: 'Hello, hello?', speechMs: 1500 };
    simulator.setScript('CA1', [line, line]);
    simulator.fail('stall');
    provider({ stallTimeoutMs: 60_000, finalizeStallMs: 100 });
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 1500, true);
    feed(session, 300, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'Hello, hello?', 'the words');
    expect(probe.errors).toMatchObject([{ code: 'STT_STALLED' }]);
  });

  test('a vendor that has nothing to say about silence is not stalled', async () => {
    simulator.fail('stall');
    provider({ stallTimeoutMs: 50, finalizeStallMs: 50 });
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 3000, false);
    session.finalize();
    await new Promise((resolve) => setTimeout(resolve, 200)); // several times both limits
    expect(probe.opens).toBe(1);
    expect(probe.errors).toEqual([]);
  });

  test.each(['answered', 'unanswered'])('speech after an %s Finalize has time for its first words', async (how) => {
    simulator.setScript('CA1', [{ text: 'Yes.', speechMs: 800 }]);
    if (how === 'unanswered') simulator.fail('ignore_finalize');
    provider({ finalizeStallMs: 50 });
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 800, how === 'answered');
    feed(session, 200, false);
    session.finalize();
    await pollStats(() => simulator.stats.finalizes === 1);
    if (how === 'answered') await probe.until(() => probe.finalText === 'Yes.', 'the answer');
    feed(session, 700, true);
    await new Promise((resolve) => setTimeout(resolve, 150)); // three times the limit
    expect(probe.opens).toBe(1);
  });

  test('a message cut in half is counted and passed over', async () => {
    simulator.setScript('CA1', [{ text: 'Fine, thanks.', speechMs: 900 }]);
    simulator.fail('malformed_json');
    provider();
    const session = open();
    await probe.until(isOpen, 'open');
    feed(session, 900, true);
    feed(session, 200, false);
    session.finalize();
    await probe.until(() => probe.finalText === 'Fine, thanks.', 'the words');
    expect(hooks.counts.garbage).toBe(1);
    expect(probe.errors).toEqual([]);
  });

  test('connections that open and break at once are an outage like any other', async () => {
    simulator.fail('tcp_cut', { times: 'always', after: 100 });
    provider({ deafAfterMs: 150, settledMs: 5000 });
    const session = open();
    const talking = setInterval(() => feed(session, 200, true), 10);
    try {
      await probe.until(() => probe.ears.length > 0, 'deaf');
      expect(probe.opens).toBeGreaterThan(1);
      expect(probe.errors).toHaveLength(1);
      simulator.heal();
      await probe.until(() => probe.ears.length > 1, 'hearing');
    } finally {
      clearInterval(talking);
    }
    expect(probe.ears).toEqual(['deaf', 'hearing']);
  });
});

/** The simulator's counters raise no event: look again until they say so, with the test's own timeout as the end. */
async function pollStats(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5));
}
