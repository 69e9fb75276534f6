// The HTTP engine on node:http and ws: loads on every machine that runs Node, and is the stricter one (HTTP/1.0 is
// answered, framing that two readers could take differently is not). Costs a call a few hundredths of a percent of a
// core more than transport_uws.ts.

import http, { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import { type Connection, type Connections, RequestWork } from './connections.js';
import { HttpError } from './errors.js';
import { NodeSocket } from './node_socket.js';
import {
  cannotListen,
  type Handshake,
  type HeaderList,
  type HttpExchange,
  type HttpTransport,
  refusal,
  type SocketEvents,
  type SocketLimits,
  type TransportHandlers,
} from './transport.js';

/** Load balancers keep idle connections for 60 s and must be the ones that close them: else a request gets lost. */
const KEEP_ALIVE_MS = 75_000;
/** For the whole of a request to arrive. */
const REQUEST_MS = 30_000;
/** What a client may send before its handshake is answered. */
const EARLY_BYTES_MAX = 64 * 1024;
/** For a peer to answer our close. */
const CLOSE_MS = 5_000;

export class NodeTransport implements HttpTransport {
  readonly engine = 'node';
  readonly #server: http.Server;
  readonly #wss: WebSocketServer;
  readonly #sockets = new Set<NodeSocket>();
  /** Connections whose handshake is not answered: the HTTP server no longer knows them. */
  readonly #shaking = new Set<Duplex>();
  readonly #limits: SocketLimits;
  readonly #connections: Connections | null;
  /** By their streams. */
  readonly #connected = new Map<Duplex, Connection>();
  #sweeper: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(handlers: TransportHandlers, limits: SocketLimits) {
    this.#limits = limits;
    this.#connections = handlers.connections ?? null;
    this.#wss = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.messageBytesMax,
      closeTimeout: CLOSE_MS,
      handleProtocols: (offered) => [...offered][0],
    } as ServerOptions);
    this.#server = http.createServer({
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      connectionsCheckingInterval: 5_000,
      joinDuplicateHeaders: true,
      // Since Node 24.9; before, every request with an Upgrade header comes as one: #serveWithoutUpgrade.
      shouldUpgradeCallback: asksForWebSocket,
    } as http.ServerOptions);
    this.#server.on('connection', (socket) => this.#onConnection(socket));
    this.#server.on('request', (req, res) => {
      // The parser was ahead of the answer that ended this connection.
      if (ending.has(req.socket)) return;
      const exchange = new NodeExchange(req, res, this.#workOf(req.socket));
      const problem = headProblem(req);
      if (problem === null) return handlers.request(exchange);
      handlers.malformed?.(400);
      exchange.answer(400, ...refusal(problem), true);
    });
    this.#server.on('upgrade', (req, stream, head) => {
      if (!asksForWebSocket(req)) return this.#serveWithoutUpgrade(req, stream, head);
      this.#shaking.add(stream);
      stream.once('close', () => this.#shaking.delete(stream));
      handlers.handshake(new NodeHandshake(req, stream, head, this.#accept, this.#workOf(stream)));
    });
    this.#server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
      const status = CLIENT_ERROR_STATUS[error.code ?? ''] ?? 400;
      if (error.code === 'ECONNRESET' || !stream.writable) return void stream.destroy();
      if (ending.has(stream)) return;
      handlers.malformed?.(status);
      const [headers, body] = refusal('the request is malformed');
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, 'connection: close', ...lines].join('\r\n');
      stream.end(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`, () => stream.destroy());
    });
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => reject(cannotListen(host, port, cause)));
      this.#server.listen(port, host, () => {
        const { idleTimeoutS } = this.#limits;
        if (idleTimeoutS > 0) this.#sweeper = setInterval(this.#sweep, (idleTimeoutS * 1000) / 4).unref();
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#sweeper) clearInterval(this.#sweeper);
    this.#server.close();
    for (const socket of [...this.#sockets]) socket.close();
    for (const stream of this.#shaking) stream.destroy();
    this.#server.closeAllConnections();
  }

  readonly #accept = (req: IncomingMessage, stream: Duplex, head: Buffer, events: SocketEvents, more: HeaderList) => {
    const addHeaders = (lines: string[]) => {
      for (const name in more) lines.push(`${name}: ${more[name]}`);
    };
    // handleUpgrade writes the 101 before it returns, so this listener belongs to this handshake alone.
    this.#wss.once('headers', addHeaders);
    this.#wss.handleUpgrade(req, stream, head, (ws) => {
      const socket: NodeSocket = new NodeSocket(ws, stream, events, this.#limits, () => this.#sockets.delete(socket));
      this.#sockets.add(socket);
      this.#shaking.delete(stream);
      this.#forget(stream);
      socket.open();
    });
    this.#wss.off('headers', addHeaders);
  };

  readonly #sweep = (): void => {
    for (const socket of [...this.#sockets]) socket.checkIdle();
  };

  #onConnection(socket: Socket): void {
    // One that comes a second time was taken up again: #serveWithoutUpgrade.
    if (this.#connections === null || this.#connected.has(socket)) return;
    const connection = this.#connections.opened(socket.remoteAddress ?? '', () => socket.destroy());
    if (connection === null) return void socket.destroy();
    this.#connected.set(socket, connection);
    socket.once('close', () => this.#forget(socket));
  }

  #forget(stream: Duplex): void {
    const connection = this.#connected.get(stream);
    if (connection !== undefined) this.#connections?.gone(connection);
    this.#connected.delete(stream);
  }

  #workOf(stream: Duplex): RequestWork {
    return new RequestWork(this.#connections, this.#connected.get(stream) ?? null);
  }

  /** Node hands over every request with an Upgrade header, such as Java's offer of h2c. It is served as if without. */
  #serveWithoutUpgrade(req: IncomingMessage, stream: Duplex, head: Buffer): void {
    const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`];
    for (let i = 0; i < req.rawHeaders.length; i += 2) {
      if (/^(upgrade|connection|http2-settings)$/i.test(req.rawHeaders[i])) continue;
      lines.push(`${req.rawHeaders[i]}: ${req.rawHeaders[i + 1]}`);
    }
    stream.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
    this.#server.emit('connection', stream);
  }
}

