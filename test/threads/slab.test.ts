import { describe, expect, test } from 'vitest';
import { createSlab, SlotRings, slabFlagWords, slabSlots } from '../../src/threads/slab.js';

const SMALL = { slots: 5, ingressBytes: 256, egressBytes: 1024 };

describe('a slab', () => {
  test('describes itself: a thread needs nothing but the buffer', () => {
    const slab = createSlab(SMALL);
    expect(slabSlots(slab)).toBe(5);
    expect(new SlotRings(slab, 4).ingress.bytes.length).toBe(256);
    expect(new SlotRings(slab, 4).egress.bytes.length).toBe(1024);
    expect(slabFlagWords(createSlab({ ...SMALL, slots: 33 })).length).toBe(2);
  });

  test('keeps all rings apart: writing one from end to end changes no other, nor who serves a slot', () => {
    const slab = createSlab(SMALL);
    const views = Array.from({ length: 5 }, (_, slot) => new SlotRings(slab, slot));
    const rings = views.flatMap((view) => [view.ingress, view.egress]);
    views.forEach((view, slot) => {
      view.workerIndex = slot + 10;
    });
    slabFlagWords(slab).fill(0x55555555);
    rings.forEach((ring, i) => {
      ring.tryWrite(i + 1, new Uint8Array([i]));
      ring.bytes.fill(i + 1, 64);
    });
    rings.forEach((ring, i) => {
      expect(ring.bytes.subarray(64).every((byte) => byte === i + 1)).toBe(true);
      expect(ring.next()).toBe(true);
      expect([ring.type, ring.bytes[ring.offset]]).toEqual([i + 1, i]);
      expect(ring.depthBytes).toBe(16);
    });
    expect(views.map((view) => view.workerIndex)).toEqual([10, 11, 12, 13, 14]);
    expect(slabFlagWords(slab)[0]).toBe(0x55555555);
    expect(slabSlots(slab)).toBe(5);
  });

  test('puts what different threads write on different cache lines', () => {
    const slab = createSlab(SMALL);
    const offsets = Array.from({ length: 5 }, (_, slot) => new SlotRings(slab, slot)).flatMap((view) => [
      view.ingress.bytes.byteOffset,
      view.egress.bytes.byteOffset,
    ]);
    for (const offset of [...offsets, slabFlagWords(slab).byteOffset]) expect(offset % 128).toBe(0);
  });

  test('of impossible sizes, or a slot outside it, is our own mistake', () => {
    expect(() => createSlab({ ...SMALL, slots: 0 })).toThrow('slot');
    expect(() => createSlab({ ...SMALL, ingressBytes: 1000 })).toThrow('power of two');
    expect(() => new SlotRings(createSlab(SMALL), 5)).toThrow('inside the slab');
    expect(() => new SlotRings(createSlab(SMALL), -1)).toThrow('inside the slab');
    expect(() => slabSlots(new SharedArrayBuffer(1024))).toThrow('createSlab');
  });
});

describe('a slot', () => {
  test('is nobody’s until a worker takes it, and again after a reset', () => {
    const slab = createSlab(SMALL);
    const main = new SlotRings(slab, 2);
    expect(main.workerIndex).toBe(-1);
    new SlotRings(slab, 2).workerIndex = 3;
    expect(main.workerIndex).toBe(3);
    main.reset();
    expect(main.workerIndex).toBe(-1);
  });

  test('used for a second call carries nothing over, and a worker left over from the first cannot disturb it', () => {
    const slab = createSlab(SMALL);
    const main = new SlotRings(slab, 0);
    const firstCall = new SlotRings(slab, 0);
    main.ingress.tryWriteText(2, 'first caller');
    firstCall.egress.tryWriteText(1, 'first answer');
    main.reset();
    const secondCall = new SlotRings(slab, 0);
    expect(secondCall.ingress.next()).toBe(false);
    expect(main.egress.next()).toBe(false);
    expect(firstCall.egress.tryWriteText(1, 'late answer')).toBe(false);
    main.ingress.tryWriteText(2, 'second caller');
    expect(firstCall.ingress.next()).toBe(false);
    expect(secondCall.ingress.next()).toBe(true);
    const { bytes, offset, length } = secondCall.ingress;
    expect(Buffer.from(bytes.subarray(offset, offset + length)).toString()).toBe('second caller');
    secondCall.egress.tryWriteText(1, 'second answer');
    expect(main.egress.next()).toBe(true);
  });
});
