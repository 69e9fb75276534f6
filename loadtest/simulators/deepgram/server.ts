// A local Deepgram: live speech-to-text over its WebSocket wire, v1 (Nova) and v2 (Flux), with scripted callers.
// This file is the front door: handshake, limits, control endpoints. A stream's life is listen_stream.ts.

import { randomUUID } from 'node:crypto';
import type { Handshake, HttpExchange, ServerSocket } from '../../../src/server/http/transport.js';
import type { ControlHandlers } from '../control.js';
import { type FailOptions, FailurePlan } from '../failures.js';
import { drawMs, mergeLatency, seededRandom } from '../latency.js';
import { StageTimings } from '../stage_timings.js';
import { answerLate, sendJson, VendorServer } from '../vendor_server.js';
import { DEEPGRAM_FAILURE_MODES, type DeepgramFailureMode, HANDSHAKE_MODES } from './failure_modes.js';
import { HEARING_DEFAULTS, type HearingOptions } from './hearing.js';
import { type Refusal, readListenQuery } from './listen_query.js';
import { ListenStream } from './listen_stream.js';
import { DEEPGRAM_LATENCY, type DeepgramLatency } from './outbox.js';
import { ScriptBook, type ScriptLine } from './script.js';
import { DeepgramStats } from './stats.js';
import type { CallerTruth } from './timed_hearing.js';

export interface DeepgramSimulatorOptions {
  /** 0 = any free port. */
  port?: number;
  /** Keys that are let in; empty = any key, but there must be one. */
  apiKeys?: readonly string[];
  /** Short-lived tokens that are let in as `Bearer`. */
  accessTokens?: readonly string[];
  /** Streams at once; one more is a 429. The vendor's number depends on the plan. */
  maxStreams?: number;
  defaultScript?: readonly ScriptLine[];
  /** Another source of what callers say, instead of scripts and the default script. */
  scripts?: ScriptBook;
  latency?: Partial<DeepgramLatency>;
  /** What really lies in the audio of the call with this tag (CallSid); null: by loudness and script. */
  truth?: (tag: string) => CallerTruth | null;
  hearing?: Partial<HearingOptions>;
  /** NET-0001 after this long without audio or KeepAlive, and without any audio at all. */
  idleTimeoutMs?: number;
  /** v2: ForceEndTurn is honoured; the vendor enables it per account. */
  forceEndTurn?: boolean;
  seed?: number;
}
const DEFAULTS = {
  port: 0,
  apiKeys: [],
  accessTokens: [],
  maxStreams: 100_000,
  idleTimeoutMs: 10_000,
  forceEndTurn: false,
  seed: 1,
} as const;

const REFUSALS: Record<string, Refusal> = {
  status_400: { status: 400, errCode: 'INVALID_QUERY_PARAMETER', errMsg: 'Bad Request' },
  status_401: { status: 401, errCode: 'INVALID_AUTH', errMsg: 'Invalid credentials.' },
  status_402: { status: 402, errCode: 'ASR_PAYMENT_REQUIRED', errMsg: 'Project has no credits.' },
  status_403: { status: 403, errCode: 'INSUFFICIENT_PERMISSIONS', errMsg: 'No access to the model.' },
  status_429: { status: 429, errCode: 'TOO_MANY_REQUESTS', errMsg: 'Too many requests.' },
  status_503: { status: 503, errCode: 'SERVICE_UNAVAILABLE', errMsg: 'Try again later.' },
};

export class DeepgramSimulator {
  readonly stats = new DeepgramStats();
  readonly timings = new StageTimings();
  readonly failures = new FailurePlan<DeepgramFailureMode>(DEEPGRAM_FAILURE_MODES);
  readonly scripts: ScriptBook;
  readonly #streams = new Set<ListenStream>();
  readonly #random: () => number;
  readonly #server: VendorServer;
  readonly #sweeper: NodeJS.Timeout;
  #latency: DeepgramLatency;
  /** What goes into DEEPGRAM_BASE_URL. */
  url = '';