function asksForWebSocket(req: IncomingMessage): boolean {
  return req.headers.upgrade?.toLowerCase() === 'websocket';
}

/** Connections whose last answer was given. */
const ending = new WeakSet<Duplex>();

/** What node's strict parser lets through and we don't: HTTP/0.9, and codings of a body that nobody here undoes. */
function headProblem(req: IncomingMessage): string | null {
  if (req.httpVersionMajor !== 1) return 'this HTTP version is not spoken here';
  const coding = req.headers['transfer-encoding'];
  return coding === undefined || coding.toLowerCase() === 'chunked' ? null : 'Transfer-Encoding is not chunked';
}

const CLIENT_ERROR_STATUS: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

class NodeExchange implements HttpExchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly peer: string;
  protected readonly req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #work: RequestWork;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #gone = false;
  #onGone: (() => void) | null = null;
  #onWritten: ((taken: boolean) => void) | null = null;

  constructor(req: IncomingMessage, res: ServerResponse, work: RequestWork) {
    this.req = req;
    this.#res = res;
    this.#work = work;
    const target = req.url ?? '/';
    const mark = target.indexOf('?');
    this.method = req.method ?? '';
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? '' : target.slice(mark + 1);
    this.peer = req.socket.remoteAddress ?? '';
    res.on('close', () => {
      work.over();
      if (res.writableEnded) return;
      this.#gone = true;
      this.#onWritten?.(false);
      this.#onGone?.();
    });
    // The connection broke: `close` follows and says so.
    req.on('error', () => {});
    res.on('error', () => {});
  }

  readonly header = (name: string): string => {
    const value = this.req.headers[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? '');
  };

  get isGone(): boolean {
    return this.#gone;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  readBody(limitBytes: number): Promise<Buffer> {
    this.#work.awaitsBody();
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      this.req.on('data', (part: Buffer) => {
        bytes += part.byteLength;
        if (bytes <= limitBytes) return void parts.push(part);
        parts.length = 0;
        reject(new HttpError(413, `the body is larger than ${limitBytes} bytes`));
      });
      this.req.on('end', () => {
        this.#work.bodyCame();
        resolve(Buffer.concat(parts));
      });
    });
  }

  answer(status: number, headers: HeaderList, body: string | Uint8Array, close = false): void {
    const hasBody = status !== 204 && status !== 304;
    if (this.#head(status, headers, hasBody ? Buffer.byteLength(body) : null, close)) this.#res.end(body);
  }

  answerHead(status: number, headers: HeaderList, bodyBytes: number, close = false): void {
    if (this.#head(status, headers, bodyBytes, close)) this.#res.end();
  }

  begin(status: number, headers: HeaderList, totalBytes: number | null): void {
    if (!this.#head(status, headers, totalBytes, false)) return;
    this.#bytesLeft = totalBytes ?? Number.POSITIVE_INFINITY;
    if (totalBytes === 0) this.#res.end();
    else this.#res.flushHeaders();
  }

  write(piece: Uint8Array): Promise<boolean> {
    if (this.#gone || this.#res.writableEnded) return Promise.resolve(false);
    return new Promise((resolve) => {
      // Not every write that is under way when the client goes gets its callback.
      this.#onWritten = resolve;
      this.#bytesLeft -= piece.byteLength;
      // The callback means that the kernel has it: then the caller may use its memory again.
      this.#res.write(piece, (error) => {
        if (this.#bytesLeft <= 0) this.#res.end();
        resolve(!error && !this.#gone);
      });
    });
  }

  finish(): void {
    if (!this.#gone && this.#bytesLeft === Number.POSITIVE_INFINITY) this.#res.end();
  }

  cut(): void {
    this.req.socket.destroy();
  }

  /** False = there is nobody to answer, or it was answered. */
  #head(status: number, headers: HeaderList, bodyBytes: number | null, close: boolean): boolean {
    if (this.#gone || this.#res.headersSent) return false;
    if (bodyBytes !== null) this.#res.setHeader('content-length', bodyBytes);
    if (close) {
      this.#res.setHeader('connection', 'close');
      ending.add(this.req.socket);
    }
    this.#res.writeHead(status, headers);
    return true;
  }
}

type Accept = (req: IncomingMessage, stream: Duplex, head: Buffer, events: SocketEvents, headers: HeaderList) => void;

class NodeHandshake extends NodeExchange implements Handshake {
  readonly #stream: Duplex;
  /** What came after the head: nothing, from a client that waits for its answer as it should. */
  #bytesAfter: Buffer;
  readonly #accept: Accept;
  readonly #refusal: ServerResponse;

  constructor(req: IncomingMessage, stream: Duplex, head: Buffer, accept: Accept, work: RequestWork) {
    // Node has let go of the connection: a refusal is written by an answer of our own, and ends it.
    const refusal = new ServerResponse(req);
    refusal.shouldKeepAlive = false;
    refusal.assignSocket(req.socket);
    refusal.on('finish', () => stream.end(() => stream.destroy()));
    super(req, refusal, work);
    this.#stream = stream;
    this.#bytesAfter = head;
    this.#accept = accept;
    this.#refusal = refusal;
    stream.on('error', onHandshakeError);
    // Only a socket that is read says that its peer has gone.
    stream.on('data', this.#keep).on('end', this.#end);
  }

  accept(events: SocketEvents, headers: HeaderList = {}): void {
    if (this.isGone || this.#refusal.headersSent) return;
    this.#refusal.detachSocket(this.req.socket);
    this.#stream.off('error', onHandshakeError).off('data', this.#keep).off('end', this.#end);
    this.#accept(this.req, this.#stream, this.#bytesAfter, events, headers);
  }

  readonly #keep = (bytes: Buffer): void => {
    this.#bytesAfter = Buffer.concat([this.#bytesAfter, bytes]);
    if (this.#bytesAfter.length > EARLY_BYTES_MAX) this.#stream.destroy();
  };
  readonly #end = (): void => void this.#stream.destroy();
}

/** The stream closes itself. */
function onHandshakeError(): void {}
