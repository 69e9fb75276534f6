import { beforeEach, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { sumCounter, sumHistogram, ThreadMetrics } from '../../../src/metrics/shared_metrics.js';
import { EgressPump, SOCKET_BUFFERED_BYTES_MAX } from '../../../src/server/media/egress_pump.js';
import { createSharedMemory } from '../../../src/server/shared_memory.js';
import { EGRESS } from '../../../src/threads/record_types.js';
import { SlotRings } from '../../../src/threads/slab.js';
import { SlotFlags } from '../../../src/threads/slot_flags.js';
import { mediaPrefix } from '../../../src/twilio/media_wire.js';

let time = 0;
vi.mock('../../../src/clock.js', async (actual) => ({ ...(await actual<object>()), nowMs: () => time }));
beforeEach(() => {
  time = 5_000_000_000;
});

const MEDIA = `{"event":"media","streamSid":"MZ1","media":{"payload":"${'/'.repeat(216)}"}}`;
const MARK = '{"event":"mark","streamSid":"MZ1","mark":{"name":"g1:2"}}';
const CLEAR = '{"event":"clear","streamSid":"MZ1"}';

class FakeSocket {
  buffered = 0;
  status = 1;
  corks = 0;
  readonly sent: string[] = [];
  getBufferedAmount = () => this.buffered;
  send = (message: Uint8Array, isBinary: boolean) => {
    expect(isBinary).toBe(false);
    this.sent.push(Buffer.from(message).toString());
    return this.status;
  };
  cork = (callback: () => void) => {
    this.corks++;
    callback();
  };
}

function setUp(socket: FakeSocket | null) {
  const { calls } = loadConfig(
    {
      ...{ TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k' },
      CALLS_MAX: '2',
    },
    [],
  );
  const memory = createSharedMemory({ calls });
  const rings = [0, 1].map((slot) => new SlotRings(memory.slab, slot));
  const worker = new SlotRings(memory.slab, 1).egress;
  const flags = new SlotFlags(memory.slab);
  const closed: number[] = [];
  const pump = new EgressPump({
    rings,
    flags,
    metrics: new ThreadMetrics(memory.metrics, 0),
    socketOf: (slot) => (slot === 1 ? socket : null),
    onClose: (slot) => closed.push(slot),
  });
  const write = (...messages: string[]) => {
    for (const text of messages) expect(worker.tryWriteText(EGRESS.MESSAGE, text)).toBe(true);
    flags.mark(1);
  };
  const { metrics } = memory;
  return { pump, write, worker, flags, closed, metrics, dropped: () => sumCounter(metrics, 'socket_dropped') };
}

test('everything that waits goes out in one cork, in order', () => {
  const socket = new FakeSocket();
  const { pump, write, worker } = setUp(socket);
  write(MEDIA, MARK, CLEAR);
  pump.pump();
  expect(socket.sent).toEqual([MEDIA, MARK, CLEAR]);
  expect(socket.corks).toBe(1);
  expect(worker.isEmpty).toBe(true);
});

test('a backed-up socket loses media, counted; marks and clears still go out', () => {
  const socket = new FakeSocket();
  const { pump, write, dropped } = setUp(socket);
  socket.buffered = SOCKET_BUFFERED_BYTES_MAX + 1;
  write(MEDIA, MARK, MEDIA, CLEAR);
  pump.pump();
  expect(socket.sent).toEqual([MARK, CLEAR]);
  expect(dropped()).toBe(2);
  socket.buffered = SOCKET_BUFFERED_BYTES_MAX;
  write(MEDIA);
  pump.pump();
  expect(socket.sent.at(-1)).toBe(MEDIA);
});

test("the socket's answer 0, buffered, is no reason to drop or to repeat", () => {
  const socket = new FakeSocket();
  const { pump, write, dropped } = setUp(socket);
  socket.status = 0;
  write(MEDIA, MEDIA);
  pump.pump();
  expect(socket.sent).toHaveLength(2);
  expect(dropped()).toBe(0);
  socket.status = 2;
  write(MEDIA);
  pump.pump();
  expect(dropped()).toBe(1);
});

test('CLOSE closes after what came before and lets nothing through after it', () => {
  const socket = new FakeSocket();
  const { pump, write, worker, closed } = setUp(socket);
  write(MEDIA);
  worker.tryWriteText(EGRESS.CLOSE, '');
  write(MARK);
  pump.pump();
  expect(socket.sent).toEqual([MEDIA]);
  expect(closed).toEqual([1]);
});

test('without a socket the ring is emptied all the same, so the worker never finds it full', () => {
  const { pump, write, worker, closed } = setUp(null);
  write(MEDIA, MEDIA);
  worker.tryWriteText(EGRESS.CLOSE, '');
  pump.pump();
  expect(worker.isEmpty).toBe(true);
  expect(closed).toEqual([1]);
});

test('an empty ring costs no cork', () => {
  const socket = new FakeSocket();
  const { pump, flags } = setUp(socket);
  flags.mark(1);
  pump.pump();
  pump.drain(1);
  expect(socket.corks).toBe(0);
});

describe('a main thread that is late is counted where callers hear it', () => {
  const prefix = new TextDecoder().decode(mediaPrefix(`MZ${'0'.repeat(32)}`));
  /** `ms` of audio, as a worker writes it. */
  const audio = (ms: number) => `${prefix}${Buffer.alloc(ms * 8, 0x55).toString('base64')}"}}`;

  /** A reply of 400 ms, handed over 200 ms ahead in messages of 40, each sent `lateMs(i)` after it was written. */
  function reply(line: ReturnType<typeof setUp>, lateMs: (i: number) => number): number {
    const before = sumCounter(line.metrics, 'underruns');
    const beganMs = time;
    for (let i = 0; i < 10; i++) {
      time = Math.max(time, beganMs + Math.max(0, i - 4) * 40);
      line.write(audio(40));
      time += lateMs(i);
      line.pump.pump();
    }
    return sumCounter(line.metrics, 'underruns') - before;
  }

  test.each([
    ['never late', () => 0, 0],
    ['late by less than the lead', (i: number) => (i === 7 ? 150 : 0), 0],
    ['busy for a second once', (i: number) => (i === 7 ? 1000 : 0), 1],
    ['busy for a second twice', (i: number) => (i === 3 || i === 7 ? 1000 : 0), 2],
  ])('%s', (_name, lateMs, holes) => {
    const line = setUp(new FakeSocket());
    expect(reply(line, lateMs)).toBe(holes);
    time += 3000; // the pause between two replies is no hole
    expect(reply(line, lateMs)).toBe(holes);
    expect(sumHistogram(line.metrics, 'egress_delay_ms').count).toBe(20);
  });

  test('audio that came late from the worker, or after a clear, is no hole of ours', () => {
    const line = setUp(new FakeSocket());
    line.write(audio(200));
    line.pump.pump();
    time += 500;
    line.write(audio(200));
    line.pump.pump();
    line.write(CLEAR);
    line.write(audio(40));
    time += 300;
    line.pump.pump();
    expect(sumCounter(line.metrics, 'underruns')).toBe(0);
    expect(sumHistogram(line.metrics, 'egress_delay_ms').sum).toBe(300);
  });
});

describe('the rest of a reply whose worker died', () => {
  const gap = (line: ReturnType<typeof setUp>) => sumHistogram(line.metrics, 'moved_gap_ms');

  test('is late by the silence before it, measured once', () => {
    const line = setUp(new FakeSocket());
    line.write(MEDIA);
    line.pump.pump();
    expect(Math.abs(line.pump.playEndMs(1) - (time + 20))).toBeLessThan(5);
    line.pump.awaitRest(1);
    time = line.pump.playEndMs(1) + 300;
    line.write(MEDIA);
    line.pump.pump();
    expect(gap(line)).toMatchObject({ count: 1, sum: 300 });
    time += 500;
    line.write(MEDIA);
    line.pump.pump();
    expect(gap(line).count).toBe(1);
  });

  test('is late by the time in which a worker that hung was not missed yet, too', () => {
    const line = setUp(new FakeSocket());
    line.write(MEDIA);
    line.pump.pump();
    const endMs = line.pump.playEndMs(1);
    time = endMs + 1000;
    line.pump.awaitRest(1);
    time += 200;
    line.write(MEDIA);
    line.pump.pump();
    expect(gap(line)).toMatchObject({ count: 1, sum: 1200 });
  });

  test('that comes while the caller still hears what was sent before is not late', () => {
    const line = setUp(new FakeSocket());
    line.write(MEDIA, MEDIA);
    line.pump.pump();
    line.pump.awaitRest(1);
    time += 20;
    line.write(MEDIA);
    line.pump.pump();
    expect(gap(line)).toMatchObject({ count: 1, sum: 0 });
  });

  test('that never comes is not looked for in the slot’s next call', () => {
    const line = setUp(new FakeSocket());
    line.pump.awaitRest(1);
    line.pump.forget(1);
    time += 5000;
    line.write(MEDIA);
    line.pump.pump();
    expect(gap(line).count).toBe(0);
    expect(line.pump.playEndMs(0)).toBe(0);
  });
});
