import { createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { AudioClip, FRAME_BYTES } from '../../loadtest/simulators/twilio/audio_clip.js';
import { MediaFrameWriter } from '../../loadtest/simulators/twilio/media_frame_writer.js';
import { WsClient, type WsClientHandler } from '../../loadtest/simulators/twilio/ws_client.js';
import { clientFrame, type FrameSink, OPCODE, ServerFrameReader } from '../../loadtest/simulators/twilio/ws_frames.js';

class Sink implements FrameSink {
  readonly seen: string[] = [];
  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void {
    this.seen.push(`${binary ? 'binary' : 'text'} ${Buffer.from(bytes.subarray(start, end)).toString('latin1')}`);
  }
  onPing(payload: Uint8Array): void {
    this.seen.push(`ping ${Buffer.from(payload)}`);
  }
  onCloseFrame(code: number, reason: string): void {
    this.seen.push(`close ${code} ${reason}`);
  }
  onProtocolError(problem: string, closeCode: number): void {
    this.seen.push(`error ${closeCode} ${problem}`);
  }
}

/** An unmasked frame, as a server sends it. */
function serverFrame(opcode: number, payload: Uint8Array | string, final = true): Buffer {
  const body = Buffer.from(payload as string);
  const head = [(final ? 0x80 : 0) | opcode];
  if (body.length < 126) head.push(body.length);
  else if (body.length < 65536) head.push(126, body.length >> 8, body.length & 255);
  else head.push(127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (body.length >>> shift) & 255));
  return Buffer.concat([Buffer.from(head), body]);
}

describe('frames of a server', () => {
  test('are found however the bytes are cut up', () => {
    const texts = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 300 }), { maxLength: 6 });
    const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
    fc.assert(
      fc.property(texts, cuts, (messages, sizes) => {
        const sink = new Sink();
        const reader = new ServerFrameReader(sink);
        const stream = Buffer.concat(messages.map((text) => serverFrame(OPCODE.TEXT, text)));
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = Math.min(stream.length, at + sizes[i % sizes.length]);
          // The chunk's memory is used again by the next read.
          const chunk = Buffer.from(stream.subarray(at, end));
          reader.read(chunk, 0, chunk.length);
          chunk.fill(0);
          at = end;
        }
        expect(sink.seen).toEqual(messages.map((text) => `text ${text}`));
      }),
    );
  });

  test.each([65535, 65536, 200_000])('of %i bytes arrive whole', (length) => {
    const sink = new Sink();
    const frame = serverFrame(OPCODE.TEXT, 'x'.repeat(length));
    new ServerFrameReader(sink).read(frame, 0, frame.length);
    expect(sink.seen).toEqual([`text ${'x'.repeat(length)}`]);
  });

  test('in fragments become one message, with a ping in between', () => {
    const sink = new Sink();
    const bytes = Buffer.concat([
      serverFrame(OPCODE.TEXT, 'ab', false),
      serverFrame(OPCODE.PING, 'p'),
      serverFrame(OPCODE.CONTINUATION, 'c', false),
      serverFrame(OPCODE.CONTINUATION, '', true),
      serverFrame(OPCODE.BINARY, 'z'),
    ]);
    new ServerFrameReader(sink).read(bytes, 0, bytes.length);
    expect(sink.seen).toEqual(['ping p', 'text abc', 'binary z']);
  });

  test('end with the close frame; nothing after it is read', () => {
    const sink = new Sink();
    const bytes = Buffer.concat([
      serverFrame(OPCODE.CLOSE, Buffer.from([0x03, 0xe9, 0x62, 0x79, 0x65])),
      serverFrame(OPCODE.TEXT, 'late'),
    ]);
    new ServerFrameReader(sink).read(bytes, 0, bytes.length);
    expect(sink.seen).toEqual(['close 1001 bye']);
  });

  test.each<[string, Uint8Array, string]>([
    [
      'a masked frame',
      clientFrame(OPCODE.TEXT, Buffer.from('x'), new Uint8Array([1, 2, 3, 4])),
      'error 1002 server frame is masked',
    ],
    ['a reserved bit', Buffer.from([0xc1, 0x00]), 'error 1002 reserved bits set'],
    ['a fragmented control frame', serverFrame(OPCODE.PING, '', false), 'error 1002 fragmented control frame'],
    ['a long control frame', serverFrame(OPCODE.PING, 'x'.repeat(126)), 'error 1002 control frame too long'],
    ['an unknown opcode', serverFrame(3, ''), 'error 1002 unknown opcode'],
    ['an unknown control opcode', serverFrame(11, ''), 'error 1002 unknown opcode'],
    ['a continuation of nothing', serverFrame(OPCODE.CONTINUATION, 'x'), 'error 1002 continuation without a beginning'],
    [
      'a message inside a message',
      Buffer.concat([serverFrame(1, 'a', false), serverFrame(1, 'b')]),
      'error 1002 new message inside a fragmented one',
    ],
    ['a message beyond the limit', serverFrame(OPCODE.TEXT, 'x'.repeat(2000)), 'error 1009 message too big'],
    [
      'fragments beyond the limit',
      Buffer.concat([serverFrame(1, 'x'.repeat(900), false), serverFrame(0, 'x'.repeat(900))]),
      'error 1009 message too big',
    ],
  ])('with %s are refused and nothing more is read', (_what, bytes, problem) => {
    const sink = new Sink();
    const reader = new ServerFrameReader(sink, 1000);
    reader.read(bytes, 0, bytes.length);
    const more = serverFrame(OPCODE.TEXT, 'more');
    reader.read(more, 0, more.length);
    expect(sink.seen).toEqual([problem]);
  });
});