  private constructor(
    readonly options: Required<
      Omit<DeepgramSimulatorOptions, 'latency' | 'hearing' | 'defaultScript' | 'scripts' | 'truth'>
    > &
      DeepgramSimulatorOptions,
  ) {
    this.scripts = options.scripts ?? new ScriptBook(options.defaultScript);
    this.#random = seededRandom(options.seed);
    this.#latency = mergeLatency<DeepgramLatency>(DEEPGRAM_LATENCY, options.latency);
    const control = {
      script: (body) => this.setScript(String(body['callSid']), body['lines'] as ScriptLine[]),
      default_script: (body) => this.scripts.setDefaultScript(body['lines'] as ScriptLine[]),
      fail: (body) => this.fail(body['mode'] as DeepgramFailureMode, body as FailOptions),
      heal: (body) => this.heal(body['mode'] as DeepgramFailureMode | undefined),
      latency: (body) => this.setLatency(body as Partial<DeepgramLatency>),
      stats: () => ({ ...this.stats, struck: this.failures.struck }),
      timings: (body) => this.timings.since(Number(body['from'] ?? 0)),
    } satisfies ControlHandlers;
    this.#server = new VendorServer({
      requests: { 'GET /v1/projects': (client) => this.#serveProjects(client) },
      sockets: {
        '/v1/listen': (client) => this.#handshake(1, client),
        '/v2/listen': (client) => this.#handshake(2, client),
      },
      control,
      limits: { messageBytesMax: 1024 * 1024, bufferedBytesMax: 64 * 1024 },
    });
    // One sweep for all streams instead of a timer in each.
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1000, options.idleTimeoutMs / 5));
  }

  /** Starts on loopback. Rejects when the port is taken. */
  static async start(options: DeepgramSimulatorOptions = {}): Promise<DeepgramSimulator> {
    const simulator = new DeepgramSimulator({ ...DEFAULTS, ...options });
    const port = await simulator.#server.listen(simulator.options.port);
    simulator.url = `http://127.0.0.1:${port}`;
    return simulator;
  }

  /** What the caller with this CallSid (the stream's `tag`) will say, line by line. */
  setScript(callSid: string, lines: readonly ScriptLine[]): void {
    this.scripts.setScript(callSid, lines);
  }

  fail(mode: DeepgramFailureMode, options?: FailOptions): void {
    this.failures.fail(mode, options);
  }

  heal(mode?: DeepgramFailureMode): void {
    this.failures.heal(mode);
  }

  /** Applies to streams opened from now on. */
  setLatency(latency: Partial<DeepgramLatency>): void {
    this.#latency = mergeLatency(this.#latency, latency);
  }

  /** Cuts every stream and stops listening. Safe twice. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const stream of this.#streams) stream.cut();
    this.#server.close();
  }

  #serveProjects(client: HttpExchange): void {
    const refusal = this.#checkKey(client);
    if (refusal) this.#refuse(client, refusal);
    else sendJson(client, 200, '{"projects":[{"project_id":"simulated","name":"simulated"}]}');
  }

  #handshake(version: 1 | 2, client: Handshake): void {
    const query = new URLSearchParams(client.query);
    const tag = query.get('tag') ?? '';
    const failure = this.failures.take(HANDSHAKE_MODES, tag);
    if (failure?.mode === 'refuse') return client.cut();
    const options = readListenQuery(version, query);
    const refusal =
      (failure && REFUSALS[failure.mode]) ??
      this.#checkKey(client) ??
      ('errCode' in options ? options : this.#streams.size >= this.options.maxStreams ? REFUSALS['status_429'] : null);
    if (refusal || 'errCode' in options) {
      this.#refuse(client, refusal ?? (options as Refusal));
      return;
    }
    const requestId = randomUUID();
    const hearing = { ...HEARING_DEFAULTS, ...this.options.hearing };
    const { scripts, stats, timings, failures, options: settings } = this;
    const stream = new ListenStream(
      options,
      { requestId, model: options.model },
      {
        scripts,
        stats,
        timings,
        failures,
        hearing,
        latency: this.#latency,
        random: this.#random,
        settings,
        truth: settings.truth,
      },
    );
    this.#streams.add(stream);
    const delayMs =
      failure?.mode === 'slow_accept' ? (failure.delayMs ?? 15_000) : drawMs(this.#latency.connect, this.#random);
    const events = {
      opened: (socket: ServerSocket) => stream.opened(socket),
      message: (bytes: Uint8Array, isBinary: boolean) => stream.received(bytes, isBinary),
      closed: (code: number) => {
        this.#streams.delete(stream);
        this.stats.streamClosed(code);
        stream.socketClosed();
      },
    };
    answerLate(
      client,
      delayMs,
      () => client.accept(events, { 'dg-request-id': requestId }),
      () => this.#streams.delete(stream),
    );
  }

  /** `Authorization: Token KEY`, or the browser's subprotocol list `token, KEY`; `Bearer` is for access tokens only. */
  #checkKey(client: HttpExchange): Refusal | null {
    const match = /^(token|bearer)[ ,]\s*(\S+)$/i.exec(
      client.header('authorization') || client.header('sec-websocket-protocol'),
    );
    const { apiKeys, accessTokens } = this.options;
    const known = match?.[1].toLowerCase() === 'bearer' ? accessTokens : apiKeys;
    if (match && (apiKeys.length === 0 || known.includes(match[2]))) return null;
    return REFUSALS['status_401'];
  }

  #refuse(client: HttpExchange, refusal: Refusal): void {
    this.stats.refused(String(refusal.status));
    const requestId = randomUUID();
    const body = JSON.stringify({ err_code: refusal.errCode, err_msg: refusal.errMsg, request_id: requestId });
    sendJson(client, refusal.status, body, { 'dg-request-id': requestId, 'dg-error': refusal.errMsg });
  }

  #sweep(): void {
    for (const stream of this.#streams) stream.checkIdle(this.options.idleTimeoutMs);
  }
}
