// What the server asks of an HTTP engine: requests with body and answer, WebSockets, listening, closing. Two engines
// stand behind it, transport_uws.ts (uWebSockets.js) and transport_node.ts (node:http and ws); open_transport.ts picks
// one. It knows no route and no rule of ours: those are http_server.ts and media_socket.ts.

import type { Connections } from './connections.js';
import { newRequestId, REQUEST_ID } from './request_id.js';

export type HttpEngine = 'uws' | 'node';
export type HeaderList = Readonly<Record<string, string>>;

/** One request. Safe to keep across awaits; whatever is called after the client went away does nothing. */
export interface HttpExchange {
  /** As it came, GET or get. */
  readonly method: string;
  /** As it came, percent-encoding and all; begins with `/`. */
  readonly path: string;
  /** What follows the `?`, as it came; '' when there is none. */
  readonly query: string;
  /** Address of the connection's other end, v4 or v6. */
  readonly peer: string;
  /** By lower-case name; repeated headers are joined with commas; '' when absent. */
  header(name: string): string;
  /** The client went away before it had its answer. */
  readonly isGone: boolean;
  /** One listener: runs when the client goes away before it had its answer. */
  onGone(listener: () => void): void;

  /**
   * The whole body. Call it before the first await; without a call the body is thrown away. Never settles when the
   * client goes away.
   * @throws HttpError 413 as soon as it is larger than `limitBytes`
   */
  readBody(limitBytes: number): Promise<Buffer>;

  /** The whole answer. `close`: the connection ends with it, because what follows on it can't be trusted. */
  answer(status: number, headers: HeaderList, body: string | Uint8Array, close?: boolean): void;
  /** The answer to HEAD: what GET would say, without the body. */
  answerHead(status: number, headers: HeaderList, bodyBytes: number, close?: boolean): void;
  /** Begins an answer that comes in pieces; null = its length is not known in front. */
  begin(status: number, headers: HeaderList, totalBytes: number | null): void;
  /** Resolves true when the socket takes more, false when the client has gone. One at a time; `piece` is free then. */
  write(piece: Uint8Array): Promise<boolean>;
  /** Ends an answer of unknown length. One of known length ends with its last byte. */
  finish(): void;
  /** Cuts the connection: an answer that can't be completed must not look complete. */
  cut(): void;
}

/** A request that asks for a WebSocket: it is accepted, answered like any other request, or cut. */
export interface Handshake extends HttpExchange {
  /** Takes `events` on. `headers` go into the 101. The first subprotocol that was offered is agreed to. */
  accept(events: SocketEvents, headers?: HeaderList): void;
}

/** What happens on one WebSocket, in this order: opened, message..., closed. */
export interface SocketEvents {
  /** Before anything else. */
  opened(socket: ServerSocket): void;
  /** One message; the memory is lent for the call only. */
  message(bytes: Uint8Array, isBinary: boolean): void;
  /**
   * Once, whoever closed it. 1005: closed without a code; 1006: the connection broke.
   * @param wasTooBig the peer sent a message above `messageBytesMax`; the code is 1009
   */
  closed(code: number, wasTooBig: boolean): void;
}

/** The message was not taken: the socket is backed up beyond `bufferedBytesMax`. */
export const SEND_DROPPED = 2;

/** One open WebSocket. After `closed` it may not be used. */
export interface ServerSocket {
  /** Takes one message, copying it before it returns. 1 = sent, 0 = waits in the buffer, SEND_DROPPED = not taken. */
  send(message: string | Uint8Array, isBinary?: boolean): number;
  /** Bytes that the kernel has not taken yet. */
  getBufferedAmount(): number;
  /** What is sent inside leaves together: one system call. */
  cork(send: () => void): unknown;
  /** Closes after what was sent before. `closed` runs before this returns. */
  end(code?: number, reason?: string): void;
  /** Cuts it. `closed` runs before this returns, with 1006. */
  close(): void;
}

export interface SocketLimits {
  /** A larger message closes its socket with 1009. */
  messageBytesMax: number;
  /** Beyond this much waiting, `send` drops. */
  bufferedBytesMax: number;
  /** A socket is cut when it was silent for this long and answers no ping; 0 = never. */
  idleTimeoutS: number;
}

export interface TransportHandlers {
  request(exchange: HttpExchange): void;
  handshake(handshake: Handshake): void;
  /** `handshake` may accept after it has returned; see uws_late_cork.ts. */
  lateHandshakes?: boolean;
  /** A request was refused by the engine itself, with this status: it was not HTTP, or came too slowly. */
  malformed?(status: number): void;
  /** Bounds how many are connected; absent = nobody does. */
  connections?: Connections;
}

export interface HttpTransport {
  readonly engine: HttpEngine;
  /**
   * @param port 0 = any free one
   * @returns the port
   * @throws Error when the address is taken or not ours
   */
  listen(host: string, port: number): Promise<number>;
  /** Closes the listener and every connection at once, WebSockets included. Safe twice. */
  close(): void;
}

/** What both engines throw from `listen`, so that it reads alike. */
export function cannotListen(host: string, port: number, cause?: unknown): Error {
  return new Error(`cannot listen on ${host} port ${port}: taken, or not ours`, { cause });
}

/** Headers and body of an answer that no handler gives. */
export function refusal(detail: string, requestId = newRequestId()): [headers: HeaderList, body: string] {
  return [
    { 'content-type': 'application/json', [REQUEST_ID]: requestId },
    JSON.stringify({ detail, request_id: requestId }),
  ];
}

/**
 * What is wrong with how a request says where its body ends, or null. A proxy in front that read it differently would
 * take what we read as body for the next request, or the other way round (request smuggling), so there is no guessing.
 * RFC 9112 section 6.3; node:http refuses the same by itself.
 * @param headers lower-case name and value of each header line
 */
export function framingProblem(headers: readonly (readonly [name: string, value: string])[]): string | null {
  const lengths = headers.filter(([name]) => name === 'content-length');
  const codings = headers.filter(([name]) => name === 'transfer-encoding');
  if (lengths.length > 1 || codings.length > 1) return 'a framing header is given twice';
  if (lengths.length === 1 && !/^\d{1,15}$/.test(lengths[0][1])) return 'Content-Length is not a number';
  if (codings.length === 1 && codings[0][1].toLowerCase() !== 'chunked') return 'Transfer-Encoding is not chunked';
  if (lengths.length + codings.length > 1) return 'Content-Length and Transfer-Encoding exclude each other';
  return headers.some(([name]) => /\s/.test(name)) ? 'a header name is malformed' : null;
}
