// Worker -> sockets: sends what the workers wrote into the egress rings, in order, and closes a socket when told to.
// Never queues by itself. A socket that is backed up loses media, which has a deadline; marks and clears still go out,
// because the conversation depends on them. When this thread is late, it is here that callers hear it, and here that it
// is counted: the worker handed its audio over in time and can't know.

import { BYTES_PER_MS } from '../../audio_format.js';
import { nowMs } from '../../clock.js';
import type { ThreadMetrics } from '../../metrics/shared_metrics.js';
import { EGRESS } from '../../threads/record_types.js';
import type { SlotRings } from '../../threads/slab.js';
import type { SlotFlags } from '../../threads/slot_flags.js';
import type { SpscRing } from '../../threads/spsc_ring.js';
import { SEND_DROPPED, type ServerSocket } from '../http/transport.js';

/** What the pump needs of a media socket. */
export type EgressSocket = Pick<ServerSocket, 'getBufferedAmount' | 'send' | 'cork'>;

/** About 5 s of mu-law in base64 and JSON: a caller who is that far behind hears nothing sensible any more. */
export const SOCKET_BUFFERED_BYTES_MAX = 80_000;
/** Where `{"event":"media"` differs from `{"event":"mark"` and `{"event":"clear"`. */
const KIND_AT = 11;
const KIND_MEDIA = 'e'.charCodeAt(0);
const KIND_CLEAR = 'l'.charCodeAt(0);
/** What a media message has around its base64, for a Twilio streamSid of 34 characters (twilio/media_wire.ts). */
const AROUND_PAYLOAD_BYTES = 89;
const MS_PER_CHARACTER = 3 / 4 / BYTES_PER_MS;
/** Shorter holes are in the precision of the stamps, and nobody hears them. */
const HOLE_MS_MIN = 5;

export interface EgressPumpOptions {
  /** By slot. */
  rings: readonly SlotRings[];
  flags: SlotFlags;
  metrics: ThreadMetrics;
  /** The open socket of a slot, or null. */
  socketOf(slot: number): EgressSocket | null;
  /** The worker wants the socket closed; everything before was sent. */
  onClose(slot: number): void;
}

export class EgressPump {
  readonly #options: EgressPumpOptions;
  #slot = 0;
  #socket: EgressSocket | null = null;
  #closeWanted = false;
  #nowMs = 0;
  /** By slot: until when the caller has audio to hear. */
  readonly #playEndMs: Float64Array;
  /** By slot: since when the rest of a reply is missing whose worker died; NaN = none is. */
  readonly #cutAtMs: Float64Array;

  constructor(options: EgressPumpOptions) {
    this.#options = options;
    this.#playEndMs = new Float64Array(options.rings.length);
    this.#cutAtMs = new Float64Array(options.rings.length).fill(Number.NaN);
  }

  /** Sends for every slot that was marked: call it whenever the main thread's doorbell rings. */
  readonly pump = (): void => this.#options.flags.take(this.drain);

  /** Engine clock until which the slot's caller has sound to hear; in the past = there is none. */
  playEndMs(slot: number): number {
    return this.#playEndMs[slot];
  }

  /** The slot's worker died in the middle of a reply: how long the caller waits for its rest is measured. */
  awaitRest(slot: number): void {
    // Nothing is with Twilio when a pause took it back: then the silence was wanted until now.
    this.#cutAtMs[slot] = this.#playEndMs[slot] > 0 ? this.#playEndMs[slot] : nowMs();
  }

  /** The slot's call is over, and with it everything that is known of its sound. */
  forget(slot: number): void {
    this.#playEndMs[slot] = 0;
    this.#cutAtMs[slot] = Number.NaN;
  }

  /** Sends everything a slot's ring holds now. Without a socket it is thrown away. */
  readonly drain = (slot: number): void => {
    const ring = this.#options.rings[slot].egress;
    if (!ring.hasUnread) return;
    this.#slot = slot;
    this.#socket = this.#options.socketOf(slot);
    this.#closeWanted = false;
    this.#nowMs = nowMs();
    // Corked: one system call for all that is waiting, and no closure for each turn.
    if (this.#socket === null) this.#sendAll();
    else this.#socket.cork(this.#sendAll);
    this.#socket = null;
    if (this.#closeWanted) this.#options.onClose(slot);
  };

  readonly #sendAll = (): void => {
    const ring = this.#options.rings[this.#slot].egress;
    while (ring.next()) {
      if (ring.type === EGRESS.CLOSE) this.#closeWanted = true;
      else if (ring.type === EGRESS.MESSAGE && this.#socket !== null && !this.#closeWanted) {
        this.#send(this.#socket, ring);
      }
    }
    ring.release();
  };

  #send(socket: EgressSocket, { bytes, offset, length, stampMs }: SpscRing): void {
    const kind = length > KIND_AT ? bytes[offset + KIND_AT] : 0;
    if (kind === KIND_MEDIA && socket.getBufferedAmount() > SOCKET_BUFFERED_BYTES_MAX) {
      this.#options.metrics.add('socket_dropped');
      return;
    }
    // A view over the shared memory: `send` copies it before it returns. (Handing over the SharedArrayBuffer itself has
    // crashed in uWebSockets.js, its issue 495; egress_pump.test.ts sends views through a real socket.) That it was
    // buffered is no reason to stop; only what was dropped counts.
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
    if (socket.send(view, false) === SEND_DROPPED) this.#options.metrics.add('socket_dropped');
    else if (kind === KIND_MEDIA) this.#account(length, stampMs);
    // What was not played is thrown away: the caller hears nothing, and shall.
    else if (kind === KIND_CLEAR) this.#playEndMs[this.#slot] = 0;
  }

  #account(length: number, stampMs: number): void {
    const { metrics } = this.#options;
    // The difference of two 32-bit stamps, signed: what a worker wrote while this drain ran is younger than its time.
    const ageMs = Math.max(0, ((this.#nowMs >>> 0) - stampMs) | 0);
    metrics.observe('egress_delay_ms', ageMs);
    const endMs = this.#playEndMs[this.#slot];
    const cutAtMs = this.#cutAtMs[this.#slot];
    if (!Number.isNaN(cutAtMs)) {
      metrics.observe('moved_gap_ms', Math.max(0, this.#nowMs - cutAtMs));
      this.#cutAtMs[this.#slot] = Number.NaN;
    }
    // Written while there was still something to hear, sent when there was not: this thread's fault.
    if (this.#nowMs - endMs > HOLE_MS_MIN && this.#nowMs - ageMs <= endMs) metrics.add('underruns');
    this.#playEndMs[this.#slot] = Math.max(endMs, this.#nowMs) + (length - AROUND_PAYLOAD_BYTES) * MS_PER_CHARACTER;
  }
}
