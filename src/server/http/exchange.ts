// Between the transport and the handlers: gives a handler its request with the body, awaits it, and sends its answer if
// the client is still there. Knows no route.

import type { Logger } from '../../log.js';
import { ANYBODY, type Who } from './access.js';
import { errorReply, HttpError } from './errors.js';
import { sendFile } from './file_reply.js';
import type { FileReply, Reply } from './reply.js';
import { REQUEST_ID, requestIdOf, withRequestId } from './request_id.js';
import type { HttpExchange } from './transport.js';

/** What is known of a request before its body. */
export interface RequestHead {
  /** Upper case; HEAD comes as GET. */
  readonly method: string;
  /** As it came, percent-encoding and all: what was signed. */
  readonly path: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Address of the connection's other end. */
  readonly peer: string;
  /** By lower-case name; repeated headers are joined with commas; '' when absent. */
  readonly header: (name: string) => string;
  /** Address of the client: the peer's, or the one that a trusted proxy says. Good for counting, not for letting in. */
  readonly client: string;
  /** See request_id.ts. */
  readonly requestId: string;
}

/** One HTTP request, safe to keep across awaits. */
export interface ServerRequest extends RequestHead {
  /** Path parameters in order, decoded. */
  readonly params: readonly string[];
  readonly who: Who;
  readonly body: Buffer;
  /** Its lines carry the request's id. */
  readonly log: Logger;
}

/** The body of a refused request is read and thrown away up to this size. */
const BODY_LEFT_BYTES_MAX = 64 * 1024;

const NO_BODY = Buffer.alloc(0);

export type Handler = (request: ServerRequest) => Reply | FileReply | Promise<Reply | FileReply>;

export interface ExchangeOptions {
  /** Largest body; 0 = bodies are ignored. */
  bodyBytesMax: number;
  /** Path parameters, not decoded. */
  params: readonly string[];
  log: Logger;
  clientOf(peer: string, header: (name: string) => string): string;
  /** Who asks. */
  identify(head: RequestHead): Who;
  /** Counts the request, and rejects when there were too many. */
  limit(head: RequestHead, who: Who): Promise<void>;
  /** Throws the refusal of who may not. Runs before the body is read. */
  admit(head: RequestHead, who: Who): void;
  /** Headers to add to any answer, such as CORS. */
  extraHeaders(header: (name: string) => string): Readonly<Record<string, string>>;
  /** @param verb the method as it came, in upper case */
  onAnswered(verb: string, head: RequestHead, who: Who, reply: Reply | FileReply): void;
}

/** Runs one request through `handler`. Never throws. */
export async function exchange(client: HttpExchange, handler: Handler, options: ExchangeOptions): Promise<void> {
  const verb = client.method.toUpperCase();
  const isHead = verb === 'HEAD';
  const { path, query, peer, header } = client;
  const target = query ? `${path}?${query}` : path;
  const requestId = requestIdOf(header);
  const clientAt = options.clientOf(peer, header);
  const method = isHead ? 'GET' : verb;
  const head: RequestHead = { method, path, target, peer, client: clientAt, header, requestId };
  // Made when it is used: most requests are not worth a line.
  let log: Logger | null = null;
  const ownLog = (): Logger => {
    log ??= options.log.child({ requestId });
    return log;
  };

  let reply: Reply | FileReply;
  let isBodyLeft = false;
  let who = ANYBODY;
  try {
    // Who is refused here sends no body that we wait for; an endless one ends with the connection.
    isBodyLeft = header('transfer-encoding') !== '' || Number(header('content-length')) > BODY_LEFT_BYTES_MAX;
    who = options.identify(head);
    const counted = options.limit(head, who);
    counted.catch(() => {});
    let refusal: unknown = null;
    try {
      options.admit(head, who);
    } catch (thrown) {
      refusal = thrown;
    }
    // Who guesses keys is counted too.
    if (refusal !== null) await counted;
    if (refusal !== null) throw refusal;
    isBodyLeft = false;
    if (Number(header('content-length')) > options.bodyBytesMax && options.bodyBytesMax > 0) {
      throw new HttpError(413, `the body is larger than ${options.bodyBytesMax} bytes`);
    }
    // Before the first await, as the transport wants it.
    const reading = options.bodyBytesMax > 0 ? client.readBody(options.bodyBytesMax) : Promise.resolve(NO_BODY);
    reading.catch(() => {});
    await counted;
    const body = await reading;
    const params = options.params.map(decode);
    reply = await handler({
      ...head,
      params,
      who,
      body,
      get log() {
        return ownLog();
      },
    });
  } catch (thrown) {
    const failure = errorReply(thrown);
    reply = failure.reply;
    isBodyLeft ||= reply.status === 413;
    if (failure.defect !== null) ownLog().error({ err: failure.defect, path }, 'request failed');
  }
  options.onAnswered(verb, head, who, reply);
  reply = withRequestId(reply, requestId);
  const headers = { ...reply.headers, [REQUEST_ID]: requestId, ...options.extraHeaders(header) };
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
