import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../../src/metrics/shared_metrics.js';
import { IngressWriter } from '../../../src/server/media/ingress_writer.js';
import { createDoorbells } from '../../../src/threads/doorbell.js';
import { INGRESS } from '../../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../../src/threads/slab.js';

const SLOTS = 2;
let rings: SlotRings[];
/** The worker's end of the same rings. */
let far: SlotRings[];
let metrics: SharedArrayBuffer;
let writer: IngressWriter;

beforeEach(() => {
  const slab = createSlab({ slots: SLOTS, ingressBytes: 1 << 12, egressBytes: 1 << 12 });
  rings = Array.from({ length: SLOTS }, (_, slot) => new SlotRings(slab, slot));
  far = Array.from({ length: SLOTS }, (_, slot) => new SlotRings(slab, slot));
  metrics = createSharedMetrics(1);
  writer = new IngressWriter(rings, createDoorbells(2), new ThreadMetrics(metrics, 0));
});

/** What the worker finds in a slot's ring. */
function found(slot: number): [number, string][] {
  const all: [number, string][] = [];
  const { ingress } = far[slot];
  while (ingress.next()) {
    const { type, bytes, offset, length } = ingress;
    all.push([type, Buffer.from(bytes.slice(offset, offset + length)).toString()]);
  }
  ingress.release();
  return all;
}
/** No room for one byte more. */
function fill(slot: number): void {
  const message = new Uint8Array(512);
  while (sumCounter(metrics, 'ring_dropped_ingress') === 0) writer.message(slot, message);
}

test('messages and control records arrive in their own slot, in order', () => {
  writer.control(0, INGRESS.SOCKET_OPEN);
  writer.message(0, Buffer.from('{"event":"media"}'));
  writer.binary(1);
  writer.control(0, INGRESS.HANGUP, 'operator');
  expect(found(0)).toEqual([
    [INGRESS.SOCKET_OPEN, ''],
    [INGRESS.MESSAGE, '{"event":"media"}'],
    [INGRESS.HANGUP, 'operator'],
  ]);
  expect(found(1)).toEqual([[INGRESS.BINARY, '']]);
});

describe('a full ring', () => {
  test('loses messages, counted, and no byte of the others', () => {
    fill(0);
    writer.message(0, new Uint8Array(512));
    writer.message(1, Buffer.from('{}'));
    expect(sumCounter(metrics, 'ring_dropped_ingress')).toBe(2);
    expect(found(1)).toEqual([[INGRESS.MESSAGE, '{}']]);
  });

  test('loses no control record: it comes once there is room', async () => {
    fill(0);
    writer.control(0, INGRESS.HANGUP, 'x'.repeat(600));
    expect(found(0).every(([type]) => type === INGRESS.MESSAGE)).toBe(true);
    await vi.waitFor(() => expect(found(0)).toEqual([[INGRESS.HANGUP, 'x'.repeat(600)]]));
  });

  test('what waits for a call that is over is forgotten, what waits for others is not', async () => {
    fill(0);
    writer.control(0, INGRESS.HANGUP, 'x'.repeat(600));
    fill(1);
    while (rings[1].ingress.tryWrite(INGRESS.MESSAGE, new Uint8Array(512)));
    writer.control(1, INGRESS.HANGUP, 'y'.repeat(600));
    writer.forget(0);
    found(0);
    found(1);
    await vi.waitFor(() => expect(found(1)).toEqual([[INGRESS.HANGUP, 'y'.repeat(600)]]));
    expect(found(0)).toEqual([]);
  });
});
