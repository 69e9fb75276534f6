// The caller's messages from the ring to frames and events. A hand-driven Twilio writes into the ring; time is a variable.

import { beforeEach, describe, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import type { CounterName } from '../../src/metrics/metric_names.js';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { INGRESS } from '../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { IngressBuffers, MediaIngress } from '../../src/worker/media_ingress.js';
import { seededRandom } from '../threads/random_records.js';

const SID = `MZ${'a'.repeat(32)}`;
const CALL = `CA${'b'.repeat(32)}`;
const START_MS = 50_000;
const buffers = new IngressBuffers();

let metrics: SharedArrayBuffer;
let line: Line;
beforeEach(() => {
  metrics = createSharedMetrics(1);
  line = new Line();
});

class Line {
  readonly events: string[] = [];
  /** Call time and first byte of every frame; -1 when it was made up. */
  readonly frames: [callMs: number, byte: number][] = [];
  nowMs = START_MS;
  timestampMs = 0;
  sequence = 1;
  readonly #rings = new SlotRings(createSlab({ slots: 1, ingressBytes: 1 << 17, egressBytes: 1 << 12 }), 0);
  readonly ingress: MediaIngress;

  constructor() {
    const tell =
      (what: string) =>
      (...args: unknown[]): void => {
        this.events.push([what, ...args].join(' '));
      };
    this.ingress = new MediaIngress(this.#rings.ingress, dsp, new ThreadMetrics(metrics, 0), buffers, {
      onSocketOpen: tell('open'),
      onStart: ({ start }) => this.events.push(`start ${start.callSid}`),
      onFrame: (mulaw, _pcm, callMs) => this.frames.push([callMs, this.ingress.jitter.concealed ? -1 : mulaw[0]]),
      onMark: tell('mark'),
      onDtmf: tell('dtmf'),
      onStop: tell('stop'),
      onSocketClosed: tell('closed'),
      onHangup: tell('hangup'),
      onOffRecord: tell('off record'),
      onAnsweredBy: tell('answered_by'),
      onAct: tell('act'),
      onProtocolError: tell('protocol error'),
    });
  }

  record(type: number, text = ''): void {
    expect(this.#rings.ingress.tryWriteText(type, text)).toBe(true);
  }
  send(message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    expect(this.#rings.ingress.tryWrite(INGRESS.MESSAGE, Buffer.from(text))).toBe(true);
  }
  drain(): void {
    this.ingress.drain(this.nowMs);
  }
  start(): this {
    this.send({
      event: 'start',
      sequenceNumber: '1',
      start: {
        accountSid: `AC${'0'.repeat(32)}`,
        streamSid: SID,
        callSid: CALL,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: {},
      },
      streamSid: SID,
    });
    this.drain();
    return this;
  }
  /** A media message; `over` may change anything of it. */
  media(byte: number, media: object = {}, over: object = {}): void {
    const payload = Buffer.alloc(160, byte).toString('base64');
    const sequence = String(++this.sequence);
    this.send({
      event: 'media',
      sequenceNumber: sequence,
      media: { track: 'inbound', chunk: sequence, timestamp: String(this.timestampMs), payload, ...media },
      streamSid: SID,
      ...over,
    });
    this.timestampMs += 20;
  }
  /** `count` messages in real time, one beat each. */
  talk(count: number, byte = 1): void {
    for (let i = 0; i < count; i++) {
      this.nowMs += 20;
      this.media(byte);
      this.drain();
    }
  }
  /** Time without a message. */
  pause(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += 5;
      this.drain();
    }
  }
  /** Engine time of the frame's end, less now. */
  get lastFrameLateMs(): number {
    return this.nowMs - (this.ingress.timeline.originMs + this.frames.at(-1)![0] + 20);
  }
}
const count = (name: CounterName): number => sumCounter(metrics, name);

test('messages become frames in order, with the time of each on the call’s timeline', () => {
  line.start().talk(50);
  expect(line.frames.map(([callMs]) => callMs)).toEqual(Array.from({ length: 50 }, (_, i) => i * 20));
  expect(line.ingress.framesIn).toBe(50);
  expect(count('frames_in')).toBe(50);
});

test('what is not audio is told as it comes', () => {
  line.record(INGRESS.SOCKET_OPEN);
  line.send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  line.start();
  line.send({ event: 'dtmf', streamSid: SID, sequenceNumber: '5', dtmf: { track: 'inbound_track', digit: '#' } });
  line.send({ event: 'mark', sequenceNumber: '6', streamSid: SID, mark: { name: 'r1' } });
  line.send({ event: 'stop', sequenceNumber: '7', streamSid: SID, stop: {} });
  line.record(INGRESS.HANGUP, 'operator');
  line.record(INGRESS.ANSWERED_BY, 'machine_start');
  line.record(INGRESS.SOCKET_CLOSED, '1006');
  line.drain();
  expect(line.events).toEqual([
    'open',
    `start ${CALL}`,
    'dtmf #',
    'mark r1',
    'stop',
    'hangup operator',
    'answered_by machine_start',
    'closed 1006',
  ]);
});

test.each([
  ['white space', (message: object) => JSON.stringify(message, null, 1)],
  ['letters escaped', (message: object) => JSON.stringify(message).replace('"payload"', '"p\\u0061yload"')],
  [
    'members in another order',
    (message: object) => JSON.stringify(Object.fromEntries(Object.entries(message).reverse())),
  ],
  ['a member that is new', (message: object) => JSON.stringify({ ...message, codec: { name: 'PCMU', ptime: 20 } })],
  ['no track', (message: object) => JSON.stringify(message).replace('"track":"inbound",', '')],
])('media with %s is read like any other', (_name, spell) => {
  line.start();
  for (let i = 0; i < 50; i++) {
    line.nowMs += 20;
    if (i % 2 === 0) line.media(0xff - i);
    else {
      const payload = Buffer.alloc(160, 0xff - i).toString('base64');
      const media = { track: 'inbound', chunk: '5', timestamp: String(line.timestampMs), payload };
      line.send(spell({ event: 'media', sequenceNumber: '6', media, streamSid: SID }));
      line.timestampMs += 20;
    }
    line.drain();
  }
  expect(line.frames).toEqual(Array.from({ length: 50 }, (_, i) => [i * 20, 0xff - i]));
  expect(count('media_unusual')).toBe(25);
});

test('another track’s audio, and messages without any, are passed over', () => {
  line.start().talk(5);
  line.media(7, { track: 'outbound' });
  line.media(7, { payload: '' });
  line.drain();
  expect(line.frames.length).toBe(5);
});

describe('what is not understood', () => {
  const UNKNOWN = { event: 'quality', sequenceNumber: '7', streamSid: SID, quality: { jitterMs: '3' } };
  const OTHER_STREAM = `MZ${'9'.repeat(32)}`;
  test.each([
    ['an event nobody knows yet', 'bad_event', UNKNOWN],
    ['an event without a stream', 'bad_event', { event: 'warning', text: 'hello' }],
    ['a mark without a name', 'bad_fields', { event: 'mark', streamSid: SID, mark: {} }],
    ['a key that is none', 'bad_fields', { event: 'dtmf', streamSid: SID, dtmf: { digit: '42' } }],
    ['no event at all', 'bad_fields', { streamSid: SID }],
    ['a list', 'bad_fields', [1, 2, 3]],
    ['a mark of another stream', 'bad_stream_sid', { event: 'mark', streamSid: OTHER_STREAM, mark: { name: 'r1' } }],
    [
      'audio of another stream',
      'bad_stream_sid',
      { event: 'media', streamSid: OTHER_STREAM, media: { payload: '/w==' } },
    ],
    [
      'audio that is no base64',
      'bad_payload',
      { event: 'media', streamSid: SID, media: { track: 'inbound', payload: '*' } },
    ],
    [
      'audio in letters of no alphabet',
      'bad_payload',
      { event: 'media', streamSid: SID, media: { payload: 'QU\u0142D' } },
    ],
    ['audio that is a number', 'bad_payload', { event: 'media', streamSid: SID, media: { payload: 5 } }],
    ['media that is a list', 'bad_fields', { event: 'media', streamSid: SID, media: [] }],
    ['media without audio', 'bad_payload', { event: 'media', streamSid: SID, media: { track: 'inbound' } }],
    [
      'a second start',
      'bad_order',
      {
        event: 'start',
        streamSid: SID,
        start: { streamSid: SID, callSid: CALL, mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000 } },
      },
    ],
  ] as const)('%s, two hundred times: counted, and the call goes on', (_name, counter, message) => {
    line.start();
    line.talk(10);
    const events = line.events.length;
    for (let i = 0; i < 200; i++) {
      line.send(message);
      line.drain();
    }
    expect(count(counter)).toBe(200);
    line.talk(10);
    expect(line.events.length).toBe(events);
    expect(line.frames.length).toBe(20);
  });

  test.each([
    ['no JSON', 'bad_json', () => line.send('hello?')],
    ['JSON cut short', 'bad_json', () => line.send('{"event":"media","sequenceNumber":"3","media":{"track":"inbo')],
    ['no UTF-8', 'bad_json', () => line.record(INGRESS.MESSAGE, '{"event":"\u00ff"}')],
    ['binary', 'bad_binary', () => line.record(INGRESS.BINARY)],
  ] as const)('%s: fifty in a minute are too many, one a second and a half is not', (_name, counter, send) => {
    line.start();
    for (let i = 0; i < 400; i++) {
      line.nowMs += 1500;
      send();
      line.drain();
    }
    expect(line.events).toEqual([`start ${CALL}`]);
    line.nowMs += 60_000;
    for (let i = 0; i < 60; i++) {
      send();
      line.drain();
    }
    expect(line.events.slice(1)).toEqual(['protocol error']);
    expect(count(counter)).toBe(460);
  });

  test('media before start is refused', () => {
    line.media(1);
    line.drain();
    expect([line.frames.length, count('bad_order')]).toEqual([0, 1]);
  });
});

