// The media sockets: lets Twilio in by ticket and signature, hands its bytes to the ingress ring, and keeps which slot
// has which socket. Reads no message: parsing is the worker's. Sending is egress_pump.ts.

import { nowMs } from '../../clock.js';
import type { Logger } from '../../log.js';
import { Refusals } from '../http/refusals.js';
import { REQUEST_ID, requestIdOf } from '../http/request_id.js';
import { type Handshake, refusal, type ServerSocket, type SocketEvents, type SocketLimits } from '../http/transport.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { IngressWriter } from './ingress_writer.js';
import type { MediaTicket, MediaTokens } from './media_tokens.js';

/** A Twilio message has about 400 bytes; anything near this is not Twilio. */
export const MEDIA_MESSAGE_BYTES_MAX = 64 * 1024;

export const MEDIA_SOCKET_LIMITS: SocketLimits = {
  messageBytesMax: MEDIA_MESSAGE_BYTES_MAX,
  /** Hard limit of the transport; the pump drops media long before. */
  bufferedBytesMax: 1024 * 1024,
  /** Twilio sends 50 messages a second. A socket that is silent for this long has lost its other end. */
  idleTimeoutS: 16,
};

/** `/ws` or `/ws/TOKEN`. */
const SOCKET_PATH = /^\/ws(?:\/([^/]+))?$/;

export interface MediaSocketsOptions {
  slots: number;
  tokens: MediaTokens;
  ingress: IngressWriter;
  metrics: ServerMetrics;
  log: Logger;
  /** True when `signature` is Twilio's for this URL; always true when checks are off. */
  isSigned(signature: string, url: string): boolean;
  /** The call was announced by another instance: a slot for it here, where it goes on from now; null = there is none. */
  takeOver(ticket: MediaTicket): number | null;
  /** The ticket's socket is let in here, on this slot. */
  onTicketUsed(ticket: MediaTicket, slot: number): void;
  onOpen(callSid: string, slot: number): void;
  onClosed(callSid: string, slot: number, code: number, byUs: boolean): void;
}

export class MediaSockets {
  readonly #options: MediaSocketsOptions;
  readonly #refusals = new Refusals();
  /** By slot. */
  readonly #sockets: (ServerSocket | null)[];
  /** Whose socket is being closed by us; -1 = nobody's. */
  #ending = -1;
  /** Open sockets. */
  live = 0;

  constructor(options: MediaSocketsOptions) {
    this.#options = options;
    this.#sockets = new Array<ServerSocket | null>(options.slots).fill(null);
  }

  readonly socketOf = (slot: number): ServerSocket | null => this.#sockets[slot];

  /** Closes the slot's socket after what was sent before. Its close handler runs before this returns. Safe twice. */
  readonly end = (slot: number): void => {
    this.#ending = slot;
    this.#sockets[slot]?.end(1000);
    this.#ending = -1;
  };

  /** Lets a socket in, or answers why not. */
  readonly handshake = (client: Handshake): void => {
    const { tokens, metrics, log, isSigned, takeOver, onTicketUsed } = this.#options;
    const match = SOCKET_PATH.exec(client.path);
    const requestId = requestIdOf(client.header);
    if (match === null) return refuse(client, 404, 'Not found', requestId);
    const ticket = match[1] === undefined ? 'missing' : tokens.find(match[1], nowMs());
    if (typeof ticket === 'string') {
      metrics.tokenRefused(ticket);
      // Handshakes by the thousand shall not fill the disk with lines.
      const before = this.#refusals.note(client.peer, nowMs());
      if (before !== null)
        log.warn({ reason: ticket, peer: client.peer, requestId, before }, 'media socket refused: token');
      return refuse(client, 403, 'the media socket needs a fresh token from our TwiML', requestId);
    }
    if (!isSigned(client.header('x-twilio-signature'), ticket.streamUrl)) {
      // The ticket stays good: whoever can't sign can't take the caller's place away.
      metrics.signatureRefused('media');
      const before = this.#refusals.note(client.peer, nowMs());
      if (before !== null) {
        log.warn({ callSid: ticket.callSid, peer: client.peer, requestId, before }, 'media socket refused: signature');
      }
      return refuse(client, 403, 'the Twilio signature is missing or wrong', requestId);
    }
    const slot = ticket.slot >= 0 ? ticket.slot : takeOver(ticket);
    if (slot === null) return refuse(client, 503, 'all lines are busy', requestId);
    if (ticket.slot >= 0) tokens.spend(slot);
    tokens.use(ticket.token);
    onTicketUsed(ticket, slot);
    client.accept(new MediaLink(ticket.callSid, slot, this), { [REQUEST_ID]: requestId });
  };

  /** False: the call has its socket already. */
  opened(callSid: string, slot: number, socket: ServerSocket): boolean {
    this.live++;
    if (this.#sockets[slot] !== null) return false;
    this.#sockets[slot] = socket;
    this.#options.onOpen(callSid, slot);
    return true;
  }

  message(slot: number, bytes: Uint8Array, isBinary: boolean): void {
    if (isBinary) this.#options.ingress.binary(slot);
    else this.#options.ingress.message(slot, bytes);
  }

  /** @param slot -1 for a socket that was no call's */
  closed(callSid: string, slot: number, code: number, wasTooBig: boolean): void {
    this.live--;
    if (wasTooBig) this.#options.metrics.oversized();
    if (slot < 0) return;
    this.#sockets[slot] = null;
    this.#options.onClosed(callSid, slot, code, slot === this.#ending);
  }
}

/** One media socket and the call it belongs to. */
class MediaLink implements SocketEvents {
  readonly #callSid: string;
  readonly #sockets: MediaSockets;
  /** -1 once the call has let go of this socket. */
  #slot: number;

  constructor(callSid: string, slot: number, sockets: MediaSockets) {
    this.#callSid = callSid;
    this.#slot = slot;
    this.#sockets = sockets;
  }

  opened(socket: ServerSocket): void {
    if (this.#sockets.opened(this.#callSid, this.#slot, socket)) return;
    // A repeated webhook during the call: the call has its socket, a second one would mix two streams.
    this.#slot = -1;
    socket.end(1008, 'this call has its socket');
  }

  message(bytes: Uint8Array, isBinary: boolean): void {
    if (this.#slot >= 0) this.#sockets.message(this.#slot, bytes, isBinary);
  }

  closed(code: number, wasTooBig: boolean): void {
    const slot = this.#slot;
    this.#slot = -1;
    this.#sockets.closed(this.#callSid, slot, code, wasTooBig);
  }
}

function refuse(client: Handshake, status: number, detail: string, requestId: string): void {
  client.answer(status, ...refusal(detail, requestId));
}
