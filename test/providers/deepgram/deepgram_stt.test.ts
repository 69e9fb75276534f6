// The Deepgram client against the local Deepgram: one story per thing that goes wrong.

import { describe, expect, test } from 'vitest';
import {
  API_KEY,
  feed,
  hooks,
  isOpen,
  newSimulator,
  open,
  pollStats,
  probe,
  provider,
  simulator,
  stt,
} from './deepgram_stage.js';

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
    await newSimulator({ apiKeys: [API_KEY], idleTimeoutMs: 400 });
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