/** What a server makes of client frames: header off, mask off. */
function unmask(frame: Uint8Array): string {
  const short = frame[1] & 0x7f;
  const [at, length] =
    short === 126 ? [4, (frame[2] << 8) | frame[3]] : short === 127 ? [10, frame.length - 14] : [2, short];
  expect(frame[0]).toBe(0x81);
  expect(frame[1] & 0x80).toBe(0x80);
  expect(frame.length).toBe(at + 4 + length);
  const body = frame.slice(at + 4).map((byte, i) => byte ^ frame[at + (i & 3)]);
  return Buffer.from(body).toString();
}

describe('the media frame writer', () => {
  const clip = new AudioClip(Uint8Array.from({ length: 2 * FRAME_BYTES }, (_, i) => i));

  test.each([[[0, 0, 0, 0]], [[0xa1, 2, 0x33, 0xff]]])('makes the documented message with mask %j', (mask) => {
    const writer = new MediaFrameWriter('MZ0', new Uint8Array(mask));
    const cases: [number, number, number][] = [];
    for (const n of [1, 9, 10, 99, 100, 999, 1000, 65_536, 720_000]) cases.push([n + 1, n, n * 20 + 8]);
    cases.push([2, 1, 8]); // fewer digits again
    cases.forEach(([sequence, chunk, timestamp], i) => {
      const payload = clip.frames[i % 2];
      expect(JSON.parse(unmask(writer.write(sequence, chunk, timestamp, payload)))).toEqual({
        event: 'media',
        sequenceNumber: String(sequence),
        media: {
          track: 'inbound',
          chunk: String(chunk),
          timestamp: String(timestamp),
          payload: Buffer.from(clip.mulaw.slice((i % 2) * 160, (i % 2) * 160 + 160)).toString('base64'),
        },
        streamSid: 'MZ0',
      });
    });
  });

  test('uses the same memory again, until it is told that it is taken', () => {
    const writer = new MediaFrameWriter('MZ0', new Uint8Array(4));
    const first = writer.write(2, 1, 8, clip.frames[0]);
    expect(writer.write(3, 2, 28, clip.frames[0])).not.toBe(first); // another digit: another length
    const second = writer.write(4, 3, 48, clip.frames[0]);
    expect(writer.write(5, 4, 68, clip.frames[0])).toBe(second);
    writer.release();
    expect(writer.write(6, 5, 88, clip.frames[0])).not.toBe(second);
  });
});

