import { describe, expect, test } from 'vitest';
import { nowMs } from '../../src/clock.js';
import { isRingSize, RECORD_HEADER_BYTES, RING_CONTROL_BYTES, SpscRing } from '../../src/threads/spsc_ring.js';
import { checkRecord, fillRecord, recordType, seededRandom } from './random_records.js';

const CANARY_BYTES = 256;
const TAIL_WORD = 32;
const HEAD_WORD = 64;

/** A ring in the middle of memory that must not change, with two handles as two threads would have them. */
function makeRing(sizeBytes: number) {
  const memory = new SharedArrayBuffer(CANARY_BYTES + RING_CONTROL_BYTES + sizeBytes + CANARY_BYTES);
  const before = new Uint8Array(memory, 0, CANARY_BYTES).fill(0xa5);
  const after = new Uint8Array(memory, CANARY_BYTES + RING_CONTROL_BYTES + sizeBytes, CANARY_BYTES).fill(0xa5);
  const open = () => new SpscRing(memory, CANARY_BYTES, CANARY_BYTES + RING_CONTROL_BYTES, sizeBytes);
  return {
    writer: open(),
    reader: open(),
    open,
    control: new Int32Array(memory, CANARY_BYTES, RING_CONTROL_BYTES / 4),
    words: new Int32Array(memory, CANARY_BYTES + RING_CONTROL_BYTES, sizeBytes / 4),
    canariesAlive: () => before.every((byte) => byte === 0xa5) && after.every((byte) => byte === 0xa5),
  };
}

const bytesOf = (...values: number[]) => Uint8Array.from(values);
const payload = (ring: SpscRing) => [...ring.bytes.subarray(ring.offset, ring.offset + ring.length)];

function drain(ring: SpscRing): { type: number; payload: number[] }[] {
  const records = [];
  while (ring.next()) records.push({ type: ring.type, payload: payload(ring) });
  ring.release();
  return records;
}

describe('records', () => {
  test('come out as they went in, in order, also empty ones', () => {
    const { writer, reader } = makeRing(1024);
    expect(writer.tryWrite(1, bytesOf(10, 20, 30))).toBe(true);
    expect(writer.tryWrite(255, bytesOf())).toBe(true);
    expect(writer.tryWriteText(7, '{"event":"stop"}')).toBe(true);
    expect(drain(reader)).toEqual([
      { type: 1, payload: [10, 20, 30] },
      { type: 255, payload: [] },
      { type: 7, payload: [...Buffer.from('{"event":"stop"}')] },
    ]);
    expect(reader.next()).toBe(false);
  });

  test.each([
    [0, 4, [1, 2, 3, 4]],
    [1, 2, [2, 3]],
    [3, 1, [4]],
    [4, 0, []],
    [2, undefined, [3, 4]],
    [undefined, 2, [1, 2]],
  ])('a part of a source (offset %s, length %s) is written', (offset, length, expected) => {
    const { writer, reader } = makeRing(256);
    writer.tryWrite(1, bytesOf(1, 2, 3, 4), offset, length);
    expect(drain(reader)).toEqual([{ type: 1, payload: expected }]);
  });

  test('do not change when the memory they were copied from is reused', () => {
    const { writer, reader } = makeRing(256);
    const lent = new Uint8Array(new ArrayBuffer(16), 8, 3).fill(1);
    writer.tryWrite(1, lent);
    lent.fill(9);
    expect(drain(reader)).toEqual([{ type: 1, payload: [1, 1, 1] }]);
  });

  test('carry the time of their writing', () => {
    const { writer, reader } = makeRing(256);
    const before = nowMs() >>> 0;
    writer.tryWrite(1, bytesOf(1));
    const after = nowMs() >>> 0;
    reader.next();
    expect((reader.stampMs - before) >>> 0).toBeLessThanOrEqual((after - before) >>> 0);
    expect(reader.stampMs).toBe(reader.stampMs >>> 0);
  });

  test('carry the time that the producer gives them, as whole milliseconds modulo 2^32', () => {
    const { writer, reader } = makeRing(256);
    writer.tryWrite(1, bytesOf(1), 0, 1, 2 ** 33 + 5.9);
    writer.reserve(1, 1);
    writer.commit(1, 2 ** 32 - 1);
    reader.next();
    expect(reader.stampMs).toBe(5);
    reader.next();
    expect(reader.stampMs).toBe(2 ** 32 - 1);
  });

  test('a part that lies outside its source is our own mistake', () => {
    const { writer } = makeRing(256);
    expect(() => writer.tryWrite(1, bytesOf(1, 2), 1, 2)).toThrow('inside its source');
    expect(() => writer.tryWrite(0, bytesOf(1))).toThrow('type');
    expect(() => writer.tryWrite(256, bytesOf(1))).toThrow('type');
  });
});

