// A local Deepgram: live speech-to-text over its WebSocket wire, v1 (Nova) and v2 (Flux), with scripted callers.
// This file is the front door: handshake, limits, control endpoints. A stream's life is listen_stream.ts.

import uWS, { type HttpRequest, type HttpResponse, type TemplatedApp, type us_socket_context_t } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { addControlRoutes, sendJson } from '../control.js';
import { type FailOptions, FailurePlan } from '../failures.js';
import { LateHandshakes } from '../late_handshake.js';
import { drawMs, mergeLatency, seededRandom } from '../latency.js';
import { listenOnLoopback } from '../loopback_listener.js';
import { StageTimings } from '../stage_timings.js';
import { DEEPGRAM_FAILURE_MODES, type DeepgramFailureMode, HANDSHAKE_MODES } from './failure_modes.js';
import { HEARING_DEFAULTS, type HearingOptions } from './hearing.js';
import { type Refusal, readListenQuery } from './listen_query.js';
import { ListenStream, type StreamSocket } from './listen_stream.js';
import { DEEPGRAM_LATENCY, type DeepgramLatency } from './outbox.js';
import { ScriptBook, type ScriptLine } from './script.js';
import { DeepgramStats } from './stats.js';

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
  status_400: { status: '400 Bad Request', errCode: 'INVALID_QUERY_PARAMETER', errMsg: 'Bad Request' },
  status_401: { status: '401 Unauthorized', errCode: 'INVALID_AUTH', errMsg: 'Invalid credentials.' },
  status_402: { status: '402 Payment Required', errCode: 'ASR_PAYMENT_REQUIRED', errMsg: 'Project has no credits.' },
  status_403: { status: '403 Forbidden', errCode: 'INSUFFICIENT_PERMISSIONS', errMsg: 'No access to the model.' },
  status_429: { status: '429 Too Many Requests', errCode: 'TOO_MANY_REQUESTS', errMsg: 'Too many requests.' },
  status_503: { status: '503 Service Unavailable', errCode: 'SERVICE_UNAVAILABLE', errMsg: 'Try again later.' },
};

/** Only what the stream needs lies in the socket's user data; the socket itself is handed over at open. */
interface SocketData {
  stream: ListenStream;
}

export class DeepgramSimulator {
  readonly stats = new DeepgramStats();
  readonly timings = new StageTimings();
  readonly failures = new FailurePlan<DeepgramFailureMode>(DEEPGRAM_FAILURE_MODES);
  readonly scripts: ScriptBook;
  readonly #streams = new Set<ListenStream>();
  readonly #random: () => number;
  readonly #app: TemplatedApp;
  readonly #handshakes: LateHandshakes;
  readonly #sweeper: NodeJS.Timeout;
  #latency: DeepgramLatency;
  /** What goes into DEEPGRAM_BASE_URL. */
  url = '';

