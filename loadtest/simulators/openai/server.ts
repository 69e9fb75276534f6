// A local OpenAI: chat completions, streamed, from a rule-based guest relations executive. node:http rather than
// uWebSockets.js, because resets, half bodies and keep-alive hints are part of what it has to imitate.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nowMs } from '../../../src/clock.js';
import { answerControl, type ControlHandlers } from '../control.js';
import { type ArmedFailure, type FailOptions, FailurePlan } from '../failures.js';
import { drawMs, mergeLatency, seededRandom } from '../latency.js';
import { StageTimings } from '../stage_timings.js';
import { type ChatRequest, readChatRequest } from './chat_request.js';
import { ChunkWriter } from './chunk_writer.js';
import { CompletionStream, OPENAI_LATENCY, type OpenaiLatency, wholeCompletion } from './completion_stream.js';
import { type ErrorAnswer, errorAnswer } from './error_answer.js';
import { OPENAI_FAILURE_MODES, type OpenaiFailureMode, REQUEST_MODES, STREAM_MODES } from './failure_modes.js';
import { MODELS, type Model, modelResource } from './models.js';
import { failureAnswer } from './refusals.js';
import { type ChatMessage, type Reply, replyTo, toolCallFor } from './replies.js';
import { OpenaiStats } from './stats.js';

export interface OpenaiSimulatorOptions {
  /** 0 = any free port. */
  port?: number;
  /** Keys that are let in; empty = any key, but there must be one. */
  apiKeys?: readonly string[];
  latency?: Partial<OpenaiLatency>;
  /** TCP connections at once; further ones are dropped. */
  maxConnections?: number;
  /** Completions at once; one more is a 429. */
  maxConcurrent?: number;
  /** Idle connections are closed after this long. */
  keepAliveMs?: number;
  /** Tell clients so in a `Keep-Alive: timeout=` header. The vendor does not, so clients fall back to their own. */
  keepAliveHint?: boolean;
  /** False: every write is whole events. Default true: pieces end where they like, as on a network. */
  splitEvents?: boolean;
  /** Further models (fine-tuned ones, names of a gateway): name -> the model it behaves like. */
  extraModels?: Readonly<Record<string, string>>;
  /** What is said instead of the built-in rules; null = the rules. */
  answer?: (messages: readonly ChatMessage[]) => string | null;
  /** Tokens of a streamed reply left; called with the characters of its text that have left so far. */
  onText?: (replyText: string, request: { startMs: number; messages: readonly ChatMessage[] }, chars: number) => void;
  seed?: number;
}
const DEFAULTS = {
  port: 0,
  apiKeys: [],
  maxConnections: 100_000,
  maxConcurrent: 100_000,
  keepAliveMs: 60_000,
  keepAliveHint: false,
  splitEvents: true,
  seed: 1,
} as const;

const BODY_MAX_BYTES = 4 * 1024 * 1024;

/** Replies still to come, and what the last one was given to. */
interface Script {
  replies: Reply[];
  last: { before: string; words: string; reply: Reply } | null;
}

export class OpenaiSimulator {
  readonly stats = new OpenaiStats();
  readonly timings = new StageTimings();
  readonly failures = new FailurePlan<OpenaiFailureMode>(OPENAI_FAILURE_MODES);
  readonly #random: () => number;
  readonly #server: Server;
  readonly #scripted = new Map<string, Script>();
  readonly #controls: ControlHandlers;
  readonly #models: ReadonlyMap<string, Model>;
  #latency: OpenaiLatency;
  /** What goes into OPENAI_BASE_URL. */
  url = '';

