// A chat completions server whose every answer is written by the test, down to the byte: for what a well-behaved
// simulator can't do.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Watched } from '../provider_probe.js';

export type ChatAnswer = (res: ServerResponse, body: Record<string, unknown>) => void;

export class ScriptedChatServer extends Watched {
  /** Answers in order; the last one repeats. */
  answers: ChatAnswer[] = [];
  readonly bodies: Record<string, unknown>[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  /** GET requests: warming. */
  modelRequests = 0;
  modelStatus = 200;
  modelAnswer = '{"id":"m","object":"model"}';
  connections = 0;
  /** Requests whose client went away before the answer ended. */
  aborted = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((req, res) => this.#serve(req, res));
  url = '';

  static async start(): Promise<ScriptedChatServer> {
    const server = new ScriptedChatServer();
    server.#server.on('connection', (socket) => {
      server.connections++;
      server.#sockets.add(socket);
      socket.on('close', () => server.#sockets.delete(socket));
      server.changed();
    });
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    server.url = `http://127.0.0.1:${(server.#server.address() as AddressInfo).port}/v1`;
    return server;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    if (req.method === 'GET') {
      this.modelRequests++;
      res.writeHead(this.modelStatus, { 'content-type': 'application/json' }).end(this.modelAnswer);
      this.changed();
      return;
    }
    res.on('close', () => {
      if (!res.writableEnded) this.aborted++;
      this.changed();
    });
    let text = '';
    req.on('data', (bytes) => {
      text += bytes;
    });
    req.on('end', () => {
      const answer = this.answers[Math.min(this.bodies.length, this.answers.length - 1)];
      const body = JSON.parse(text) as Record<string, unknown>;
      this.bodies.push(body);
      this.headers.push(req.headers);
      this.changed();
      answer(res, body);
    });
  }
}

export function delta(text: string): string {
  return event({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }], usage: null });
}
export function finish(reason: string): string {
  return event({ choices: [{ index: 0, delta: {}, finish_reason: reason }], usage: null });
}
export const ROLE = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
export const USAGE = event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 } });
export const END = 'data: [DONE]\n\n';

export function event(fields: object): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...fields })}\n\n`;
}

/** Writes the parts and ends, or leaves the body open. */
export function stream(parts: string[], after: 'end' | 'open' | 'cut' = 'end'): ChatAnswer {
  return (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const part of parts) res.write(part);
    if (after === 'end') res.end();
    if (after === 'cut') setImmediate(() => res.socket?.destroy());
  };
}

export function refuse(status: number, headers: Record<string, string> = {}, error: object = {}): ChatAnswer {
  return (res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(
      JSON.stringify({ error: { message: 'no, and your key is oa-secret-key', type: 't', code: null, ...error } }),
    );
  };
}
