// A session and what its vendor gets wrong: results whose times cannot be true, complaints, a Finalize that is not answered. A
// socket that says what the test tells it to plays Deepgram.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { nowMs } from '../../../src/clock.js';
import { DeepgramStt } from '../../../src/providers/deepgram/deepgram_stt.js';
import type { SttSession } from '../../../src/providers/stt.js';
import { SttProbe, TEST_SWEEP_MS, TestHooks } from '../provider_probe.js';

/** In mu-law, far from silence. */
const LOUD = 0x10;

let server: WebSocketServer;
let vendor: WebSocket;
let heardBytes: number;
let stt: DeepgramStt;
let hooks: TestHooks;
let probe: SttProbe;
let session: SttSession;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  heardBytes = 0;
  hooks = new TestHooks();
  probe = new SttProbe();
  server.on('connection', (socket) => {
    vendor = socket;
    socket.on('message', (data, isBinary) => {
      if (isBinary) heardBytes += (data as Buffer).length;
      probe.changed();
    });
  });
  const baseUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stt = new DeepgramStt(
    {
      apiKey: 'k',
      baseUrl,
      model: 'nova-3',
      language: 'en',
      endpointingMs: 5000,
      connectTimeoutMs: 2000,
      ...{ eotThreshold: 0.7, eagerEotThreshold: 0.4, eotTimeoutMs: 5000, forceEndTurn: false },
      stallTimeoutMs: 5000,
    },
    hooks.hooks,
    { finalizeStallMs: 30, wordsStallMs: 300 },
    TEST_SWEEP_MS,
  );
  session = stt.open({ callSid: 'CA1', language: 'en', keyterms: [] }, probe);
  await probe.until(() => probe.opens > 0, 'open');
});
afterEach(async () => {
  stt.close();
  server.close();
  await once(server, 'close');
});

async function feed(ms: number, sample = 0xff): Promise<void> {
  const before = heardBytes;
  session.sendAudio(new Uint8Array(ms * 8).fill(sample));
  await probe.until(() => heardBytes === before + ms * 8, 'audio');
}
async function say(transcript: string, start: unknown, duration: unknown, more: object = {}): Promise<void> {
  const count = probe.transcripts.length;
  const channel = { alternatives: [{ transcript, confidence: 0.9 }] };
  const message = { type: 'Results', start: 7, duration: 8, is_final: true, speech_final: false, channel, ...more };
  vendor.send(JSON.stringify(message).replace('"start":7,"duration":8', `"start":${start},"duration":${duration}`));
  await probe.until(() => probe.transcripts.length > count, transcript);
}

test.each([
  ['long after what was sent', '1000000000', '1'],
  ['as long as a number gets', '0', '1e308'],
  ['beyond every number', '1e400', '0'],
  ['an hour long', '0', '3600'],
])('a result that lies %s keeps its words, loses its times, and deafens nobody', async (_name, start, duration) => {
  await feed(2000);
  await say('One.', 0, 1);
  await say('Two.', start, duration);
  await feed(2000);
  await say('Three.', 1, 1);
  await say('Four.', 2, 2);
  expect(probe.transcripts.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
    ['One.', 0, 1000],
    ['Two.', 2000, 2000],
    ['Three.', 1000, 2000],
    ['Four.', 2000, 4000],
  ]);
  expect(hooks.counts.garbage).toBe(1);
});

test('rounding is no lie: a result may end a little after what was sent', async () => {
  await feed(1000);
  await say('Hello.', 0, 1.02);
  expect(probe.transcripts.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([[0, 1000]]);
  expect(hooks.counts.garbage).toBeUndefined();
});

test.each(['Error', 'Warning', 'ConfigureFailure'])('%s is logged by its code and is no sign of life', async (type) => {
  vendor.send(JSON.stringify({ type, code: 'NET-0000', description: 'heard "curry"' }));
  await hooks.until(() => hooks.logText.includes('stt provider complains'), 'the complaint');
  expect(hooks.logText).toContain('NET-0000');
  expect(hooks.logText).not.toContain('curry');
  expect(hooks.results).toEqual([]);
  expect([probe.errors, probe.transcripts]).toEqual([[], []]);
});

test('a Finalize without an answer: a connection that brought words is given longer', async () => {
  await feed(1000, LOUD);
  const saidMs = nowMs();
  await say('I would like to cancel', 0, 1, { is_final: false });
  await feed(1000, LOUD);
  session.finalize();
  await probe.until(() => probe.opens === 2, 'another connection');
  expect(nowMs() - saidMs).toBeGreaterThanOrEqual(300);
  expect(probe.errors).toMatchObject([{ code: 'STT_STALLED' }]);
});

test('one that brought none is replaced soon, and the next hears the same again', async () => {
  await feed(1000, LOUD);
  session.finalize();
  await probe.until(() => probe.opens === 2 && heardBytes === 2 * 8000, 'the audio on another connection');
  expect(probe.errors).toMatchObject([{ code: 'STT_STALLED' }]);
});

test('the next one takes the speech and says nothing, too: the call is told that it cannot hear, though a socket is open', async () => {
  await feed(1000, LOUD);
  session.finalize();
  await probe.until(() => probe.ears.length > 0, 'deaf');
  expect(probe.ears).toEqual(['deaf']);
});
