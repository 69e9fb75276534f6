// A recording proxy on loopback for one peer: HTTP requests and WebSockets pass through, and every message is handed to
// `record`. It judges nothing. What it can't pass on is the shape of frames and segments; the simulators' own tests and
// the server's have that.

import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Direction, Exchange, Recorder, Vendor } from './exchange.js';

export interface TapOptions {
  vendor: Vendor;
  /** Who connects through it: our server to the vendor, or the vendor to our server. */
  opens: 'ours' | 'vendor';
  /** Origin of the peer. May be set later, before anybody connects. */
  target: string;
  record: Recorder;
}

/** Headers of one hop, which the next hop makes anew. */
const HOP =
  /^(connection|upgrade|keep-alive|transfer-encoding|sec-websocket-(key|version|extensions|accept|protocol))$/;
/** What a closed WebSocket says when there was no close frame, and when the frame held no code (RFC 6455 7.4.1). */
const NO_FRAME = 1006;
const NO_CODE = 1005;

export class Tap {
  target: string;
  readonly #options: TapOptions;
  readonly #server: Server;
  readonly #sockets = new Set<WebSocket>();

  private constructor(options: TapOptions) {
    this.#options = options;
    this.target = options.target;
    this.#server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
      void this.#pass(request, response);
    });
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens on any free port of loopback. */
  static async start(options: TapOptions): Promise<Tap> {
    const tap = new Tap(options);
    await new Promise<void>((resolve, reject) => {
      tap.#server.once('error', reject);
      tap.#server.listen(0, '127.0.0.1', resolve);
    });
    return tap;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts what is open. Safe twice. */
  close(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    const body = await wholeBody(request);
    if (body === null) return;
    this.#record({ ...this.#http('request', 'opener', method, url, headers), body: body.toString() });
    const outgoing = httpRequest(this.target + url, { method, headers, agent: false }, (incoming) => {
      const { statusCode = 0, rawHeaders } = incoming;
      const parts: Buffer[] = [];
      response.writeHead(statusCode, withoutHop(rawHeaders));
      incoming.on('data', (part: Buffer) => {
        parts.push(part);
        response.write(part);
      });
      incoming.once('close', () => {
        const { complete } = incoming;
        const text = Buffer.concat(parts).toString();
        const answer = this.#http('answer', 'peer', method, url, incoming.headers);
        this.#record({ ...answer, status: statusCode, body: text, complete });
        if (complete) response.end();
        else response.destroy();
      });
      incoming.on('error', () => {});
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    outgoing.end(body);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { url = '/', headers } = request;
    this.#record(this.#http('upgrade', 'opener', 'GET', url, headers));
    socket.on('error', () => {});
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP.test(name)));
    const protocols = headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
    const peer = new WebSocket(this.target.replace(/^http/, 'ws') + url, protocols, {
      headers: passed as { [name: string]: string },
      perMessageDeflate: false,
    });
    this.#keep(peer);
    socket.once('close', () => peer.terminate());
    let extra: string[] = [];
    peer.once('upgrade', (answer) => {
      this.#record({ ...this.#http('upgrade_answer', 'peer', 'GET', url, answer.headers), status: 101 });
      extra = lines(withoutHop(answer.rawHeaders));
    });
    peer.once('unexpected-response', (_request, answer) => void this.#refused(url, answer, socket));
    peer.once('open', () => {
      const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
      server.once('headers', (answerHeaders) => answerHeaders.push(...extra));
      server.handleUpgrade(request, socket, head, (opener) => {
        this.#keep(opener);
        this.#join(url, opener, peer, 'opener');
        this.#join(url, peer, opener, 'peer');
      });
    });
    peer.once('error', () => socket.destroy());
  }

  /** The peer's own words, whole, to whoever asked. */
  async #refused(url: string, answer: IncomingMessage, socket: Duplex): Promise<void> {
    const body = (await wholeBody(answer)) ?? Buffer.alloc(0);
    const status = answer.statusCode ?? 0;
    const record = this.#http('upgrade_answer', 'peer', 'GET', url, answer.headers);
    this.#record({ ...record, status, body: body.toString() });
    const head = [`HTTP/1.1 ${status} ${answer.statusMessage ?? ''}`, ...lines(withoutHop(answer.rawHeaders))];
    socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${body.toString()}`);
  }

  #join(url: string, from: WebSocket, to: WebSocket, side: 'opener' | 'peer'): void {
    from.on('message', (data, binary) => {
      const bytes = data as Buffer;
      const text = binary ? '' : bytes.toString();
      const kind = binary ? 'binary' : 'text';
      this.#record({ ...this.#common(side), kind, url: path(url), text, bytes: bytes.length });
      to.send(bytes, { binary });
    });
    from.on('close', (code, reason) => {
      if (code === NO_FRAME) to.terminate();
      else if (to.readyState !== WebSocket.OPEN) return;
      else if (code === NO_CODE) to.close();
      else to.close(code, reason);
    });
    from.on('error', () => to.terminate());
  }

  #keep(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
  }

  #http(
    kind: 'request' | 'answer' | 'upgrade' | 'upgrade_answer',
    side: 'opener' | 'peer',
    method: string,
    url: string,
    headers: IncomingHttpHeaders,
  ) {
    return { ...this.#common(side), kind, method, url, headers, body: '', status: 0, complete: true };
  }

  #common(side: 'opener' | 'peer'): { vendor: Vendor; direction: Direction } {
    const ours = (side === 'opener') === (this.#options.opens === 'ours');
    return { vendor: this.#options.vendor, direction: ours ? 'sent' : 'received' };
  }

  #record(exchange: Exchange): void {
    this.#options.record(exchange);
  }
}

/** null: the sender left before the end. */
async function wholeBody(message: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  try {
    for await (const part of message as AsyncIterable<Buffer>) parts.push(part);
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}

function withoutHop(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) if (!HOP.test(raw[i].toLowerCase())) kept.push(raw[i], raw[i + 1]);
  return kept;
}

function lines(raw: readonly string[]): string[] {
  return raw.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${raw[i + 1]}`] : []));
}

/** Without what a query may carry: keys and tokens. */
function path(url: string): string {
  return url.split('?')[0];
}