describe('the media clock', () => {
  test.each([
    ['+30 s', 30_000, 0],
    ['+5 s', 5_000, 0],
    ['+23 days', 2_000_000_000, 0],
    ['back to 0', -20_000, 0],
    ['back by 5 s', -5_000, 0],
    ['20 s of nothing, timestamps going on', 20_000, 20_000],
    ['20 s of nothing, timestamps standing still', 0, 20_000],
  ])('%s: what is said afterwards is on the timeline when it was said', (_name, byMs, silentMs) => {
    line.start().talk(1000);
    line.timestampMs += byMs;
    line.pause(silentMs);
    line.talk(60);
    expect(Math.abs(line.lastFrameLateMs)).toBeLessThan(5);
    line.talk(500);
    expect(Math.abs(line.lastFrameLateMs)).toBeLessThan(5);
    expect(line.ingress.timeline.originMs).toBe(START_MS);
    const behind = line.frames.filter(([callMs], i) => i > 0 && callMs > line.frames[i - 1][0] + 25_000);
    expect(behind).toEqual([]);
  });

  test('one absurd timestamp moves nothing but its own frame, and that not far', () => {
    line.start().talk(50);
    line.media(2, { timestamp: '2000000000' });
    line.timestampMs -= 20;
    line.talk(50);
    expect(Math.abs(line.lastFrameLateMs)).toBeLessThan(25);
    expect(Math.max(...line.frames.map(([callMs]) => callMs))).toBeLessThan(3000);
    expect(count('media_jumps')).toBe(2);
  });

  test.each(['-5', '99999999999', '1e9', '', 'soon'])('a timestamp of "%s" is none: the next in order', (timestamp) => {
    line.start().talk(10);
    line.nowMs += 20;
    line.media(9, { timestamp });
    line.drain();
    line.talk(10);
    expect(line.frames.map(([callMs]) => callMs)).toEqual(Array.from({ length: 21 }, (_, i) => i * 20));
    expect(line.frames[10][1]).toBe(9);
  });

  test('a network held up for two seconds: every word is in its place', () => {
    line.start().talk(100);
    line.pause(2000);
    for (let i = 0; i < 100; i++) line.media(7);
    line.drain();
    line.pause(40);
    line.timestampMs += 40;
    line.talk(50);
    const said = line.frames.filter(([, byte]) => byte === 7).map(([callMs]) => callMs);
    expect(said).toEqual(Array.from({ length: 100 }, (_, i) => 2000 + i * 20));
    expect(Math.abs(line.lastFrameLateMs)).toBeLessThan(5);
  });
});