  private constructor(
    readonly options: Required<Omit<OpenaiSimulatorOptions, 'latency' | 'answer' | 'onText' | 'extraModels'>> &
      OpenaiSimulatorOptions,
  ) {
    this.#random = seededRandom(options.seed);
    this.#latency = mergeLatency<OpenaiLatency>(OPENAI_LATENCY, options.latency);
    this.#models = modelsByName(options.extraModels ?? {});
    this.#controls = {
      replies: (body) => this.setReplies(String(body['callSid'] ?? ''), body['replies'] as string[]),
      fail: (body) => this.fail(body['mode'] as OpenaiFailureMode, body as FailOptions),
      heal: (body) => this.heal(body['mode'] as OpenaiFailureMode | undefined),
      latency: (body) => this.setLatency(body as Partial<OpenaiLatency>),
      stats: () => ({ ...this.stats, struck: this.failures.struck }),
      timings: (body) => this.timings.since(Number(body['from'] ?? 0)),
    };
    this.#server = createServer({ keepAliveTimeout: options.keepAliveMs, requestTimeout: 0 }, (request, response) => {
      void this.#serve(request, response);
    });
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('connection', () => this.stats.connections++);
    this.#server.on('drop', () => this.stats.connectionsDropped++);
  }

  /** Starts on loopback. Rejects when the port is taken. */
  static async start(options: OpenaiSimulatorOptions = {}): Promise<OpenaiSimulator> {
    const simulator = new OpenaiSimulator({ ...DEFAULTS, ...options });
    await new Promise<void>((resolve, reject) => {
      simulator.#server.once('error', reject);
      simulator.#server.listen(simulator.options.port, '127.0.0.1', resolve);
    });
    simulator.url = `http://127.0.0.1:${(simulator.#server.address() as AddressInfo).port}/v1`;
    return simulator;
  }

  /** The next replies of the call whose key contains `callSid` (empty = of any), before the rules take over again. */
  setReplies(callSid: string, replies: readonly (string | Reply)[]): void {
    this.#scripted.set(callSid, {
      replies: replies.map((reply) => (typeof reply === 'string' ? { text: reply, toolCalls: [] } : reply)),
      last: null,
    });
  }

  fail(mode: OpenaiFailureMode, options?: FailOptions): void {
    this.failures.fail(mode, options);
  }

  heal(mode?: OpenaiFailureMode): void {
    this.failures.heal(mode);
  }

  setLatency(latency: Partial<OpenaiLatency>): void {
    this.#latency = mergeLatency(this.#latency, latency);
  }

  /** Cuts every connection and stops listening. Safe twice. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    if (text === null) return;
    const path = (request.url ?? '/').split('?')[0];
    if (path.startsWith('/_sim/')) {
      const answer = answerControl(this.#controls, path, text);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      return;
    }
    // Node hints at its own idle limit unless the header is already there.
    if (!this.options.keepAliveHint) response.setHeader('connection', 'keep-alive');
    response.setHeader('x-request-id', `req_${randomUUID().replaceAll('-', '')}`);
    const route = `${request.method} ${path}`;
    const refused = this.#checkKey(request);
    if (refused) this.#refuse(response, refused);
    else if (route === 'GET /v1/models') sendList(response, [...this.#models.values()].map(modelResource));
    else if (route.startsWith('GET /v1/models/')) this.#model(response, path.slice('/v1/models/'.length));
    else if (route === 'POST /v1/chat/completions') this.#complete(request, response, text);
    // Completions that were asked to be stored; none is here.
    else if (route === 'GET /v1/chat/completions') sendList(response, []);
    else this.#refuse(response, errorAnswer(404, 'invalid_request_error', `Invalid URL (${route})`));
  }

  /** One model's entry. The engine asks for it to open a connection, to try its key, and for the shutdown date. */
  #model(response: ServerResponse, encodedId: string): void {
    const id = decodeURIComponent(encodedId);
    const model = this.#models.get(id);
    if (model) sendJson(response, modelResource(model));
    else {
      const param = 'model';
      const message = `The model '${id}' does not exist`;
      this.#refuse(response, errorAnswer(404, 'invalid_request_error', message, { param, code: 'model_not_found' }));
    }
  }

  #complete(request: IncomingMessage, response: ServerResponse, text: string): void {
    this.stats.requests++;
    const type = request.headers['content-type'] ?? '';
    const chat = /^application\/json\b/i.test(type)
      ? readChatRequest(text, String(request.headers['x-client-request-id'] ?? ''), this.#models)
      : unsupportedType(type);
    if ('status' in chat) {
      this.#refuse(response, chat);
      return;
    }
    const failure = this.failures.take([...REQUEST_MODES, ...STREAM_MODES], chat.key);
    if (failure && isRequestMode(failure.mode)) {
      this.#failRequest(failure, request, response);
      return;
    }
    if (this.stats.open >= this.options.maxConcurrent) {
      this.#refuse(response, failureAnswer('status_429', 1000));
      return;
    }
    const reply = this.#reply(chat);
    for (const [name, value] of Object.entries(this.#rateLimitHeaders())) response.setHeader(name, value);
    if (chat.stream) this.#stream(chat, reply, response, failure);
    else this.#whole(chat, reply, response);
  }

  #stream(
    chat: ChatRequest,
    reply: Reply,
    response: ServerResponse,
    failure: ArmedFailure<OpenaiFailureMode> | null,
  ): void {
    const { stats } = this;
    stats.streamOpened();
    const startMs = nowMs();
    // The head leaves with the first chunk: until then a client waits for headers, as it does with the vendor.
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    const { onText, splitEvents } = this.options;
    const writer = new ChunkWriter(response, this.#random, splitEvents);
    const stream = new CompletionStream(chat, reply, writer, failure, this.#latency, this.#random, {
      onText: onText && ((chars) => onText(reply.text, { startMs, messages: chat.messages }, chars)),
      onFirstToken: () => this.timings.add('llm_first_token', chat.key, startMs),
      onEnd: (how) => {
        stats.open--;
        stats.tokens += stream.tokensSent;
        if (how === 'done') stats.completed++;
        if (how === 'failed') stats.failed++;
        if (how === 'aborted') stats.aborted(chat.key, stream.tokensSent, stream.tokensTotal, nowMs());
      },
    });
  }

  #whole(chat: ChatRequest, reply: Reply, response: ServerResponse): void {
    const body = wholeCompletion(chat, reply);
    setTimeout(
      () => {
        if (response.destroyed) return;
        this.stats.completed++;
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      },
      drawMs(this.#latency.firstToken, this.#random),
    );
  }

  #failRequest(failure: ArmedFailure<OpenaiFailureMode>, request: IncomingMessage, response: ServerResponse): void {
    if (failure.mode === 'refuse') request.socket.resetAndDestroy();
    else if (failure.mode === 'hang') response.on('close', () => this.stats.aborted('', 0, 0, nowMs()));
    else this.#refuse(response, failureAnswer(failure.mode, failure.delayMs ?? 1000));
  }

  #reply(chat: ChatRequest): Reply {
    for (const [callSid, script] of this.#scripted) {
      const reply = chat.key.includes(callSid) ? nextScripted(script, chat.messages) : null;
      if (reply !== null) return reply;
    }
    const answer = this.options.answer?.(chat.messages) ?? null;
    if (answer !== null) return { text: answer, toolCalls: [] };
    const toolCall = toolCallFor(chat.messages, chat.toolNames);
    return toolCall ? { text: '', toolCalls: [toolCall] } : { text: replyTo(chat.messages), toolCalls: [] };
  }

  #checkKey(request: IncomingMessage): ErrorAnswer | null {
    const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (key && (this.options.apiKeys.length === 0 || this.options.apiKeys.includes(key))) return null;
    return errorAnswer(401, 'invalid_request_error', 'Incorrect API key provided.', { code: 'invalid_api_key' });
  }

  #refuse(response: ServerResponse, answer: ErrorAnswer): void {
    this.stats.refused(answer.status);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
  }

  #rateLimitHeaders(): Record<string, string> {
    return {
      'openai-processing-ms': '12',
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-limit-tokens': '2000000',
      'x-ratelimit-remaining-requests': String(10_000 - this.stats.open),
      'x-ratelimit-remaining-tokens': '1999000',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-reset-tokens': '0s',
    };
  }
}

