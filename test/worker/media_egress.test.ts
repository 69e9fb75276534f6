import { beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { EGRESS } from '../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { ByteQueue } from '../../src/worker/byte_queue.js';
import { EgressBuffers, MediaEgress } from '../../src/worker/media_egress.js';

const STREAM = `MZ${'0'.repeat(32)}`;
let egress: MediaEgress;
let reader: SlotRings;
let metrics: SharedArrayBuffer;
let queue: ByteQueue;
let dirty: number;

function make(egressBytes = 1 << 16): void {
  const slab = createSlab({ slots: 1, ingressBytes: 1024, egressBytes });
  reader = new SlotRings(slab, 0);
  metrics = createSharedMetrics(1);
  dirty = 0;
  const threadMetrics = new ThreadMetrics(metrics, 0);
  egress = new MediaEgress(new SlotRings(slab, 0).egress, dsp, threadMetrics, new EgressBuffers(), () => dirty++);
  queue = new ByteQueue();
  queue.append(Uint8Array.from({ length: 4000 }, (_, i) => i & 0x7f));
}
beforeEach(() => make());

function read(): string[] {
  const all: string[] = [];
  while (reader.egress.next()) {
    const { type, offset, length, bytes } = reader.egress;
    all.push(type === EGRESS.CLOSE ? 'CLOSE' : Buffer.from(bytes.slice(offset, offset + length)).toString());
  }
  reader.egress.release();
  return all;
}

test('each message is what Twilio reads, in the order of the calls', () => {
  egress.open(STREAM);
  expect(egress.media(queue, 160, 160)).toBe(true);
  egress.mark('m1');
  egress.clear();
  egress.close();
  const payload = Buffer.from(Uint8Array.from({ length: 160 }, (_, i) => i & 0x7f)).toString('base64');
  const sent = read();
  expect(sent.slice(0, 3).map((text) => JSON.parse(text))).toEqual([
    { event: 'media', streamSid: STREAM, media: { payload } },
    { event: 'mark', streamSid: STREAM, mark: { name: 'm1' } },
    { event: 'clear', streamSid: STREAM },
  ]);
  expect(sent[3]).toBe('CLOSE');
  expect(dirty).toBe(4);
});

test('a short end is filled up with silence', () => {
  egress.open(STREAM);
  egress.media(queue, 100, 160);
  const bytes = Buffer.from(JSON.parse(read()[0]).media.payload, 'base64');
  expect(bytes).toHaveLength(160);
  expect([...bytes.subarray(98, 102)]).toEqual([98, 99, 0xff, 0xff]);
  expect(queue.length).toBe(3900);
});

test('it is open between open and close', () => {
  expect(egress.isOpen).toBe(false);
  egress.open(STREAM);
  expect(egress.isOpen).toBe(true);
  egress.close();
  expect(egress.isOpen).toBe(false);
});

test('with the ring full no audio is taken and one wait is counted; marks and clears come late, in order', () => {
  make(2048);
  egress.open(STREAM);
  while (egress.media(queue, 160, 160));
  const left = queue.length;
  expect(egress.media(queue, 160, 160)).toBe(false);
  expect(queue.length).toBe(left);
  expect(sumCounter(metrics, 'egress_held')).toBe(1);
  for (let i = 0; i < 20; i++) egress.mark(`m${i}`);
  egress.clear();
  expect(egress.flush()).toBe(false);
  const sent = read();
  while (!egress.flush()) sent.push(...read());
  sent.push(...read());
  const late = sent.map((text) => JSON.parse(text)).filter(({ event }) => event !== 'media');
  expect(late.map(({ event, mark }) => mark?.name ?? event)).toEqual([
    ...Array.from({ length: 20 }, (_, i) => `m${i}`),
    'clear',
  ]);
  expect(sumCounter(metrics, 'ring_dropped_egress')).toBe(0);
});

test('a ring that nobody reads costs a bounded backlog, and what is beyond is counted', () => {
  make(2048);
  egress.open(STREAM);
  for (let i = 0; i < 200; i++) egress.mark(`m${i}`);
  expect(sumCounter(metrics, 'ring_dropped_egress')).toBeGreaterThan(50);
});