test.each([1, 2, 3, 4, 5, 6])('whatever comes, nothing is thrown, and no frame lies far from now (seed %i)', (seed) => {
  const random = seededRandom(seed);
  const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)];
  line.start();
  const reached: number[] = [];
  for (let i = 0; i < 3000; i++) {
    line.nowMs += pick(5, 20, 20, 20, 400, 12_000);
    for (let n = Math.floor(random() * 4); n > 0; n--) {
      const timestamp = pick('0', '8', String(Math.floor(random() * 2 ** 32)), '-1', 'x', String(line.timestampMs));
      const payload = Buffer.alloc(pick(0, 1, 80, 160, 161, 800), i).toString('base64');
      if (random() < 0.7)
        line.media(i, pick<object>({}, { timestamp }, { payload }, { track: pick<unknown>('inbound', 'outbound', 5) }));
      else
        line.send(
          pick(
            '',
            '{}',
            '[]',
            '{"event":5}',
            JSON.stringify({ event: 'media', streamSid: SID, media: pick(null, {}, []) }),
          ),
        );
      if (random() < 0.1) line.timestampMs = Math.floor(random() * 2 ** 31);
    }
    const before = line.frames.length;
    line.drain();
    for (const [callMs] of line.frames.slice(before))
      reached.push(line.ingress.timeline.toEngineMs(callMs) - line.nowMs);
  }
  expect(reached.length).toBeGreaterThan(2000);
  expect(Math.min(...reached)).toBeGreaterThanOrEqual(-15_000);
  expect(Math.max(...reached)).toBeLessThanOrEqual(1000);
  expect(Number.isFinite(line.ingress.timeline.originMs)).toBe(true);
});

