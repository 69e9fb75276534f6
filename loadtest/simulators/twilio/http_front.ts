// The simulator's HTTP side: reads requests, sends those for Twilio's API to rest_api.ts and those below /_sim to the
// control surface, and acts out what can happen to a REST request on its way.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Strike } from './failure_modes.js';
import { answerRest, type RestBackend } from './rest_api.js';
import { type RestAnswer, restError } from './rest_resources.js';

const BODY_BYTES_MAX = 4 * 1024 * 1024;

export interface FrontOptions {
  backend: RestBackend;
  /** Strikes for the request with this path. */
  strikes(path: string): Strike;
  /** Requests below /_sim. Never rejects. */
  control(method: string, path: string, query: URLSearchParams, body: string): Promise<ControlReply>;
  /** With a certificate the API speaks https, which puts the SDK's cap of 20 sockets to work. */
  tls?: { key: string; cert: string };
}

export interface ControlReply {
  status: number;
  type: string;
  body: string | Uint8Array;
}

/** Makes the server; it does not listen yet. */
export function createFront(options: FrontOptions): Server {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response, options).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(String(error));
    });
  };
  return options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
}

async function handle(request: IncomingMessage, response: ServerResponse, options: FrontOptions): Promise<void> {
  const body = await readBody(request);
  if (body === null) {
    response.writeHead(413).end();
    return;
  }
  const [path, query = ''] = (request.url ?? '/').split('?');
  const method = request.method ?? 'GET';
  if (path.startsWith('/_sim')) {
    const reply = await options.control(method, path, new URLSearchParams(query), body);
    response.writeHead(reply.status, { 'content-type': reply.type }).end(reply.body);
    return;
  }
  const strike = options.strikes(path);
  if (strike('rest_reset')) {
    request.socket.destroy();
    return;
  }
  const hang = strike('rest_hang');
  if (hang && hang.delayMs === undefined) return;
  if (hang) await new Promise((resolve) => setTimeout(resolve, hang.delayMs));
  if (strike('rest_500')) {
    response
      .writeHead(500, { 'content-type': 'text/html' })
      .end('<html><body><h1>Internal Server Error</h1></body></html>');
    return;
  }
  const answer = strike('rest_429')
    ? restError(429, 20429, 'Too Many Requests')
    : strike('rest_503')
      ? restError(503, 20503, 'Service is not available')
      : answerRest(
          {
            method,
            path,
            query: new URLSearchParams(query),
            form: new URLSearchParams(body),
            authorization: request.headers.authorization,
          },
          options.backend,
        );
  if (strike('rest_answer_lost')) {
    request.socket.destroy();
    return;
  }
  send(response, answer);
}

function send(response: ServerResponse, answer: RestAnswer): void {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'twilio-concurrent-requests': '1',
    ...answer.headers,
  };
  if (answer.body === undefined) response.writeHead(answer.status).end();
  else response.writeHead(answer.status, headers).end(JSON.stringify(answer.body));
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return null;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
