import { beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import { createSharedMetrics, sumCounter, sumHistogram, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { EGRESS } from '../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';
import { seededRandom } from '../threads/random_records.js';

const STREAM = `MZ${'0'.repeat(32)}`;
let egress: MediaEgress;
let reader: SlotRings;
let metricsMemory: SharedArrayBuffer;
let marks: number;
let sentBytes: number;

function make(egressBytes = 1 << 16, options = { leadMs: 200, messageMs: 40 }): void {
  const slab = createSlab({ slots: 1, ingressBytes: 1024, egressBytes });
  reader = new SlotRings(slab, 0);
  metricsMemory = createSharedMetrics(1);
  marks = 0;
  sentBytes = 0;
  egress = new MediaEgress(
    new SlotRings(slab, 0).egress,
    dsp,
    new ThreadMetrics(metricsMemory, 0),
    new EgressBuffers(),
    options,
    {
      onSent: (_bytes, count) => {
        sentBytes += count;
      },
      nextMark: () => `m${marks++}`,
      onDirty: () => {},
    },
  );
  egress.open(STREAM);
}
beforeEach(() => make());

interface Sent {
  event: string;
  payload: Buffer;
  name: string;
}
function read(): Sent[] {
  const all: Sent[] = [];
  while (reader.egress.next()) {
    if (reader.egress.type === EGRESS.CLOSE) {
      all.push({ event: 'CLOSE', payload: Buffer.alloc(0), name: '' });
      continue;
    }
    const { offset, length, bytes } = reader.egress;
    const message = JSON.parse(Buffer.from(bytes.slice(offset, offset + length)).toString());
    expect(message.streamSid).toBe(STREAM);
    expect(Object.keys(message).length).toBe(message.event === 'clear' ? 2 : 3);
    all.push({
      event: message.event,
      payload: Buffer.from(message.media?.payload ?? '', 'base64'),
      name: message.mark?.name ?? '',
    });
  }
  reader.egress.release();
  return all;
}
const mediaMs = (sent: Sent[]) => sent.reduce((sum, message) => sum + message.payload.length, 0) / 8;
const audio = (ms: number) => Uint8Array.from({ length: ms * 8 }, (_, i) => i & 0x7f);

test('hands over no more than the lead, and then exactly as much as time passes', () => {
  egress.begin();
  egress.append(audio(2000), 1000);
  egress.tick(1000);
  expect(mediaMs(read())).toBe(200);
  egress.tick(1030);
  expect(mediaMs(read())).toBe(0);
  egress.tick(1040);
  expect(mediaMs(read())).toBe(40);
  for (let now = 1050; now <= 2000; now += 10) egress.tick(now);
  expect(mediaMs(read())).toBe(960);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
});

test('catches up after a stall shorter than the lead, and nobody hears it', () => {
  egress.begin();
  egress.append(audio(2000), 0);
  egress.tick(0);
  read();
  egress.tick(190);
  expect(mediaMs(read())).toBe(160);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
  expect(sumHistogram(metricsMemory, 'frame_late_ms').sum).toBeGreaterThan(100);
});

test('a stall longer than the lead is an underrun of ours; audio that came late is the provider’s gap', () => {
  egress.begin();
  egress.append(audio(1000), 0);
  egress.tick(0);
  egress.tick(300);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(1);
  expect(egress.underruns).toBe(1);
  make();
  egress.begin();
  egress.append(audio(200), 0);
  egress.tick(0);
  egress.append(audio(200), 500);
  egress.tick(500);
  expect(sumCounter(metricsMemory, 'underruns')).toBe(0);
  expect(sumCounter(metricsMemory, 'tts_gaps')).toBe(1);
});

test('a pause between two replies is neither', () => {
  egress.begin();
  egress.append(audio(100), 0);
  egress.finish();
  egress.tick(0);
  egress.begin();
  egress.append(audio(100), 5000);
  egress.finish();
  egress.tick(5000);
  expect(sumCounter(metricsMemory, 'underruns') + sumCounter(metricsMemory, 'tts_gaps')).toBe(0);
});

test('chunks of any size leave as whole frames, and the end is padded with silence', () => {
  egress.begin();
  for (const size of [37, 101, 333, 7]) egress.append(audio(100).subarray(0, size), 0);
  egress.tick(0);
  const first = read().filter((message) => message.event === 'media');
  expect(first.every((message) => message.payload.length % 160 === 0)).toBe(true);
  egress.finish();
  egress.tick(20);
  const rest = read();
  const last = rest.filter((message) => message.event === 'media').at(-1)!;
  expect(last.payload.length % 160).toBe(0);
  expect(last.payload.at(-1)).toBe(0xff);
  expect(rest.at(-1)!.event).toBe('mark');
  expect(sentBytes).toBe(480);
});

test('a mark follows every half second and the end', () => {
  egress.begin();
  egress.append(audio(1200), 0);
  egress.finish();
  for (let now = 0; now <= 1200; now += 10) egress.tick(now);
  const sent = read();
  expect(sent.filter((message) => message.event === 'mark').map((message) => message.name)).toEqual(['m0', 'm1', 'm2']);
  expect(sent.at(-1)!.event).toBe('mark');
});

test('clear drops the queue and tells Twilio, also after the last chunk was handed over', () => {
  egress.begin();
  egress.append(audio(1000), 0);
  egress.tick(0);
  read();
  expect(egress.clear(50)).toBe(true);
  expect(egress.queuedMs).toBe(0);
  expect(read().map((message) => message.event)).toEqual(['clear']);
  egress.append(audio(100), 100);
  egress.finish();
  egress.tick(100);
  read();
  expect(egress.clear(150)).toBe(true); // the provider is done, Twilio still holds 50 ms
  expect(egress.clear(1000)).toBe(false); // nothing unplayed: nothing to clear
});

test('with the ring full no audio is lost, and a clear is late but not lost', () => {
  make(2048);
  egress.begin();
  egress.append(audio(400), 0);
  egress.tick(0);
  const first = read();
  for (let now = 10; now <= 400; now += 10) {
    egress.tick(now);
  }
  // Each time the reader is away is one wait, however many ticks it takes; and a wait is no loss.
  expect(sumCounter(metricsMemory, 'egress_held')).toBe(2);
  expect(sumCounter(metricsMemory, 'ring_dropped_egress')).toBe(0);
  egress.clear(400);
  const before = [...first, ...read()];
  egress.tick(410);
  const after = read();
  expect([...before, ...after].map((message) => message.event)).toContain('clear');
  expect(mediaMs(before)).toBeLessThanOrEqual(400);
});

test('a reply longer than the queue is cut, and its maker is told', () => {
  egress.begin();
  let taken = 0;
  while (taken < 200 && egress.append(audio(1000), 0)) taken++;
  expect(taken).toBe(131);
  egress.tick(0);
  egress.finish();
  for (let now = 0; now <= 132_000; now += 20) {
    egress.tick(now);
    read();
  }
  expect(egress.framesOut).toBe(131 * 50);
});

test.each([1, 2, 3, 4, 5, 6])(
  'every byte leaves once, in order, in whole frames, within the lead (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    make(4096);
    let put = 0;
    let got = 0;
    let wrong = 0;
    const check = (): void => {
      for (const { event, payload } of read()) {
        if (event !== 'media') continue;
        expect(payload.length % 160).toBe(0);
        for (const byte of payload) if (byte !== ((got++ * 7) & 0x7f)) wrong++;
      }
    };
    egress.begin();
    for (let now = 0; now < 20_000; now += 5) {
      if (random() < 0.05 && put - got < 100_000) {
        const chunk = Uint8Array.from({ length: 1 + Math.floor(random() * 4000) }, () => (put++ * 7) & 0x7f);
        expect(egress.append(chunk, now)).toBe(true);
      }
      egress.tick(now);
      expect(egress.aheadMs(now)).toBeLessThanOrEqual(200);
      if (random() < 0.9) check();
    }
    check();
    expect(wrong).toBe(0);
    expect(got).toBeGreaterThan(20_000);
    expect(egress.queuedMs).toBe((put - got) / 8);
    expect(egress.framesOut).toBe(got / 160);
    expect(sumCounter(metricsMemory, 'frames_out')).toBe(got / 160);
  },
);

test('close comes after everything written before', () => {
  egress.begin();
  egress.append(audio(40), 0);
  egress.finish();
  egress.tick(0);
  egress.close();
  expect(read().map((message) => message.event)).toEqual(['media', 'mark', 'CLOSE']);
});
