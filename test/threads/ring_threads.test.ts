import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nowMs } from '../../src/clock.js';
import { RING_CONTROL_BYTES, SpscRing } from '../../src/threads/spsc_ring.js';
import { type CompiledCode, compile } from '../compiled_code.js';
import { checkRecord } from './random_records.js';
import type { RingWriterTask } from './real_threads/ring_writer.js';

const CANARY_BYTES = 128;
let code: CompiledCode;
beforeAll(async () => {
  code = await compile(['test/threads/real_threads/ring_writer.ts']);
}, 60_000);
afterAll(() => code.remove());

// Every byte of every record is checked here while the writer thread goes on writing.
test.each([
  { name: 'the usual ring', sizeBytes: 65536, count: 150_000, policy: 'wait', inPlace: false },
  { name: 'a ring too small for comfort', sizeBytes: 1024, count: 40_000, policy: 'wait', inPlace: false },
  { name: 'records built in place', sizeBytes: 4096, count: 100_000, policy: 'wait', inPlace: true },
  { name: 'a writer that drops what does not fit', sizeBytes: 4096, count: 150_000, policy: 'drop', inPlace: false },
] as const)(
  '$name: another thread’s records arrive complete, once, in order',
  async (row) => {
    const memory = new SharedArrayBuffer(RING_CONTROL_BYTES + row.sizeBytes + CANARY_BYTES);
    const canary = new Uint8Array(memory, RING_CONTROL_BYTES + row.sizeBytes).fill(0xa5);
    const done = new Int32Array(new SharedArrayBuffer(8));
    const seed = row.sizeBytes + row.count;
    const workerData: RingWriterTask = { ...row, memory, seed, done };
    const worker = new Worker(code.url('test/threads/real_threads/ring_writer.ts'), { workerData });
    const lostMessage = once(worker, 'message');
    const ring = new SpscRing(memory, 0, RING_CONTROL_BYTES, row.sizeBytes);

    let read = 0;
    let missing = 0;
    let expected = 0;
    let idle = 0;
    for (;;) {
      const wasDone = Atomics.load(done, 0) === 1;
      let batch = 0;
      while (ring.next()) {
        const seq = checkRecord(ring.bytes, ring.offset, ring.length, ring.type, seed, ring.maxPayloadBytes);
        if (seq < expected) throw new Error(`record ${seq} came after ${expected - 1}`);
        if ((nowMs() - ring.stampMs) >>> 0 > 60_000) throw new Error(`record ${seq} has no true time`);
        missing += seq - expected;
        expected = seq + 1;
        read++;
        // Batches of all sizes: the writer meets a reader that has given back everything, little, nothing.
        if (++batch % 7 === seq % 13) ring.release();
      }
      ring.release();
      if (wasDone) break;
      if (batch === 0 && ++idle % 64 === 0) Atomics.wait(done, 1, 0, 0.05);
    }
    const [lost] = await lostMessage;
    missing += row.count - expected;
    expect(read + lost).toBe(row.count);
    expect(missing).toBe(lost);
    if (row.policy === 'wait') expect(lost).toBe(0);
    else expect(lost, 'the ring was full at times').toBeGreaterThan(0);
    expect(read).toBeGreaterThan(1000);
    expect(ring.isEmpty).toBe(true);
    expect(canary.every((byte) => byte === 0xa5)).toBe(true);
  },
  60_000,
);
