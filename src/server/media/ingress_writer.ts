// Main thread -> worker: puts media messages and control records into the calls' ingress rings. The hot half copies
// bytes and does nothing else; the worker finds them at its next beat. Control records ring the worker's doorbell.

import type { ThreadMetrics } from '../../metrics/shared_metrics.js';
import { Doorbell } from '../../threads/doorbell.js';
import { INGRESS } from '../../threads/record_types.js';
import type { SlotRings } from '../../threads/slab.js';

const RETRY_MS = 20;

interface WaitingRecord {
  slot: number;
  type: number;
  text: string;
}

export class IngressWriter {
  readonly #rings: readonly SlotRings[];
  readonly #doorbells: SharedArrayBuffer;
  readonly #metrics: ThreadMetrics;
  readonly #bells: Doorbell[] = [];
  /** Control records that met a full ring. At most a few for each call: open, closed, hang up. */
  #waiting: WaitingRecord[] = [];
  #retryTimer: NodeJS.Timeout | null = null;

  /** @param rings by slot; the same objects that `reset()` is called on */
  constructor(rings: readonly SlotRings[], doorbells: SharedArrayBuffer, metrics: ThreadMetrics) {
    this.#rings = rings;
    this.#doorbells = doorbells;
    this.#metrics = metrics;
  }

  /** One text message from Twilio, as it came. Copies, allocates nothing. */
  message(slot: number, message: Uint8Array): void {
    // Full ring: this message is lost. A producer may not move the reader's index, and 20 ms can be concealed.
    if (!this.#rings[slot].ingress.tryWrite(INGRESS.MESSAGE, message)) {
      this.#metrics.add('ring_dropped_ingress');
    }
  }

  /** A binary message came. May be lost like any message: a sender of thousands of them may not fill our memory. */
  binary(slot: number): void {
    if (!this.#rings[slot].ingress.tryWriteText(INGRESS.BINARY, '')) this.#metrics.add('ring_dropped_ingress');
  }

  /** A control record; it is never lost: when the ring is full it is tried again until the slot is reset. */
  control(slot: number, type: number, text = ''): void {
    if (!this.#rings[slot].ingress.tryWriteText(type, text)) {
      this.#waiting.push({ slot, type, text });
      this.#retryTimer ??= setTimeout(() => this.#retry(), RETRY_MS);
    }
    this.#ringWorkerOf(slot);
  }

  /** The slot's call is over: what still waits for its ring has no addressee. */
  forget(slot: number): void {
    this.#waiting = this.#waiting.filter((record) => record.slot !== slot);
  }

  #retry(): void {
    this.#retryTimer = null;
    const records = this.#waiting;
    this.#waiting = [];
    for (const { slot, type, text } of records) this.control(slot, type, text);
  }

  #ringWorkerOf(slot: number): void {
    const index = this.#rings[slot].workerIndex;
    // No worker yet: it reads the ring when it takes the call up.
    if (index < 0) return;
    this.#bells[index] ??= new Doorbell(this.#doorbells, index + 1);
    this.#bells[index].ring();
  }
}
