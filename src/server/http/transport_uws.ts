// The HTTP engine on uWebSockets.js: the cheaper one, where a binary of it loads. What it can't do, because its parser
// answers before anybody is asked: HTTP/1.0 gets 505, and an idle connection is closed after 10 s (README, "Behind a
// proxy"). Framing it is lenient about is refused here.

import type uWS from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { createRequire } from 'node:module';
import { HttpError } from './errors.js';
import {
  cannotListen,
  framingProblem,
  type Handshake,
  type HeaderList,
  type HttpExchange,
  type HttpTransport,
  refusal,
  type SocketEvents,
  type SocketLimits,
  type TransportHandlers,
} from './transport.js';
import { UwsConnections, type UwsRequestWork } from './uws_connections.js';
import { LateCork } from './uws_late_cork.js';

/**
 * Above its own limit uWebSockets.js cuts the connection without a close code. Up to this size a message is read and
 * then answered with 1009; what announces itself as larger is cut. Bounds what one socket may make us hold.
 */
const READ_BYTES_MAX = 1024 * 1024;
/** What uWebSockets.js says when it closes a socket for `maxPayloadLength`. */
const TOO_BIG = 'Received too big message';
/** How often a transfer that waits for its client looks whether the client is still there. */
const GONE_CHECK_MS = 1000;

/**
 * By default two processes can share a port, and each would get half of the calls. The binding takes this option with
 * a host too (checked), which its types don't say; and it doesn't export the enum that its types declare.
 */
const EXCLUSIVE_PORT = 1;
type ListenExclusively = (
  this: uWS.TemplatedApp,
  host: string,
  port: number,
  options: number,
  callback: (socket: uWS.us_listen_socket | false) => void,
) => void;

type Uws = typeof uWS;

/** The module, or the reason why it does not load here: not installed, no binary for this Node, an older C library. */
export function loadUws(): Uws | string {
  try {
    return createRequire(import.meta.url)('uWebSockets.js') as Uws;
  } catch (thrown) {
    const lines = String((thrown as Error).message).split('\n');
    // The package's own first line lists what it supports, true or not; the cause stands last but for a require stack.
    const cause = lines.find((line) => /GLIBC|dlopen|Cannot find module|invalid ELF/.test(line)) ?? lines[0];
    return cause.trim().replace(/^Error: /, '');
  }
}

interface SocketData {
  readonly events: SocketEvents;
  wasTooBig: boolean;
}

export class UwsTransport implements HttpTransport {
  readonly engine = 'uws';
  readonly #uws: Uws;
  readonly #app: uWS.TemplatedApp;
  readonly #lateCork: LateCork | null;
  readonly #connections: UwsConnections | null;
  #listening = false;

  constructor(uws: Uws, handlers: TransportHandlers, limits: SocketLimits) {
    this.#uws = uws;
    this.#app = uws.App();
    this.#lateCork = handlers.lateHandshakes ? new LateCork(this.#app) : null;
    this.#connections = handlers.connections ? new UwsConnections(this.#app, handlers.connections) : null;
    this.#app.ws<SocketData>('/*', {
      compression: uws.DISABLED,
      maxPayloadLength: Math.max(READ_BYTES_MAX, limits.messageBytesMax),
      maxBackpressure: limits.bufferedBytesMax,
      idleTimeout: limits.idleTimeoutS,
      sendPingsAutomatically: limits.idleTimeoutS > 0,
      upgrade: (res, req, context) => {
        const handshake = new UwsHandshake(res, req, context, this.#lateCork, this.#connections);
        if (!refusedForFraming(handshake, handlers)) handlers.handshake(handshake);
        handshake.isLate = true;
      },
      open: (ws) => ws.getUserData().events.opened(ws),
      message: (ws, message, isBinary) => {
        const data = ws.getUserData();
        if (message.byteLength <= limits.messageBytesMax) data.events.message(new Uint8Array(message), isBinary);
        else {
          data.wasTooBig = true;
          ws.end(1009, 'the message is too big');
        }
      },
      close: (ws, code, message) => {
        const { events, wasTooBig } = ws.getUserData();
        const tooBig = wasTooBig || (code === 1006 && Buffer.from(message).toString('latin1') === TOO_BIG);
        events.closed(tooBig ? 1009 : code, tooBig);
      },
    });
    this.#app.any('/*', (res, req) => {
      const exchange = new UwsExchange(res, req, this.#connections);
      if (!refusedForFraming(exchange, handlers)) handlers.request(exchange);
    });
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const listen = this.#app.listen as unknown as ListenExclusively;
      listen.call(this.#app, host, port, EXCLUSIVE_PORT, (socket) => {
        if (socket === false) return reject(cannotListen(host, port));
        this.#listening = true;
        const bound = this.#uws.us_socket_local_port(socket as uWS.us_socket);
        if (this.#lateCork === null) resolve(bound);
        else this.#lateCork.open(host, bound).then(() => resolve(bound), reject);
      });
    });
  }

  close(): void {
    if (!this.#listening) return;
    this.#listening = false;
    this.#lateCork?.close();
    this.#app.close();
  }
}

