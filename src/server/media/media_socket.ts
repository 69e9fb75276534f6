// The media sockets: lets Twilio in by ticket and signature, hands its bytes to the ingress ring, and keeps which slot
// has which socket. Reads no message: parsing is the worker's. Sending is egress_pump.ts.

import uWS from 'uWebSockets.js';
import { nowMs } from '../../clock.js';
import type { Logger } from '../../log.js';
import type { ServerMetrics } from '../server_metrics.js';
import type { IngressWriter } from './ingress_writer.js';
import type { MediaTokens } from './media_tokens.js';

/** A Twilio message has about 400 bytes; anything near this is not Twilio. */
export const MEDIA_MESSAGE_BYTES_MAX = 64 * 1024;
/** Hard limit of uWebSockets.js; the pump drops media long before. */
const BACKPRESSURE_BYTES_MAX = 1024 * 1024;
/** Twilio sends 50 messages a second. A socket that is silent for this long has lost its other end. */
const IDLE_TIMEOUT_S = 16;
/** What uWebSockets.js says when it closes a socket for `maxPayloadLength`. */
const TOO_BIG = 'Received too big message';

export interface MediaSocketData {
  readonly callSid: string;
  /** -1 once the call has let go of this socket. */
  slot: number;
}
export type MediaSocket = uWS.WebSocket<MediaSocketData>;

export interface MediaSocketsOptions {
  slots: number;
  tokens: MediaTokens;
  ingress: IngressWriter;
  metrics: ServerMetrics;
  log: Logger;
  /** True when `signature` is Twilio's for this URL; always true when checks are off. */
  isSigned(signature: string, url: string): boolean;
  onOpen(callSid: string, slot: number): void;
  onClosed(callSid: string, slot: number, code: number): void;
}

export class MediaSockets {
  readonly #options: MediaSocketsOptions;
  readonly #sockets: (MediaSocket | null)[];
  live = 0;

  constructor(options: MediaSocketsOptions) {
    this.#options = options;
    this.#sockets = new Array<MediaSocket | null>(options.slots).fill(null);
  }

  readonly socketOf = (slot: number): MediaSocket | null => this.#sockets[slot];

  /** Closes the slot's socket after what was sent before. Its close handler runs before this returns. Safe twice. */
  readonly end = (slot: number): void => {
    this.#sockets[slot]?.end(1000);
  };

  /** Adds the WebSocket routes. A request without upgrade falls through to the HTTP routes. */
  attach(app: uWS.TemplatedApp): void {
    const behavior: uWS.WebSocketBehavior<MediaSocketData> = {
      compression: uWS.DISABLED,
      maxPayloadLength: MEDIA_MESSAGE_BYTES_MAX,
      maxBackpressure: BACKPRESSURE_BYTES_MAX,
      idleTimeout: IDLE_TIMEOUT_S,
      upgrade: (res, req, context) => this.#upgrade(res, req, context),
      open: (ws) => this.#onOpen(ws),
      message: (ws, message, isBinary) => {
        const slot = ws.getUserData().slot;
        if (slot < 0) return;
        if (isBinary) this.#options.ingress.binary(slot);
        else this.#options.ingress.message(slot, message);
      },
      close: (ws, code, message) => this.#onClose(ws, code, message),
    };
    app.ws('/ws', behavior);
    app.ws('/ws/:token', behavior);
  }

  #upgrade(res: uWS.HttpResponse, req: uWS.HttpRequest, context: uWS.us_socket_context_t): void {
    const { tokens, metrics, log, isSigned } = this.#options;
    const token = req.getParameter(0);
    const ticket = token ? tokens.find(token, nowMs()) : 'missing';
    if (typeof ticket === 'string') {
      metrics.tokenRefused(ticket);
      log.warn({ reason: ticket }, 'media socket refused: token');
      refuse(res, 'the media socket needs a fresh token from our TwiML');
      return;
    }
    if (!isSigned(req.getHeader('x-twilio-signature'), ticket.streamUrl)) {
      // The ticket stays good: whoever can't sign can't take the caller's place away.
      metrics.signatureRefused('media');
      log.warn({ callSid: ticket.callSid }, 'media socket refused: signature');
      refuse(res, 'the Twilio signature is missing or wrong');
      return;
    }
    tokens.spend(ticket.slot);
    res.upgrade<MediaSocketData>(
      { callSid: ticket.callSid, slot: ticket.slot },
      req.getHeader('sec-websocket-key'),
      req.getHeader('sec-websocket-protocol'),
      req.getHeader('sec-websocket-extensions'),
      context,
    );
  }

  #onOpen(ws: MediaSocket): void {
    const data = ws.getUserData();
    this.live++;
    if (this.#sockets[data.slot] !== null) {
      // A repeated webhook during the call: the call has its socket, a second one would mix two streams.
      data.slot = -1;
      ws.end(1008, 'this call has its socket');
      return;
    }
    this.#sockets[data.slot] = ws;
    this.#options.onOpen(data.callSid, data.slot);
  }

  #onClose(ws: MediaSocket, code: number, message: ArrayBuffer): void {
    this.live--;
    if (code === 1006 && Buffer.from(message).toString('latin1') === TOO_BIG) this.#options.metrics.oversized();
    const { callSid, slot } = ws.getUserData();
    if (slot < 0) return;
    ws.getUserData().slot = -1;
    this.#sockets[slot] = null;
    this.#options.onClosed(callSid, slot, code);
  }
}

function refuse(res: uWS.HttpResponse, detail: string): void {
  res.writeStatus('403 Forbidden').writeHeader('content-type', 'application/json').end(JSON.stringify({ detail }));
}