describe('the raw client against a real server', () => {
  let server: WebSocketServer;
  let client: WsClient | undefined;
  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterEach(async () => {
    client?.cut();
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  type Event = [name: string, ...rest: unknown[]];
  function open(options: Partial<ConstructorParameters<typeof WsClient>[0]> = {}) {
    const events: Event[] = [];
    const waiting: { name: string; resolve: (event: Event) => void }[] = [];
    const add = (...event: Event) => {
      events.push(event);
      for (const waiter of waiting) if (waiter.name === event[0]) waiter.resolve(event);
    };
    const handler: WsClientHandler = {
      onOpen: () => add('open'),
      onMessage: (bytes, start, end, binary) => add('message', Buffer.from(bytes.slice(start, end)).toString(), binary),
      onRefused: (error) => add('refused', error.code, error.status),
      onClosed: (code, reason, byUs) => add('closed', code, reason, byUs),
      onProtocolError: (problem) => add('problem', problem),
    };
    const address = server.address() as { port: number } | null;
    const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
    const made = new WsClient(
      { host: '127.0.0.1', port: address?.port ?? 0, path: '/p', headers: [['Host', 'h']], ...options },
      handler,
    );
    client = made;
    const until = async (name: string): Promise<Event> => {
      const seen = events.find((event) => event[0] === name);
      return seen ?? new Promise<Event>((resolve) => waiting.push({ name, resolve }));
    };
    return { client: made, events, until, connected };
  }

  test('is understood and understands, big messages and pings included', async () => {
    const { client, events, until, connected } = open();
    const peer = await connected;
    await until('open');
    const got: string[] = [];
    const both = new Promise<void>((resolve) => {
      peer.on('message', (data, binary) => {
        got.push(`${binary} ${data.toString().length} ${data.toString().slice(0, 3)}`);
        if (got.length === 3) resolve();
      });
    });
    client.sendText('abc');
    client.sendText('y'.repeat(70_000));
    client.sendBinary(new Uint8Array([120, 121, 122]));
    await both;
    expect(got).toEqual(['false 3 abc', 'false 70000 yyy', 'true 3 xyz']);
    const pong = new Promise((resolve) => peer.once('pong', (data) => resolve(data.toString())));
    peer.ping('echo me');
    expect(await pong).toBe('echo me');
    peer.send('z'.repeat(100_000));
    await until('message');
    expect(events.at(-1)).toEqual(['message', 'z'.repeat(100_000), false]);
  });

  test('hears the close code, and answers the closing handshake', async () => {
    const { until, connected } = open();
    const peer = await connected;
    await until('open');
    const closed = new Promise((resolve) => peer.once('close', resolve));
    peer.close(1008, 'no');
    expect(await until('closed')).toEqual(['closed', 1008, 'no', false]);
    expect(await closed).toBe(1008);
  });

  test('closes in order, and says that it was us', async () => {
    const { client, until, connected } = open();
    const peer = await connected;
    await until('open');
    const closed = new Promise((resolve) => peer.once('close', resolve));
    client.close(1000);
    expect(await closed).toBe(1000);
    expect(await until('closed')).toEqual(['closed', 1000, '', true]);
  });

  test('cut off looks like a lost line to the server', async () => {
    const { client, until, connected } = open();
    const peer = await connected;
    await until('open');
    peer.on('error', () => {});
    const closed = new Promise((resolve) => peer.once('close', resolve));
    client.cut();
    expect(await closed).toBe(1006);
    expect(await until('closed')).toEqual(['closed', 1006, '', true]);
  });

  test('reports a line that the server cuts', async () => {
    const { until, connected } = open();
    const peer = await connected;
    await until('open');
    peer.terminate();
    expect(await until('closed')).toEqual(['closed', 1006, '', false]);
  });

  test('offers neither extension nor subprotocol nor origin', async () => {
    const { until } = open();
    const headers = await new Promise<object>((resolve) =>
      server.once('connection', (_s, request) => resolve(request.headers)),
    );
    await until('open');
    for (const name of ['sec-websocket-extensions', 'sec-websocket-protocol', 'origin'])
      expect(headers).not.toHaveProperty(name);
  });

  test('that cannot connect is refused with 31901', async () => {
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    expect(await open({ port }).until('refused')).toEqual(['refused', 31901, null]);
  });

  describe('and servers that answer wrongly', () => {
    let raw: Server;
    afterEach(() => new Promise((resolve) => raw.close(resolve)));
    async function answerWith(answer: string | null): Promise<Event> {
      raw = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => (answer === null ? undefined : socket.end(answer)));
      });
      await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
      const { port } = raw.address() as { port: number };
      return open({ port, handshakeTimeoutMs: 150 }).until('refused');
    }
    test.each<[string, string | null, number, number | null]>([
      ['403', 'HTTP/1.1 403 Forbidden\r\n\r\n', 31920, 403],
      ['200', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 31920, 200],
      ['another key', 'HTTP/1.1 101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: bogus\r\n\r\n', 31924, null],
      ['no HTTP', 'hello\r\n\r\n', 31924, null],
      ['a closed connection', '', 31921, null],
      ['nothing', null, 31901, null],
    ])('%s', async (_what, answer, code, status) => {
      expect(await answerWith(answer)).toEqual(['refused', code, status]);
    });
  });
});
