// The smallest server a Twilio simulator can call: answers webhooks with given TwiML and keeps what came. Checks
// signatures with the vendor's SDK, so that the simulator's own signer is judged by somebody else.

import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const twilio = createRequire(import.meta.url)('twilio') as typeof import('twilio');

export const AUTH_TOKEN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const ACCOUNT_SID = 'AC0123456789abcdef0123456789abcdef';

export interface Received {
  path: string;
  fields: Record<string, string>;
  signed: boolean;
}

type Answer = string | { status?: number; type?: string; body: string };

export class FakeServer {
  readonly requests: Received[] = [];
  readonly sockets: FakeSocket[] = [];
  /** TwiML by path; `WS` in it stands for the server's ws:// origin. */
  readonly answers: Record<string, Answer | ((received: Received) => Answer | Promise<Answer>)> = {};
  onSocket: (socket: FakeSocket) => void = () => {};
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  /** Paths below /refuse are answered with 403. */
  readonly #ws = new WebSocketServer({
    server: this.#http,
    perMessageDeflate: false,
    verifyClient: ({ req }: { req: IncomingMessage }, done: (ok: boolean, status?: number) => void) =>
      done(!req.url?.startsWith('/refuse'), 403),
  });
  #waiting: { path: string; resolve: (received: Received) => void }[] = [];

  static async start(): Promise<FakeServer> {
    const server = new FakeServer();
    server.#ws.on('connection', (socket, request) => {
      const fake = new FakeSocket(socket, request);
      server.sockets.push(fake);
      server.onSocket(fake);
    });
    await new Promise<void>((resolve) => server.#http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get wsOrigin(): string {
    return this.origin.replace('http', 'ws');
  }

  connect(path = '/ws/token', inner = '', after = ''): string {
    return `<Response><Connect><Stream url="${this.wsOrigin}${path}">${inner}</Stream></Connect>${after}</Response>`;
  }

  /** The next request to `path` from now on. */
  next(path: string): Promise<Received> {
    return new Promise((resolve) => this.#waiting.push({ path, resolve }));
  }

  async close(): Promise<void> {
    for (const socket of this.#ws.clients) socket.terminate();
    this.#ws.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #answer(request: IncomingMessage, response: import('node:http').ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
    const scheme = request.headers['x-forwarded-proto'] ?? 'http';
    const url = `${scheme}://${request.headers.host}${request.url}`;
    const signature = String(request.headers['x-twilio-signature'] ?? '');
    const path = (request.url ?? '').split('?')[0];
    const received = { path, fields, signed: twilio.validateRequest(AUTH_TOKEN, signature, url, fields) };
    this.requests.push(received);
    const answer = this.answers[path] ?? { status: 204, body: '' };
    const given = typeof answer === 'function' ? await answer(received) : answer;
    const { status = 200, type = 'text/xml', body } = typeof given === 'string' ? { body: given } : given;
    response.writeHead(status, { 'content-type': type }).end(body);
    for (const waiter of this.#waiting.filter((entry) => entry.path === path)) waiter.resolve(received);
    this.#waiting = this.#waiting.filter((entry) => entry.path !== path);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: wire messages are looked into field by field
type Message = any;

/** The server's end of one media stream. */
export class FakeSocket {
  readonly messages: Message[] = [];
  readonly raw: string[] = [];
  readonly #arrivedMs = new Map<Message, number>();
  readonly closed: Promise<number>;
  #waiting: { test: (message: Message) => boolean; resolve: (message: Message) => void }[] = [];

  constructor(
    readonly socket: WebSocket,
    readonly request: IncomingMessage,
  ) {
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('error', () => {});
    socket.on('message', (data, binary) => {
      if (binary) return;
      const text = data.toString();
      this.raw.push(text);
      let message: Message = null;
      try {
        message = JSON.parse(text);
      } catch {
        return;
      }
      this.messages.push(message);
      this.#arrivedMs.set(message, performance.now());
      for (const waiter of this.#waiting.filter((entry) => entry.test(message))) waiter.resolve(message);
      this.#waiting = this.#waiting.filter((entry) => !entry.test(message));
    });
  }

  get streamSid(): string {
    return this.messages.find((message) => message.event === 'start')?.streamSid ?? '';
  }

  /** The first message, come or to come, that fits. */
  async until(test: string | ((message: Message) => boolean)): Promise<Message> {
    const fits = typeof test === 'string' ? (message: Message) => message.event === test : test;
    return this.messages.find(fits) ?? new Promise((resolve) => this.#waiting.push({ test: fits, resolve }));
  }

  /** When a message of `messages` arrived, ms. */
  arrivalMs(message: Message): number {
    return this.#arrivedMs.get(message) ?? 0;
  }

  of(event: string): Message[] {
    return this.messages.filter((message) => message.event === event);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  play(bytes: Uint8Array): void {
    const payload = Buffer.from(bytes).toString('base64');
    this.send({ event: 'media', streamSid: this.streamSid, media: { payload } });
  }

  mark(name: string): void {
    this.send({ event: 'mark', streamSid: this.streamSid, mark: { name } });
  }

  clear(): void {
    this.send({ event: 'clear', streamSid: this.streamSid });
  }
}

/** A loud tone in mu-law: every sample counts as voice but the zero crossings. */
export function tone(ms: number): Uint8Array {
  return Uint8Array.from({ length: ms * 8 }, (_, i) => (i % 8 < 4 ? 0x20 : 0xa0));
}