describe('a full ring', () => {
  test('refuses the record, keeps what it has, and takes it once the reader has released', () => {
    const { writer, reader } = makeRing(64);
    const record = new Uint8Array(8).fill(3);
    let written = 0;
    while (writer.tryWrite(1, record)) written++;
    expect(written).toBe(64 / (RECORD_HEADER_BYTES + 8));
    expect(writer.depthBytes).toBe(64);
    reader.next();
    expect(writer.tryWrite(1, record), 'read, but not given back').toBe(false);
    expect(payload(reader)).toEqual([...record]);
    reader.release();
    expect(writer.tryWrite(1, record)).toBe(true);
    expect(writer.tryWrite(1, record)).toBe(false);
    expect(drain(reader)).toHaveLength(written);
    expect(reader.isEmpty).toBe(true);
  });

  test('the reader knows without asking twice whether there is something to read', () => {
    const { writer, reader } = makeRing(64);
    expect(reader.hasUnread).toBe(false);
    writer.tryWrite(1, bytesOf(1));
    expect([reader.hasUnread, reader.next(), reader.hasUnread]).toEqual([true, true, false]);
    // Read is enough: whether it was given back is the writer's business.
    expect(reader.isEmpty).toBe(false);
    writer.tryWrite(1, bytesOf(2));
    expect(reader.hasUnread).toBe(true);
    drain(reader);
    expect([reader.hasUnread, reader.isEmpty]).toEqual([false, true]);
  });

  test('a record as long as allowed fits an empty ring wherever its indexes stand', () => {
    for (let position = 0; position < 256; position += 8) {
      const { writer, reader } = makeRing(256);
      for (let i = 0; i < position; i += 8) {
        writer.tryWrite(1, bytesOf());
        drain(reader);
      }
      expect(writer.tryWrite(2, new Uint8Array(writer.maxPayloadBytes).fill(7)), `at ${position}`).toBe(true);
      expect(drain(reader)).toEqual([{ type: 2, payload: new Array(writer.maxPayloadBytes).fill(7) }]);
    }
  });

  test('a record that would never fit is refused, and leaves the ring as it was', () => {
    const { writer, reader } = makeRing(256);
    expect(writer.tryWrite(1, new Uint8Array(writer.maxPayloadBytes + 1))).toBe(false);
    expect(writer.tryWriteText(1, 'x'.repeat(1000))).toBe(false);
    expect(writer.reserve(1, 100_000)).toBe(-1);
    expect(reader.next()).toBe(false);
    expect(writer.tryWrite(1, bytesOf(1))).toBe(true);
  });
});

describe('building a record in place', () => {
  test('publishes only at commit, and only what was built', () => {
    const { writer, reader } = makeRing(1024);
    const at = writer.reserve(3, 400);
    writer.bytes.set([5, 6, 7], at);
    expect(reader.next()).toBe(false);
    writer.commit(3);
    expect(writer.depthBytes).toBe(16);
    expect(drain(reader)).toEqual([{ type: 3, payload: [5, 6, 7] }]);
  });

  test('a reservation given up leaves nothing behind, also across the end of the ring', () => {
    const { writer, reader } = makeRing(128);
    writer.tryWrite(1, new Uint8Array(50));
    writer.tryWrite(1, new Uint8Array(30));
    drain(reader);
    expect(writer.reserve(2, 40)).toBe(RECORD_HEADER_BYTES);
    expect(reader.next()).toBe(false);
    expect(writer.tryWrite(4, bytesOf(1))).toBe(true);
    expect(drain(reader)).toEqual([{ type: 4, payload: [1] }]);
  });

  test('committing nothing reserved, twice, or more than reserved is our own mistake', () => {
    const { writer } = makeRing(256);
    expect(() => writer.commit(0)).toThrow('follows reserve');
    writer.reserve(1, 8);
    expect(() => writer.commit(9)).toThrow('keeps to its reservation');
    writer.commit(8);
    expect(() => writer.commit(8)).toThrow('follows reserve');
  });
});

