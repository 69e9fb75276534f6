// One WebSocket of transport_node.ts. ws reads it and keeps its rules; the frames we send are written here.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { SEND_DROPPED, type ServerSocket, type SocketEvents, type SocketLimits } from './transport.js';

const OPCODE_TEXT = 0x81;
const OPCODE_BINARY = 0x82;

export class NodeSocket implements ServerSocket {
  readonly #ws: WebSocket;
  readonly #stream: Duplex & { bytesRead?: number };
  readonly #events: SocketEvents;
  readonly #limits: SocketLimits;
  readonly #forget: () => void;
  #isOver = false;
  #bytesSeen = 0;
  #silentSweeps = 0;

  constructor(ws: WebSocket, stream: Duplex, events: SocketEvents, limits: SocketLimits, forget: () => void) {
    this.#ws = ws;
    this.#stream = stream;
    this.#events = events;
    this.#limits = limits;
    this.#forget = forget;
  }

  open(): void {
    const ws = this.#ws;
    ws.on('message', (data, isBinary) => {
      if (!this.#isOver) this.#events.message(data as Buffer, isBinary);
    });
    ws.on('error', (error: NodeJS.ErrnoException) => {
      // ws closes the socket by itself, with the code that belongs to the error.
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#over(1009, true);
    });
    ws.on('close', (code) => {
      this.#forget();
      this.#over(code, false);
    });
    this.#events.opened(this);
  }

  /**
   * Writes the frame itself: ws would put header and payload out as two buffers, and keep a view of shared memory that
   * the ring overwrites meanwhile. One buffer for each message, out of Node's pool.
   */
  send(message: string | Uint8Array, isBinary = false): number {
    const stream = this.#stream;
    if (this.#isOver || stream.writableLength > this.#limits.bufferedBytesMax) return SEND_DROPPED;
    const length = Buffer.byteLength(message);
    const headBytes = length < 126 ? 2 : length < 65536 ? 4 : 10;
    const frame = Buffer.allocUnsafe(headBytes + length);
    frame[0] = isBinary ? OPCODE_BINARY : OPCODE_TEXT;
    if (headBytes === 2) frame[1] = length;
    else if (headBytes === 4) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
    }
    if (typeof message === 'string') frame.write(message, headBytes);
    else frame.set(message, headBytes);
    return stream.write(frame) && stream.writableLength === 0 ? 1 : 0;
  }

  getBufferedAmount(): number {
    return this.#stream.writableLength;
  }

  cork(send: () => void): void {
    this.#stream.cork();
    try {
      send();
    } finally {
      this.#stream.uncork();
    }
  }

  end(code?: number, reason?: string): void {
    if (this.#isOver) return;
    this.#ws.close(code, reason);
    this.#over(code ?? 1005, false);
  }

  close(): void {
    this.#ws.terminate();
    this.#over(1006, false);
  }

  /** Four times within `idleTimeoutS`: half of it silent, a ping; all of it, the end. No cost for a message. */
  checkIdle(): void {
    const bytesRead = this.#stream.bytesRead ?? 0;
    this.#silentSweeps = bytesRead === this.#bytesSeen ? this.#silentSweeps + 1 : 0;
    this.#bytesSeen = bytesRead;
    if (this.#silentSweeps >= 4) this.close();
    else if (this.#silentSweeps === 2 && !this.#isOver) this.#ws.ping();
  }

  #over(code: number, wasTooBig: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.closed(code, wasTooBig);
  }
}