/**
 * Asked again at the same point of the conversation with other words of the caller's: what was asked before was a draft that is
 * thrown away, and its reply is still to come.
 */
function nextScripted(script: Script, messages: readonly ChatMessage[]): Reply | null {
  const before = JSON.stringify(messages.slice(0, -1));
  const words = JSON.stringify(messages.at(-1));
  if (script.last?.before === before && script.last.words !== words && messages.at(-1)?.role === 'user') {
    script.last.words = words;
    return script.last.reply;
  }
  const reply = script.replies.shift() ?? null;
  script.last = reply === null ? null : { before, words, reply };
  return reply;
}

function modelsByName(extra: Readonly<Record<string, string>>): ReadonlyMap<string, Model> {
  const models = new Map(MODELS.map((model) => [model.id, model]));
  for (const [id, like] of Object.entries(extra)) {
    const model = models.get(like);
    if (!model) throw new RangeError(`${id} can't be like ${like}: no such model`);
    models.set(id, { ...model, id });
  }
  return models;
}

function unsupportedType(type: string): ErrorAnswer {
  const message = `Unsupported content type: '${type}'. This API method only accepts 'application/json' requests.`;
  return errorAnswer(415, 'invalid_request_error', message, { code: 'unsupported_content_type' });
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendList(response: ServerResponse, data: readonly object[]): void {
  sendJson(response, { object: 'list', data, first_id: null, last_id: null, has_more: false });
}

function isRequestMode(mode: OpenaiFailureMode): mode is (typeof REQUEST_MODES)[number] {
  return (REQUEST_MODES as readonly string[]).includes(mode);
}

/** The body as text, or null when the client left or sent too much. */
async function readText(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > BODY_MAX_BYTES) {
        request.destroy();
        return null;
      }
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts).toString();
}