class UwsExchange implements HttpExchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly peer: string;
  /** What is wrong with the request's framing, or null. */
  readonly framing: string | null;
  protected readonly res: uWS.HttpResponse;
  protected readonly work: UwsRequestWork | null;
  readonly #connections: UwsConnections | null;
  readonly #headers = new Map<string, string>();
  /** Head of an answer in pieces until its first piece goes out; uWS wants both in one cork. */
  #head: { status: number; headers: HeaderList; totalBytes: number | null } | null = null;
  #totalBytes: number | null = null;
  #isOver = false;
  #gone = false;
  #onGone: (() => void) | null = null;

  // uWebSockets.js lends `req` for this call only: everything is copied out of it.
  constructor(res: uWS.HttpResponse, req: uWS.HttpRequest, connections: UwsConnections | null) {
    this.res = res;
    this.#connections = connections;
    this.work = connections?.request(res) ?? null;
    res.onAborted(() => {
      this.#gone = true;
      this.work?.aborted();
      this.#onGone?.();
    });
    this.method = req.getCaseSensitiveMethod();
    this.path = req.getUrl();
    this.query = req.getQuery() ?? '';
    this.peer = Buffer.from(res.getRemoteAddressAsText()).toString('latin1');
    const lines: [string, string][] = [];
    req.forEach((name, value) => {
      lines.push([name, value]);
      const known = this.#headers.get(name);
      this.#headers.set(name, known === undefined ? value : `${known}, ${value}`);
    });
    this.framing = framingProblem(lines);
  }

  readonly header = (name: string): string => this.#headers.get(name) ?? '';

  get isGone(): boolean {
    return this.#gone;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  readBody(limitBytes: number): Promise<Buffer> {
    this.work?.awaitsBody();
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      this.res.onData((chunk, isLast) => {
        bytes += chunk.byteLength;
        if (bytes > limitBytes) {
          parts.length = 0;
          reject(new HttpError(413, `the body is larger than ${limitBytes} bytes`));
          return;
        }
        // The chunk's memory is only lent.
        parts.push(Buffer.from(new Uint8Array(chunk)));
        if (!isLast) return;
        this.work?.bodyCame();
        resolve(Buffer.concat(parts));
      });
    });
  }

  answer(status: number, headers: HeaderList, body: string | Uint8Array, close = false): void {
    if (!this.#end()) return;
    this.res.cork(() => {
      this.#writeHead(status, headers);
      this.res.end(body, close || this.#isLast());
      this.work?.answered();
    });
  }

  answerHead(status: number, headers: HeaderList, bodyBytes: number, close = false): void {
    if (!this.#end()) return;
    this.res.cork(() => {
      this.#writeHead(status, headers);
      this.res.endWithoutBody(bodyBytes, close || this.#isLast());
      this.work?.answered();
    });
  }

  begin(status: number, headers: HeaderList, totalBytes: number | null): void {
    this.#totalBytes = totalBytes;
    if (totalBytes === 0) return this.answer(status, headers, '');
    if (this.#gone || this.#isOver) return;
    this.#head = { status, headers, totalBytes };
    // Nobody may have to wait for the first piece to learn that there will be an answer.
    if (totalBytes === null) this.res.cork(() => this.#sendHead());
  }

  write(piece: Uint8Array): Promise<boolean> {
    if (this.#gone || this.#isOver) return Promise.resolve(false);
    const { res } = this;
    const total = this.#totalBytes;
    return new Promise((resolve) => {
      let startOffset = 0;
      let ok = false;
      res.cork(() => {
        this.#sendHead();
        startOffset = res.getWriteOffset();
        if (total === null) ok = res.write(piece);
        else {
          const [taken, done] = res.tryEnd(piece, total);
          ok = taken;
          if (done) this.#done();
        }
      });
      if (ok) return resolve(true);
      const watch = setInterval(() => {
        if (this.#gone) settle(false);
      }, GONE_CHECK_MS);
      const settle = (result: boolean) => {
        clearInterval(watch);
        resolve(result);
      };
      res.onWritable((offset) => {
        if (total === null) {
          // What `write` could not send, uWebSockets.js kept and has sent by now.
          settle(true);
          return true;
        }
        let taken = false;
        res.cork(() => {
          let done = false;
          [taken, done] = res.tryEnd(piece.subarray(offset - startOffset), total);
          if (done) this.#done();
        });
        if (taken) settle(true);
        return taken;
      });
    });
  }

  finish(): void {
    if (this.#totalBytes !== null || !this.#end()) return;
    this.res.cork(() => {
      this.res.end();
      this.work?.answered();
    });
  }

  cut(): void {
    if (this.#end()) this.res.close();
  }

  /** True once: from now on nothing may be written any more. */
  #end(): boolean {
    if (this.#gone || this.#isOver) return false;
    this.#isOver = true;
    return true;
  }

  /** Its last byte was taken. */
  #done(): void {
    this.#isOver = true;
    this.work?.answered();
  }

  #isLast(): boolean {
    return this.#connections?.isCrowded ?? false;
  }

  #sendHead(): void {
    if (this.#head === null) return;
    this.#writeHead(this.#head.status, this.#head.headers);
    this.#head = null;
  }

  #writeHead(status: number, headers: HeaderList): void {
    this.res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    for (const name in headers) this.res.writeHeader(name, headers[name]);
  }
}

class UwsHandshake extends UwsExchange implements Handshake {
  readonly #context: uWS.us_socket_context_t;
  readonly #lateCork: LateCork | null;
  /** The engine's callback has returned: what it had corked for us is corked no more. */
  isLate = false;

  constructor(
    res: uWS.HttpResponse,
    req: uWS.HttpRequest,
    context: uWS.us_socket_context_t,
    late: LateCork | null,
    connections: UwsConnections | null,
  ) {
    super(res, req, connections);
    this.#context = context;
    this.#lateCork = late;
  }

  accept(events: SocketEvents, headers: HeaderList = {}): void {
    if (this.isGone) return;
    if (this.isLate && this.#lateCork !== null) this.#lateCork.run(() => this.#upgrade(events, headers));
    else this.#upgrade(events, headers);
  }

  #upgrade(events: SocketEvents, headers: HeaderList): void {
    const { res, header } = this;
    res.writeStatus('101 Switching Protocols');
    for (const name in headers) res.writeHeader(name, headers[name]);
    const protocol = header('sec-websocket-protocol').split(',')[0].trim();
    const data: SocketData = { events, wasTooBig: false };
    this.work?.upgrades();
    // No extensions: compressing audio that is compressed already would cost a thread's time for nothing.
    res.upgrade<SocketData>(data, header('sec-websocket-key'), protocol, '', this.#context);
  }
}

/**
 * Not answered at once: the parser would go on to what follows in the same segment. Left unanswered, it cuts the
 * connection when something does follow, which is the request that was to be smuggled; else the 400 goes out.
 */
function refusedForFraming(exchange: UwsExchange, handlers: TransportHandlers): boolean {
  const { framing } = exchange;
  if (framing === null) return false;
  handlers.malformed?.(400);
  setImmediate(() => exchange.answer(400, ...refusal(framing), true));
  return true;
}
