// The other thread of the ring benches: counts what comes through the ring and through its port, and notes when it was
// woken. Also describes the memory that both threads share.

import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { nowMs } from '../../src/clock.js';
import { createDoorbells, Doorbell } from '../../src/threads/doorbell.js';
import { RING_CONTROL_BYTES, SpscRing } from '../../src/threads/spsc_ring.js';

export const MAIN_BELL = 0;
export const WORKER_BELL = 1;

export interface PeerSetup {
  purpose: 'ring bench peer';
  ring: SharedArrayBuffer;
  ringBytes: number;
  /** Of the doorbell's listener. */
  restMs: number;
  bells: SharedArrayBuffer;
  /** `nowMs()` at which the thread was last woken. */
  wokenAt: SharedArrayBuffer;
}
export interface PeerAnswer {
  /** Of the lengths and first bytes of all messages since `expect`. */
  sum: number;
}

export function makePeerSetup(ringBytes: number, restMs: number): PeerSetup {
  return {
    purpose: 'ring bench peer',
    ring: new SharedArrayBuffer(RING_CONTROL_BYTES + ringBytes),
    ringBytes,
    restMs,
    bells: createDoorbells(2),
    wokenAt: new SharedArrayBuffer(8),
  };
}

function serve(setup: PeerSetup): void {
  const ring = new SpscRing(setup.ring, 0, RING_CONTROL_BYTES, setup.ringBytes);
  const mainBell = new Doorbell(setup.bells, MAIN_BELL);
  const wokenAt = new Float64Array(setup.wokenAt);
  let awaited = 0;
  let sum = 0;
  const count = (length: number, firstByte: number) => {
    sum += length + firstByte;
    if (--awaited === 0) parentPort?.postMessage({ sum } satisfies PeerAnswer);
  };

  new Doorbell(setup.bells, WORKER_BELL).listen(() => {
    wokenAt[0] = nowMs();
    if (awaited === 0) mainBell.ring();
    while (ring.next()) count(ring.length, ring.bytes[ring.offset]);
    ring.release();
  }, setup);
  parentPort?.on('message', (message: Uint8Array | { expect: number } | 'wake') => {
    wokenAt[0] = nowMs();
    if (message === 'wake') parentPort?.postMessage('woken');
    else if (message instanceof Uint8Array) count(message.length, message[0]);
    else {
      awaited = message.expect;
      sum = 0;
      parentPort?.postMessage('ready');
    }
  });
  parentPort?.postMessage('ready');
}

// Test runners have workers too: only a thread that was started for this serves.
if (!isMainThread && workerData?.purpose === 'ring bench peer') serve(workerData);
