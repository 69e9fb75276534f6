// What comes over the media socket may be anything. A hand-driven WebSocket plays Twilio gone wrong, call by call, on
// one server; each mistake is counted, costs at most its own call, and the server goes on.

import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { signUrl } from '../../loadtest/simulators/twilio/signer.js';
import { WebhookClient } from '../../loadtest/simulators/twilio/webhook_client.js';
import { CALLER, Stage } from './stage.js';

let stage: Stage;
let webhooks: WebhookClient;
let calls = 0;
beforeAll(async () => {
  stage = await Stage.start({ CALL_START_TIMEOUT_MS: '1500' });
  webhooks = new WebhookClient(stage.simulators.environment['TWILIO_AUTH_TOKEN'], null);
});
afterAll(async () => {
  webhooks.close();
  await stage.close();
});

const PAYLOAD = Buffer.alloc(160, 0xff).toString('base64');

class Line {
  readonly received: string[] = [];
  readonly closed: Promise<number>;
  #sequence = 1;
  private constructor(
    readonly socket: WebSocket,
    readonly callSid: string,
    readonly url: string,
    readonly streamSid: string,
  ) {
    socket.on('message', (data) => this.received.push(data.toString()));
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  /** Rings, gets the TwiML, opens the socket it names. */
  static async open(): Promise<Line> {
    const callSid = `CA${String(++calls).padStart(32, 'a')}`;
    const url = await streamUrl(callSid);
    const socket = new WebSocket(url, { headers: { 'x-twilio-signature': signature(url) }, perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new Line(socket, callSid, url, `MZ${String(calls).padStart(32, 'b')}`);
  }

  /** With `connected` and `start` said, the greeting begins. */
  static async started(): Promise<Line> {
    const line = await Line.open();
    line.start();
    await expect.poll(() => line.received.length).toBeGreaterThan(0);
    return line;
  }

  start(callSid = this.callSid): void {
    this.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.send({
      event: 'start',
      sequenceNumber: '1',
      start: {
        accountSid: `AC${'0'.repeat(32)}`,
        streamSid: this.streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: {},
      },
      streamSid: this.streamSid,
    });
  }

  media(over: Record<string, unknown> = {}, media: Record<string, unknown> = {}): void {
    const n = this.#sequence++;
    this.send({
      event: 'media',
      sequenceNumber: String(n + 1),
      media: { track: 'inbound', chunk: String(n), timestamp: String(n * 20), payload: PAYLOAD, ...media },
      streamSid: this.streamSid,
      ...over,
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Hangs up properly and waits until the server is through with the call. */
  async stop(): Promise<void> {
    this.send({ event: 'stop', sequenceNumber: '99', stop: { callSid: this.callSid }, streamSid: this.streamSid });
    expect((await stage.logged('call ended', this.callSid))['end_reason']).toBe('caller_hangup');
    this.socket.close();
  }
}

function signature(url: string): string {
  return signUrl(stage.simulators.environment['TWILIO_AUTH_TOKEN'], url);
}
async function streamUrl(callSid: string): Promise<string> {
  const answer = await webhooks.send(`${stage.server.url}/`, [
    ['CallSid', callSid],
    ['AccountSid', `AC${'0'.repeat(32)}`],
    ['From', CALLER],
    ['To', '+12025550143'],
    ['CallStatus', 'ringing'],
    ['Direction', 'inbound'],
    ['ApiVersion', '2010-04-01'],
  ]);
  expect(answer.status).toBe(200);
  return /<Stream url="([^"]+)"/.exec(answer.body)![1];
}
const bad = (problem: string) => stage.metric(`ringline_bad_media_total{problem="${problem}"}`);

test.each([
  ['broken JSON', 'json', '{"event":"media","sequenceNumber":"3","media":{"track":"inbo'],
  ['no JSON at all', 'json', 'hello?'],
  ['an array', 'fields', '[1,2,3]'],
  ['an unknown event', 'unknown_event', '{"event":"dance","streamSid":"MZ"}'],
  ['a start without its fields', 'fields', '{"event":"start","streamSid":"MZ","start":{}}'],
] as const)('%s is counted and the call goes on', async (_name, problem, message) => {
  const line = await Line.started();
  const before = await bad(problem);
  line.send(message);
  await expect.poll(() => bad(problem)).toBe(before + 1);
  await line.stop();
});

test('a payload that is not base64, another stream’s audio, a second start, a binary message: counted, survived', async () => {
  const line = await Line.started();
  const before = await Promise.all(['payload', 'stream_sid', 'order', 'binary'].map(bad));
  line.media({}, { payload: '***not base64***' });
  line.media({ streamSid: `MZ${'9'.repeat(32)}` });
  line.start();
  line.send(Buffer.from([1, 2, 3]));
  await expect
    .poll(() => Promise.all(['payload', 'stream_sid', 'order', 'binary'].map(bad)))
    .toEqual(before.map((count) => count + 1));
  await line.stop();
});

test('media out of order and twice is put right, and media before start is refused', async () => {
  const line = await Line.open();
  const before = await bad('order');
  line.media();
  await expect.poll(() => bad('order')).toBe(before + 1);
  line.start();
  line.media({}, { timestamp: '200' });
  line.media({}, { timestamp: '180' });
  line.media({}, { timestamp: '200' });
  line.media({}, { timestamp: '-5' });
  line.media({}, { timestamp: '99999999999' });
  await expect.poll(() => line.received.length).toBeGreaterThan(0);
  await line.stop();
});

test('a huge message closes that socket, and only that one', async () => {
  const other = await Line.started();
  const line = await Line.started();
  line.send(JSON.stringify({ event: 'media', media: { payload: 'A'.repeat(200_000) } }));
  expect(await line.closed).not.toBe(1000);
  expect((await stage.logged('call ended', line.callSid))['end_reason']).toBe('socket_lost');
  await other.stop();
});

test('nothing but nonsense ends the call as a protocol error', async () => {
  const line = await Line.started();
  for (let i = 0; i < 60; i++) line.send(`nonsense ${i}`);
  await line.closed;
  expect((await stage.logged('call ended', line.callSid))['end_reason']).toBe('protocol');
});

test('a socket that is gone without stop ends its call, and its summary is written', async () => {
  const line = await Line.started();
  line.socket.terminate();
  expect((await stage.logged('call ended', line.callSid))['end_reason']).toBe('socket_lost');
});

test('a token works once', async () => {
  const line = await Line.started();
  const again = new WebSocket(line.url, { headers: { 'x-twilio-signature': signature(line.url) } });
  const status = await new Promise((resolve) => {
    again.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    again.once('open', () => resolve('open'));
    again.once('error', () => {});
  });
  expect(status).toBe(403);
  await line.stop();
});

test.each([
  ['without a signature', {}],
  ['with a wrong signature', { 'x-twilio-signature': 'bm90IHRoZSByaWdodCBvbmU=' }],
])('a handshake %s is refused, and the real one still gets in', async (_name, headers) => {
  const callSid = `CA${String(++calls).padStart(32, 'c')}`;
  const url = await streamUrl(callSid);
  const socket = new WebSocket(url, { headers: headers as Record<string, string> });
  const status = await new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('open', () => resolve('open'));
    socket.once('error', () => {});
  });
  expect(status).toBe(403);
  const real = new WebSocket(url, { headers: { 'x-twilio-signature': signature(url) } });
  expect(await new Promise((resolve) => real.once('open', () => resolve('open')))).toBe('open');
  real.terminate();
});

test('start for another call, and a start that never comes, end the call', async () => {
  const wrong = await Line.open();
  wrong.start(`CA${'f'.repeat(32)}`);
  await wrong.closed;
  expect((await stage.logged('call ended', wrong.callSid))['end_reason']).toBe('wrong_call');
  const mute = await Line.open();
  mute.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  await mute.closed;
  expect((await stage.logged('call ended', mute.callSid))['end_reason']).toBe('start_timeout');
});

test('after all that the server serves calls, and holds none', async () => {
  const line = await Line.started();
  expect(JSON.parse(line.received[0])).toMatchObject({ event: 'media', streamSid: line.streamSid });
  await line.stop();
  await expect.poll(() => stage.metric('ringline_worker_calls')).toBe(0);
  expect((await fetch(`${stage.server.url}/ready`)).status).toBe(200);
});
