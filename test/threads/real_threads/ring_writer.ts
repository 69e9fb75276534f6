// Worker thread that writes `count` records into a ring as fast as it can: the other thread of ring_threads.test.ts.

import { parentPort, workerData } from 'node:worker_threads';
import { RING_CONTROL_BYTES, SpscRing } from '../../../src/threads/spsc_ring.js';
import { fillRecord, recordType, seededRandom } from '../random_records.js';

export interface RingWriterTask {
  memory: SharedArrayBuffer;
  sizeBytes: number;
  count: number;
  seed: number;
  /** Full ring: write the same record again after a nap, or give it up as the server does. */
  policy: 'wait' | 'drop';
  /** Build the records in the ring instead of copying them there. */
  inPlace: boolean;
  /** [0] becomes 1 when the last record is written, [1] is for napping on. */
  done: Int32Array;
}

const { memory, sizeBytes, count, seed, policy, inPlace, done } = workerData as RingWriterTask;
const ring = new SpscRing(memory, 0, RING_CONTROL_BYTES, sizeBytes);
const lengthMax = ring.maxPayloadBytes;
const source = new Uint8Array(lengthMax);
const random = seededRandom(seed);

function tryWrite(seq: number): boolean {
  const length = fillRecord(source, seed, seq, lengthMax);
  if (!inPlace) return ring.tryWrite(recordType(seed, seq), source, 0, length);
  const at = ring.reserve(recordType(seed, seq), length);
  if (at < 0) return false;
  ring.bytes.set(source.subarray(0, length), at);
  ring.commit(length);
  return true;
}

let lost = 0;
let full = 0;
for (let seq = 0; seq < count; seq++) {
  if (tryWrite(seq)) continue;
  if (policy === 'drop') {
    lost++;
    if (random() < 0.1) Atomics.wait(done, 1, 0, 0.05);
  } else {
    if (++full % 64 === 0) Atomics.wait(done, 1, 0, 0.05);
    seq--;
  }
}
Atomics.store(done, 0, 1);
parentPort?.postMessage(lost);
