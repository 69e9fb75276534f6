// Between uWebSockets.js and the handlers: copies what a handler needs out of the request (uWS lends it for one
// callback only), awaits the handler, and sends its answer if the client is still there. Knows no route.

import type uWS from 'uWebSockets.js';
import type { Logger } from '../../log.js';
import { readBody } from './body.js';
import { errorReply, HttpError } from './errors.js';
import { sendFile } from './file_reply.js';
import { type FileReply, type Reply, writeHead } from './reply.js';

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
  params: number;
  log: Logger;
  /** Headers to add to any answer, such as CORS. */
  extraHeaders(header: (name: string) => string): Readonly<Record<string, string>>;
  onAnswered(method: string, status: number): void;
}

/** Runs one request through `handler`. Never throws. */
export async function exchange(
  res: uWS.HttpResponse,
  req: uWS.HttpRequest,
  handler: Handler,
  options: ExchangeOptions,
): Promise<void> {
  let aborted = false;
  res.onAborted(() => {
    aborted = true;
  });
  const verb = req.getCaseSensitiveMethod().toUpperCase();
  const isHead = verb === 'HEAD';
  const method = isHead ? 'GET' : verb;
  const header = copyHeaders(req);
  const path = req.getUrl();
  const query = req.getQuery();
  const rawParams = Array.from({ length: options.params }, (_, i) => req.getParameter(i) ?? '');
  const peer = Buffer.from(res.getRemoteAddressAsText()).toString('latin1');

  let reply: Reply | FileReply;
  let isBodyLeft = false;
  try {
    if (Number(header('content-length')) > options.bodyBytesMax && options.bodyBytesMax > 0) {
      throw new HttpError(413, `the body is larger than ${options.bodyBytesMax} bytes`);
    }
    const body = options.bodyBytesMax > 0 ? await readBody(res, options.bodyBytesMax) : Buffer.alloc(0);
    const target = query ? `${path}?${query}` : path;
    reply = await handler({ method, path, target, params: rawParams.map(decode), peer, header, body });
  } catch (thrown) {
    const failure = errorReply(thrown);
    reply = failure.reply;
    isBodyLeft = reply.status === 413;
    if (failure.defect !== null) options.log.error({ err: failure.defect, path }, 'request failed');
  }
  options.onAnswered(verb, reply.status);
  if (aborted) {
    if ('file' in reply) await reply.file.close();
    return;
  }
  const extra = options.extraHeaders(header);
  if ('file' in reply) return sendFile(res, reply, extra, isHead, () => aborted);
  sendReply(res, reply, extra, isHead, isBodyLeft);
}

function sendReply(
  res: uWS.HttpResponse,
  reply: Reply,
  extra: Readonly<Record<string, string>>,
  isHead: boolean,
  closeConnection: boolean,
): void {
  res.cork(() => {
    writeHead(res, reply.status, { ...reply.headers, ...extra });
    if (isHead) res.endWithoutBody(Buffer.byteLength(reply.body), closeConnection);
    else res.end(reply.body, closeConnection);
  });
}

function copyHeaders(req: uWS.HttpRequest): (name: string) => string {
  const headers = new Map<string, string>();
  req.forEach((name, value) => {
    const known = headers.get(name);
    headers.set(name, known === undefined ? value : `${known}, ${value}`);
  });
  return (name) => headers.get(name) ?? '';
}

function decode(param: string): string {
  try {
    return decodeURIComponent(param);
  } catch {
    throw new HttpError(400, 'the path is not valid percent-encoding');
  }
}
