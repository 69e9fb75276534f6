// The HTTP side of a simulated vendor: its routes, its WebSockets and the control endpoints, on loopback only, because
// simulators are nobody else's business. What stands behind each route is the vendor's own folder.

import { openTransport } from '../../src/server/http/open_transport.js';
import { makeRouter } from '../../src/server/http/router.js';
import type { Handshake, HttpExchange, HttpTransport, SocketLimits } from '../../src/server/http/transport.js';
import { loadUws } from '../../src/server/http/transport_uws.js';
import { answerControl, type ControlHandlers } from './control.js';

const CONTROL_PREFIX = '/_sim/';
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/**
 * A listen URL with its key terms, percent-encoded, is longer than the 4 kB that uWebSockets.js allows for a request that
 * comes in more than one piece. It reads the limit when it is loaded.
 */
const HEAD_BYTES_MAX = 32_768;
process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= String(HEAD_BYTES_MAX);
/** Shorter waits are no waits: timers can't do them. */
const WAIT_MIN_MS = 0.5;

export interface VendorRoutes {
  /** By method and pattern, `GET /voices/:id`. */
  requests: Record<string, (exchange: HttpExchange, params: readonly string[]) => void>;
  /** By path. */
  sockets: Record<string, (handshake: Handshake) => void>;
  control: ControlHandlers;
  /** A socket may be silent for long: the vendors' own idle rules are the simulators'. */
  limits: Omit<SocketLimits, 'idleTimeoutS'>;
}

export class VendorServer {
  readonly #transport: HttpTransport;

  constructor({ requests, sockets, control, limits }: VendorRoutes) {
    const find = makeRouter(
      Object.entries(requests).map(([key, answer]) => {
        const [method, pattern] = key.split(' ');
        // One router for both: the method is the path's first part.
        return { pattern: `${method}${pattern}`, answer };
      }),
    );
    const request = (exchange: HttpExchange) => {
      if (exchange.path.startsWith(CONTROL_PREFIX)) return void serveControl(exchange, control);
      const match = find(`${exchange.method}${exchange.path}`);
      if (match) match.route.answer(exchange, match.params);
      else sendJson(exchange, 404, '{"detail":"the simulator knows no such path"}');
    };
    this.#transport = openTransport(
      // The generator's own cost must stay small: an old release will do.
      typeof loadUws() === 'string' ? 'node' : 'uws',
      { request, handshake: (client) => (sockets[client.path] ?? request)(client), lateHandshakes: true },
      { ...limits, idleTimeoutS: 0 },
    ).transport;
  }

  /** Listens on 127.0.0.1:`port` (0 = any free one) and gives the port; rejects when it is taken. */
  listen(port: number): Promise<number> {
    return this.#transport.listen('127.0.0.1', port);
  }

  /** Cuts every connection and stops listening. Safe twice. */
  close(): void {
    this.#transport.close();
  }
}

/** Runs `answer` after `delayMs`, or `gone` when the client leaves before. */
export function answerLate(client: HttpExchange, delayMs: number, answer: () => void, gone: () => void): void {
  client.onGone(gone);
  if (delayMs < WAIT_MIN_MS) return answer();
  setTimeout(() => {
    if (!client.isGone) answer();
  }, delayMs).unref();
}

/** One value of the query; '' when it is absent. */
export function queryValue(client: HttpExchange, name: string): string {
  return new URLSearchParams(client.query).get(name) ?? '';
}

export function sendJson(client: HttpExchange, status: number, body: string, headers: Record<string, string> = {}) {
  client.answer(status, { 'content-type': 'application/json', ...headers }, body);
}

export function sendText(client: HttpExchange, status: number, body: string, headers: Record<string, string> = {}) {
  client.answer(status, { 'content-type': 'text/plain', ...headers }, body);
}

async function serveControl(client: HttpExchange, control: ControlHandlers): Promise<void> {
  const body = await client.readBody(BODY_BYTES_MAX);
  const answer = answerControl(control, client.path, body.toString());
  sendJson(client, answer.status, answer.body);
}
