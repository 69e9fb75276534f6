// A text-to-speech WebSocket server whose every answer is written by the test: for what a well-behaved simulator
// can't do, and for exact sequences.

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Watched } from '../provider_probe.js';

/** One generation request or cancel, as it came. */
export interface TtsRequest {
  context_id: string;
  transcript?: string;
  continue?: boolean;
  cancel?: boolean;
  [field: string]: unknown;
}

/** The server's side of one socket. */
export class TtsPeer {
  readonly requests: TtsRequest[] = [];

  constructor(
    readonly ws: WebSocket,
    readonly headers: IncomingMessage['headers'],
  ) {}

  /** Requests with text (or the end of it), without cancels. */
  get texts(): (string | undefined)[] {
    return this.requests.filter((request) => !request.cancel).map((request) => request.transcript);
  }

  send(message: object): void {
    this.ws.send(JSON.stringify(message));
  }

  chunk(contextId: string, bytes: number): void {
    const data = Buffer.alloc(bytes, 0x7f).toString('base64');
    this.send({ type: 'chunk', context_id: contextId, data, done: false, status_code: 206, step_time: 1 });
  }

  words(contextId: string, words: string[], start: number[], end: number[]): void {
    const message = { type: 'timestamps', context_id: contextId, done: false, status_code: 206 };
    this.send({ ...message, word_timestamps: { words, start, end } });
  }

  done(contextId: string): void {
    this.send({ type: 'done', context_id: contextId, done: true, status_code: 200 });
  }

  error(contextId: string | undefined, statusCode: number): void {
    const message = { type: 'error', title: 'no', message: 'you said lunch', status_code: statusCode, done: true };
    this.send({ ...message, error_code: 'some_code', context_id: contextId });
  }
}

export class ScriptedTtsServer extends Watched {
  readonly peers: TtsPeer[] = [];
  /** What happens at each request; nothing by default. */
  onRequest: (peer: TtsPeer, request: TtsRequest) => void = () => {};
  /** Statuses for the next handshakes; 101 when used up. */
  refusals: number[] = [];
  handshakes = 0;
  /** Handshakes are left without an answer. */
  mute = false;
  readonly #sockets = new Set<Socket>();
  readonly #wss = new WebSocketServer({ noServer: true });
  readonly #server = createServer();
  url = '';

  static async start(): Promise<ScriptedTtsServer> {
    const server = new ScriptedTtsServer();
    server.#server.on('connection', (socket) => {
      server.#sockets.add(socket);
      socket.on('close', () => {
        server.#sockets.delete(socket);
        server.changed();
      });
    });
    server.#server.on('upgrade', (req, socket, head) => {
      server.handshakes++;
      const status = server.refusals.shift();
      if (status !== undefined) socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      else if (server.mute) socket.resume().on('end', () => socket.end());
      else server.#wss.handleUpgrade(req, socket, head, (ws) => server.#accept(ws, req));
      server.changed();
    });
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    server.url = `http://127.0.0.1:${(server.#server.address() as AddressInfo).port}`;
    return server;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  get requests(): TtsRequest[] {
    return this.peers.flatMap((peer) => peer.requests);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(ws: WebSocket, req: IncomingMessage): void {
    const peer = new TtsPeer(ws, req.headers);
    this.peers.push(peer);
    ws.on('message', (data) => {
      const request = JSON.parse(String(data)) as TtsRequest;
      peer.requests.push(request);
      this.onRequest(peer, request);
      this.changed();
    });
    this.changed();
  }
}
