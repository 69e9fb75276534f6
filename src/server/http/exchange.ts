// Between the transport and the handlers: gives a handler its request with the body, awaits it, and sends its answer if
// the client is still there. Knows no route.

import type { Logger } from '../../log.js';
import { errorReply, HttpError } from './errors.js';
import { sendFile } from './file_reply.js';
import type { FileReply, Reply } from './reply.js';
import type { HttpExchange } from './transport.js';

/** One HTTP request, safe to keep across awaits. */
export interface ServerRequest {
  /** Upper case; HEAD comes as GET. */
  readonly method: string;
  /** As it came, percent-encoding and all: what was signed. */
  readonly path: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Path parameters in order, decoded. */
  readonly params: readonly string[];
  /** Address of the connection's other end. */
  readonly peer: string;
  /** By lower-case name; repeated headers are joined with commas; '' when absent. */
  readonly header: (name: string) => string;
  readonly body: Buffer;
}

export type Handler = (request: ServerRequest) => Reply | FileReply | Promise<Reply | FileReply>;

export interface ExchangeOptions {
  /** Largest body; 0 = bodies are ignored. */
  bodyBytesMax: number;
  /** Path parameters, not decoded. */
  params: readonly string[];
  log: Logger;
  /** Headers to add to any answer, such as CORS. */
  extraHeaders(header: (name: string) => string): Readonly<Record<string, string>>;
  onAnswered(method: string, status: number): void;
}

/** Runs one request through `handler`. Never throws. */
export async function exchange(client: HttpExchange, handler: Handler, options: ExchangeOptions): Promise<void> {
  const verb = client.method.toUpperCase();
  const isHead = verb === 'HEAD';
  const { path, query, peer, header } = client;

  let reply: Reply | FileReply;
  let isBodyLeft = false;
  try {
    if (Number(header('content-length')) > options.bodyBytesMax && options.bodyBytesMax > 0) {
      throw new HttpError(413, `the body is larger than ${options.bodyBytesMax} bytes`);
    }
    const body = options.bodyBytesMax > 0 ? await client.readBody(options.bodyBytesMax) : Buffer.alloc(0);
    const target = query ? `${path}?${query}` : path;
    const params = options.params.map(decode);
    reply = await handler({ method: isHead ? 'GET' : verb, path, target, params, peer, header, body });
  } catch (thrown) {
    const failure = errorReply(thrown);
    reply = failure.reply;
    isBodyLeft = reply.status === 413;
    if (failure.defect !== null) options.log.error({ err: failure.defect, path }, 'request failed');
  }
  options.onAnswered(verb, reply.status);
  const headers = { ...reply.headers, ...options.extraHeaders(header) };
  if ('file' in reply) return sendFile(client, reply, headers, isHead);
  if (isHead) client.answerHead(reply.status, headers, Buffer.byteLength(reply.body), isBodyLeft);
  else client.answer(reply.status, headers, reply.body, isBodyLeft);
}

function decode(param: string): string {
  try {
    return decodeURIComponent(param);
  } catch {
    throw new HttpError(400, 'the path is not valid percent-encoding');
  }
}