describe.each([
  ['small ring', 64, 1],
  ['ring of odd traffic', 512, 2],
  ['ring as in production', 32768, 3],
])('%s under random traffic', (_name, sizeBytes, seed) => {
  test('loses, repeats, reorders and tears nothing, and stays inside its memory', () => {
    const { writer, reader, canariesAlive } = makeRing(sizeBytes);
    const random = seededRandom(seed);
    const lengthMax = writer.maxPayloadBytes;
    const source = new Uint8Array(lengthMax);
    let written = 0;
    let read = 0;
    let refused = 0;
    for (let step = 0; step < 30_000; step++) {
      const choice = random();
      if (choice < 0.35) {
        const length = fillRecord(source, seed, written, lengthMax);
        if (writer.tryWrite(recordType(seed, written), source, 0, length)) written++;
        else refused++;
      } else if (choice < 0.5) {
        const length = fillRecord(source, seed, written, lengthMax);
        const spare = Math.floor(random() * 64);
        const at = writer.reserve(recordType(seed, written), Math.min(lengthMax, length + spare));
        if (at < 0) refused++;
        else if (random() < 0.9) {
          writer.bytes.set(source.subarray(0, length), at);
          writer.commit(length);
          written++;
        }
      } else if (choice < 0.9) {
        if (reader.next()) {
          expect(reader.offset + reader.length).toBeLessThanOrEqual(sizeBytes);
          expect(checkRecord(reader.bytes, reader.offset, reader.length, reader.type, seed, lengthMax)).toBe(read);
          read++;
        }
      } else reader.release();
    }
    while (reader.next()) {
      expect(checkRecord(reader.bytes, reader.offset, reader.length, reader.type, seed, lengthMax)).toBe(read);
      read++;
    }
    reader.release();
    expect(read).toBe(written);
    expect(written).toBeGreaterThan(3000);
    expect(refused, 'the full ring was part of it').toBeGreaterThan(sizeBytes > 10_000 ? 0 : 100);
    expect(reader.isEmpty).toBe(true);
    expect(canariesAlive()).toBe(true);
  });
});

describe('32-bit byte counts', () => {
  test.each([
    ['signed', 0x7fffffc0 | 0],
    ['unsigned', -64],
  ])('overflow (%s) without anyone noticing', (_name, start) => {
    const { open, control } = makeRing(128);
    control[TAIL_WORD] = control[HEAD_WORD] = start;
    const writer = open();
    const reader = open();
    for (let i = 0; i < 100; i++) {
      expect(writer.tryWrite(1, bytesOf(i, i))).toBe(true);
      if (i % 3 === 0) expect(writer.tryWrite(2, new Uint8Array(i % 40))).toBe(true);
      expect(drain(reader)[0].payload).toEqual([i, i]);
    }
  });
});

describe('reuse for the next call', () => {
  test('nothing of the call before can be read: not as a record, not as bytes', () => {
    const { writer, reader } = makeRing(256);
    for (let i = 0; i < 5; i++) writer.tryWrite(1, new Uint8Array(20).fill(0xcc));
    reader.next();
    writer.reset();
    expect(writer.isEmpty).toBe(true);
    expect(writer.bytes.every((byte) => byte === 0)).toBe(true);
    expect(drain(writer)).toEqual([]);
  });

  test('a handle of the call before is dead: it neither writes, reads nor moves an index', () => {
    const { writer: main, reader: late, open } = makeRing(256);
    main.tryWrite(1, bytesOf(1));
    late.next();
    main.reset();
    main.tryWrite(2, bytesOf(2));
    expect(late.next()).toBe(false);
    late.release();
    expect(late.tryWrite(3, bytesOf(3))).toBe(false);
    expect(late.reserve(3, 1)).toBe(-1);
    expect(drain(open())).toEqual([{ type: 2, payload: [2] }]);
  });

  test('a handle that attaches again, and a new one, see the new call only', () => {
    const { writer: main, reader: worker, open } = makeRing(256);
    for (let i = 0; i < 7; i++) main.tryWrite(1, bytesOf(i));
    while (worker.next());
    main.reset();
    worker.attach();
    expect(worker.next()).toBe(false);
    main.tryWrite(1, bytesOf(42));
    expect(drain(worker)).toEqual([{ type: 1, payload: [42] }]);
    main.tryWrite(1, bytesOf(43));
    expect(drain(open())).toEqual([{ type: 1, payload: [43] }]);
  });
});

describe('a corrupt header', () => {
  test.each([
    ['a record beyond what was written', (words: Int32Array) => (words[0] = (100 << 8) | 1)],
    ['a pad that does not end at the end', (words: Int32Array) => (words[0] = (16 << 8) | 0)],
    ['a pad in place of a record', (words: Int32Array) => (words[0] = words[0] & ~0xff)],
  ])('(%s) stops the reader instead of leading it astray', (_name, corrupt) => {
    const { writer, reader, words } = makeRing(256);
    writer.tryWrite(1, new Uint8Array(8));
    corrupt(words);
    expect(() => reader.next()).toThrow('corrupt ring');
  });
});

test.each([
  [64, true],
  [65536, true],
  [2 ** 30, true],
  [32, false],
  [100, false],
  [2 ** 31, false],
  [64.5, false],
  [Number.NaN, false],
])('a ring of %d bytes: %s', (size, allowed) => {
  expect(isRingSize(size)).toBe(allowed);
  if (!allowed) expect(() => new SpscRing(new SharedArrayBuffer(4096), 0, 384, size)).toThrow('power of two');
});