  private constructor(
    readonly options: Required<Omit<DeepgramSimulatorOptions, 'latency' | 'hearing' | 'defaultScript' | 'scripts'>> &
      DeepgramSimulatorOptions,
  ) {
    this.scripts = options.scripts ?? new ScriptBook(options.defaultScript);
    this.#random = seededRandom(options.seed);
    this.#latency = mergeLatency<DeepgramLatency>(DEEPGRAM_LATENCY, options.latency);
    this.#app = uWS.App();
    this.#handshakes = new LateHandshakes(this.#app);
    for (const version of [1, 2] as const) this.#serve(version);
    this.#app.get('/v1/projects', (res, req) => {
      const refusal = this.#checkKey(req);
      if (refusal) this.#refuse(res, refusal);
      else sendJson(res, '200 OK', '{"projects":[{"project_id":"simulated","name":"simulated"}]}');
    });
    addControlRoutes(this.#app, {
      script: (body) => this.setScript(String(body['callSid']), body['lines'] as ScriptLine[]),
      default_script: (body) => this.scripts.setDefaultScript(body['lines'] as ScriptLine[]),
      fail: (body) => this.fail(body['mode'] as DeepgramFailureMode, body as FailOptions),
      heal: (body) => this.heal(body['mode'] as DeepgramFailureMode | undefined),
      latency: (body) => this.setLatency(body as Partial<DeepgramLatency>),
      stats: () => ({ ...this.stats, struck: this.failures.struck }),
      timings: (body) => this.timings.since(Number(body['from'] ?? 0)),
    });
    // One sweep for all streams instead of a timer in each.
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1000, options.idleTimeoutMs / 5));
  }

  /** Starts on loopback. Rejects when the port is taken. */
  static async start(options: DeepgramSimulatorOptions = {}): Promise<DeepgramSimulator> {
    const simulator = new DeepgramSimulator({ ...DEFAULTS, ...options });
    const port = await listenOnLoopback(simulator.#app, simulator.options.port);
    await simulator.#handshakes.open(port);
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
    this.#handshakes.close();
    this.#app.close();
  }

  #serve(version: 1 | 2): void {
    this.#app.ws<SocketData>(`/v${version}/listen`, {
      compression: uWS.DISABLED,
      // A stream may be silent for long: the vendor's own idle rule is applied by #sweep.
      idleTimeout: 0,
      sendPingsAutomatically: false,
      maxPayloadLength: 1024 * 1024,
      upgrade: (res, req, context) => this.#upgrade(version, res, req, context),
      open: (ws) => ws.getUserData().stream.opened(ws as unknown as StreamSocket),
      message: (ws, message, isBinary) => ws.getUserData().stream.received(new Uint8Array(message), isBinary),
      close: (ws, code) => {
        const { stream } = ws.getUserData();
        this.#streams.delete(stream);
        this.stats.streamClosed(code);
        stream.socketClosed();
      },
    });
  }

  #upgrade(version: 1 | 2, res: HttpResponse, req: HttpRequest, context: us_socket_context_t): void {
    const query = new URLSearchParams(req.getQuery());
    const tag = query.get('tag') ?? '';
    const failure = this.failures.take(HANDSHAKE_MODES, tag);
    if (failure?.mode === 'refuse') {
      res.close();
      return;
    }
    const options = readListenQuery(version, query);
    const refusal =
      (failure && REFUSALS[failure.mode]) ??
      this.#checkKey(req) ??
      ('errCode' in options ? options : this.#streams.size >= this.options.maxStreams ? REFUSALS['status_429'] : null);
    if (refusal || 'errCode' in options) {
      this.#refuse(res, refusal ?? (options as Refusal));
      return;
    }
    const requestId = randomUUID();
    const hearing = { ...HEARING_DEFAULTS, ...this.options.hearing };
    const { scripts, stats, timings, failures, options: settings } = this;
    const stream = new ListenStream(
      options,
      { requestId, model: options.model },
      { scripts, stats, timings, failures, hearing, latency: this.#latency, random: this.#random, settings },
    );
    this.#streams.add(stream);
    const key = req.getHeader('sec-websocket-key');
    const protocol = req.getHeader('sec-websocket-protocol').split(',')[0];
    const delayMs =
      failure?.mode === 'slow_accept' ? (failure.delayMs ?? 15_000) : drawMs(this.#latency.connect, this.#random);
    this.#handshakes.after(
      delayMs,
      res,
      () => {
        res.writeStatus('101 Switching Protocols').writeHeader('dg-request-id', requestId);
        res.upgrade<SocketData>({ stream }, key, protocol, '', context);
      },
      () => this.#streams.delete(stream),
    );
  }

  /** `Authorization: Token KEY`, or the browser's subprotocol list `token, KEY`; `Bearer` is for access tokens only. */
  #checkKey(req: HttpRequest): Refusal | null {
    const match = /^(token|bearer)[ ,]\s*(\S+)$/i.exec(
      req.getHeader('authorization') || req.getHeader('sec-websocket-protocol'),
    );
    const { apiKeys, accessTokens } = this.options;
    const known = match?.[1].toLowerCase() === 'bearer' ? accessTokens : apiKeys;
    if (match && (apiKeys.length === 0 || known.includes(match[2]))) return null;
    return REFUSALS['status_401'];
  }

  #refuse(res: HttpResponse, refusal: Refusal): void {
    this.stats.refused(refusal.status.slice(0, 3));
    const requestId = randomUUID();
    const body = JSON.stringify({ err_code: refusal.errCode, err_msg: refusal.errMsg, request_id: requestId });
    sendJson(res, refusal.status, body, [
      ['dg-request-id', requestId],
      ['dg-error', refusal.errMsg],
    ]);
  }

  #sweep(): void {
    for (const stream of this.#streams) stream.checkIdle(this.options.idleTimeoutMs);
  }
}
