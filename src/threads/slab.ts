// Where everything lies in the one SharedArrayBuffer that calls are carried over, the "slab". Allocated once, kept for
// the life of the process, self-describing, so that a worker needs only the buffer. How a ring works is spsc_ring.ts.
//
//   | header 128 | egress-dirty bits, one for each slot | slot 0 | slot 1 | …
//   slot: | worker index, said so far 128 | ingress control | egress control | ingress data | egress data |

import { assert } from '../assert.js';
import { SAID_WORDS, SaidSoFar } from './said_so_far.js';
import { isRingSize, RING_CONTROL_BYTES, SpscRing } from './spsc_ring.js';

export interface SlabOptions {
  /** Calls at once. */
  slots: number;
  /** Data bytes of each main-to-worker ring, a power of two. A second of Twilio media messages is about 20 KiB. */
  ingressBytes: number;
  /** Data bytes of each worker-to-main ring, a power of two. */
  egressBytes: number;
}

const LINE_BYTES = 128;
const MAGIC = 0x52696e67; // 'Ring'
const HEADER = { MAGIC: 0, SLOTS: 1, INGRESS_BYTES: 2, EGRESS_BYTES: 3, FLAGS_OFFSET: 4, SLOTS_OFFSET: 5, STRIDE: 6 };
const NO_WORKER = -1;

/** Allocates and describes a slab; every slot is empty and belongs to no worker. Bad sizes are our own mistake. */
export function createSlab(options: SlabOptions): SharedArrayBuffer {
  const { slots, ingressBytes, egressBytes } = options;
  assert(Number.isInteger(slots) && slots > 0, 'a slab has at least one slot');
  assert(isRingSize(ingressBytes) && isRingSize(egressBytes), 'a ring size is a power of two from 64 to 2^30');
  const flagsOffset = LINE_BYTES;
  const slotsOffset = flagsOffset + alignUp(Math.ceil(slots / 32) * 4);
  const stride = alignUp(LINE_BYTES + 2 * RING_CONTROL_BYTES + ingressBytes + egressBytes);
  const slab = new SharedArrayBuffer(slotsOffset + slots * stride);
  const header = new Float64Array(slab, 0, LINE_BYTES / 8);
  header[HEADER.SLOTS] = slots;
  header[HEADER.INGRESS_BYTES] = ingressBytes;
  header[HEADER.EGRESS_BYTES] = egressBytes;
  header[HEADER.FLAGS_OFFSET] = flagsOffset;
  header[HEADER.SLOTS_OFFSET] = slotsOffset;
  header[HEADER.STRIDE] = stride;
  header[HEADER.MAGIC] = MAGIC;
  for (let slot = 0; slot < slots; slot++) new SlotRings(slab, slot).forgetWorker();
  return slab;
}

/** Number of slots in a slab. */
export function slabSlots(slab: SharedArrayBuffer): number {
  return readHeader(slab)[HEADER.SLOTS];
}

/** The slab's egress-dirty bits as 32-bit words: slot `s` is bit `s % 32` of word `s / 32`. For slot_flags.ts. */
export function slabFlagWords(slab: SharedArrayBuffer): Int32Array {
  const header = readHeader(slab);
  return new Int32Array(slab, header[HEADER.FLAGS_OFFSET], Math.ceil(header[HEADER.SLOTS] / 32));
}

/**
 * One thread's view of one slot. Make it when the call begins, in both threads: after `reset()` views made earlier
 * are dead (see SpscRing).
 */
export class SlotRings {
  /** Main thread writes, worker reads. */
  readonly ingress: SpscRing;
  /** Worker writes, main thread reads. */
  readonly egress: SpscRing;
  /** What of the reply under way was handed over. */
  readonly said: SaidSoFar;
  readonly #words: Int32Array;

  constructor(
    slab: SharedArrayBuffer,
    readonly slot: number,
  ) {
    const header = readHeader(slab);
    assert(Number.isInteger(slot) && slot >= 0 && slot < header[HEADER.SLOTS], 'a slot lies inside the slab');
    const ingressBytes = header[HEADER.INGRESS_BYTES];
    const base = header[HEADER.SLOTS_OFFSET] + slot * header[HEADER.STRIDE];
    const controls = base + LINE_BYTES;
    const data = controls + 2 * RING_CONTROL_BYTES;
    this.#words = new Int32Array(slab, base, 1);
    this.said = new SaidSoFar(new Int32Array(slab, base + 4, SAID_WORDS));
    this.ingress = new SpscRing(slab, controls, data, ingressBytes);
    this.egress = new SpscRing(slab, controls + RING_CONTROL_BYTES, data + ingressBytes, header[HEADER.EGRESS_BYTES]);
  }

  /** Worker that serves this slot, so that the main thread knows whose bell to ring; -1 = none yet. */
  get workerIndex(): number {
    return Atomics.load(this.#words, 0);
  }
  set workerIndex(index: number) {
    Atomics.store(this.#words, 0, index);
  }

  /** Main thread, when the slot's worker is gone: nobody's bell is rung until the next one has taken the slot up. */
  forgetWorker(): void {
    this.workerIndex = NO_WORKER;
    this.said.clear();
  }

  /** Main thread, before the slot's next call: both rings empty and wiped, no worker, older views dead. */
  reset(): void {
    this.forgetWorker();
    this.ingress.reset();
    this.egress.reset();
  }
}

function readHeader(slab: SharedArrayBuffer): Float64Array {
  const header = new Float64Array(slab, 0, LINE_BYTES / 8);
  assert(header[HEADER.MAGIC] === MAGIC, 'a slab comes from createSlab');
  return header;
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES;
}
