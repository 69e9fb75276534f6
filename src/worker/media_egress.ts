// The way out to Twilio: writes a call's messages into its egress ring, ready to be sent as they are. What is sent, and
// when, is playout.ts. No allocation per media message.

import type { Dsp } from '../audio/kernels/addon.js';
import { MULAW_SILENCE } from '../audio_format.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { EGRESS } from '../threads/record_types.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import { clearMessage, markMessage, mediaPrefix } from '../twilio/media_wire.js';
import type { ByteQueue } from './byte_queue.js';

/** A ring that stays full this long has no reader any more. */
const BACKLOG_MAX = 64;
/** JSON around the payload, with the longest streamSid Twilio makes. */
const MESSAGE_OVERHEAD_BYTES = 160;

/** Scratch that all calls of a worker share. */
export class EgressBuffers {
  readonly mulaw = new Uint8Array(1 << 13);
  #front = this.mulaw;

  /** The first `count` bytes. Nearly all messages are of one size, so the view is nearly always there. */
  front(count: number): Uint8Array {
    if (this.#front.length !== count) this.#front = this.mulaw.subarray(0, count);
    return this.#front;
  }
}

export class MediaEgress {
  readonly #ring: SpscRing;
  readonly #dsp: Dsp;
  readonly #metrics: ThreadMetrics;
  readonly #buffers: EgressBuffers;
  readonly #onDirty: () => void;
  #prefix: Uint8Array | null = null;
  #streamSid = '';
  /** Marks and clears that met a full ring. They may be late, never lost: a lost clear is an agent that talks on. */
  readonly #backlog: string[] = [];
  #ringWasFull = false;

  /** @param onDirty something is in the ring */
  constructor(ring: SpscRing, dsp: Dsp, metrics: ThreadMetrics, buffers: EgressBuffers, onDirty: () => void) {
    this.#ring = ring;
    this.#dsp = dsp;
    this.#metrics = metrics;
    this.#buffers = buffers;
    this.#onDirty = onDirty;
  }

  /** The stream is known: from now on there is somewhere to send to. */
  open(streamSid: string): void {
    this.#streamSid = streamSid;
    this.#prefix = mediaPrefix(streamSid);
  }

  /** Between `open` and `close`. */
  get isOpen(): boolean {
    return this.#prefix !== null;
  }

  /** Mu-law of the message that `media` wrote last, until the next one of any call; `count` = all of it. */
  sentMulaw(count: number): Uint8Array {
    return this.#buffers.front(count);
  }

  /** Writes what met a full ring before; false = there is still no room for it, so nothing else may go out. */
  flush(): boolean {
    while (this.#backlog.length > 0) {
      if (!this.#ring.tryWriteText(EGRESS.MESSAGE, this.#backlog[0])) return false;
      this.#backlog.shift();
      this.#onDirty();
    }
    return true;
  }

  /**
   * Sends `count` bytes from the front of `queue`, filled up with silence to `paddedCount`. False = the ring is full:
   * nothing was taken, nothing is lost, try again later.
   */
  media(queue: ByteQueue, count: number, paddedCount: number): boolean {
    const ring = this.#ring;
    const at = ring.reserve(EGRESS.MESSAGE, MESSAGE_OVERHEAD_BYTES + Math.ceil(paddedCount / 3) * 4);
    if (at < 0) {
      if (!this.#ringWasFull) this.#metrics.add('egress_held');
      this.#ringWasFull = true;
      return false;
    }
    this.#ringWasFull = false;
    const { mulaw } = this.#buffers;
    queue.take(mulaw, 0, count);
    if (paddedCount > count) mulaw.fill(MULAW_SILENCE, count, paddedCount);
    ring.commit(this.#dsp.buildMedia(this.#prefix!, mulaw, 0, paddedCount, ring.bytes, at));
    this.#onDirty();
    return true;
  }

  /** Twilio sends the name back when it has played all that went out before. */
  mark(name: string): void {
    this.#write(markMessage(this.#streamSid, name));
  }

  /** Twilio drops what it has not played yet. */
  clear(): void {
    this.#write(clearMessage(this.#streamSid));
  }

  /** Closes the media socket after everything written so far. */
  close(): void {
    if (!this.#ring.tryWriteText(EGRESS.CLOSE, '')) this.#metrics.add('ring_dropped_egress');
    this.#prefix = null;
    this.#onDirty();
  }

  #write(message: string): void {
    if (this.#backlog.length > 0 || !this.#ring.tryWriteText(EGRESS.MESSAGE, message)) {
      if (this.#backlog.length < BACKLOG_MAX) this.#backlog.push(message);
      else this.#metrics.add('ring_dropped_egress');
    }
    this.#onDirty();
  }
}
