// Worker -> sockets: sends what the workers wrote into the egress rings, in order, and closes a socket when told to.
// Never queues by itself. A socket that is backed up loses media, which has a deadline; marks and clears still go out,
// because the conversation depends on them.

import type { ThreadMetrics } from '../../metrics/shared_metrics.js';
import { EGRESS } from '../../threads/record_types.js';
import type { SlotRings } from '../../threads/slab.js';
import type { SlotFlags } from '../../threads/slot_flags.js';
import { SEND_DROPPED, type ServerSocket } from '../http/transport.js';

/** What the pump needs of a media socket. */
export type EgressSocket = Pick<ServerSocket, 'getBufferedAmount' | 'send' | 'cork'>;

/** About 5 s of mu-law in base64 and JSON: a caller who is that far behind hears nothing sensible any more. */
export const SOCKET_BUFFERED_BYTES_MAX = 80_000;
/** Where `{"event":"media"` differs from `{"event":"mark"` and `{"event":"clear"`. */
const KIND_AT = 11;
const KIND_MEDIA = 'e'.charCodeAt(0);
/** Anything shorter is not a media message, whatever it is. */
const MEDIA_MESSAGE_BYTES_MIN = 40;

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

  constructor(options: EgressPumpOptions) {
    this.#options = options;
  }

  /** Sends for every slot that was marked: call it whenever the main thread's doorbell rings. */
  readonly pump = (): void => this.#options.flags.take(this.drain);

  /** Sends everything a slot's ring holds now. Without a socket it is thrown away. */
  readonly drain = (slot: number): void => {
    const ring = this.#options.rings[slot].egress;
    if (ring.isEmpty) return;
    this.#slot = slot;
    this.#socket = this.#options.socketOf(slot);
    this.#closeWanted = false;
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
        this.#send(this.#socket, ring.bytes, ring.offset, ring.length);
      }
    }
    ring.release();
  };

  #send(socket: EgressSocket, bytes: Uint8Array, offset: number, length: number): void {
    const isMedia = length >= MEDIA_MESSAGE_BYTES_MIN && bytes[offset + KIND_AT] === KIND_MEDIA;
    if (isMedia && socket.getBufferedAmount() > SOCKET_BUFFERED_BYTES_MAX) {
      this.#options.metrics.add('socket_dropped');
      return;
    }
    // A view over the shared memory: `send` copies it before it returns. (Handing over the SharedArrayBuffer itself has
    // crashed in uWebSockets.js, its issue 495; egress_pump.test.ts sends views through a real socket.) That it was
    // buffered is no reason to stop; only what was dropped counts.
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length);
    if (socket.send(view, false) === SEND_DROPPED) this.#options.metrics.add('socket_dropped');
  }
}