test('the jitter buffer’s troubles are in the metrics, each once', () => {
  line.start().talk(100);
  line.timestampMs += 40; // two frames lost
  line.talk(10);
  const again = line.timestampMs - 20;
  line.media(1, { timestamp: String(again) }); // a duplicate
  line.timestampMs = again + 20;
  line.talk(10);
  line.timestampMs = 0; // a jump, seen at the third message
  line.talk(10);
  line.pause(500);
  for (let i = 0; i < 200; i++) line.media(1); // more than fits
  line.drain();
  line.pause(100);
  expect({
    lost: count('frames_lost'),
    duplicates: count('media_duplicates'),
    jumps: count('media_jumps'),
    overflowed: count('frames_overflowed'),
  }).toEqual({ lost: 2, duplicates: 3, jumps: 1, overflowed: 200 - 127 });
  expect(count('frames_concealed')).toBe(line.ingress.jitter.concealedCount);
  expect(count('frames_late')).toBe(line.ingress.jitter.late);
});

test('a stream that another worker began is listened to without `start`, from what waits in the ring on', () => {
  const originMs = line.nowMs - 30_000;
  line.ingress.takeOver(SID, originMs);
  for (let i = 0; i < 5; i++) line.media(1);
  line.drain();
  line.talk(25);
  expect(line.frames).toHaveLength(30);
  expect(line.ingress.timeline.originMs).toBe(originMs);
  expect(Math.abs(line.lastFrameLateMs)).toBeLessThanOrEqual(20);
  expect(count('bad_order')).toBe(0);
  // It was in the ring still: the one before us had not given it back.
  line.start();
  expect(count('bad_order')).toBe(1);
  expect(line.ingress.timeline.originMs).toBe(originMs);
});
