// A local Cartesia: text-to-speech over its WebSocket and REST wire. This file is the front door: handshake, limits,
// control endpoints. The sockets' rules are tts_socket.ts, a context's life is tts_context.ts.

import uWS, { type HttpRequest, type HttpResponse, type TemplatedApp, type us_socket_context_t } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { addControlRoutes, readBody, sendJson, sendText } from '../control.js';
import { type FailOptions, FailurePlan } from '../failures.js';
import { LateHandshakes } from '../late_handshake.js';
import { drawMs, mergeLatency, seededRandom } from '../latency.js';
import { listenOnLoopback } from '../loopback_listener.js';
import { synthesise, type VoiceName } from '../speech/synthesise.js';
import { StageTimings } from '../stage_timings.js';
import { type AudioSource, speechSource, toneSource } from './audio_source.js';
import { isApiVersion, STRUCTURED_ERRORS_SINCE, VOICES, type Voice, voiceResource } from './catalogue.js';
import { CARTESIA_FAILURE_MODES, type CartesiaFailureMode, CONNECT_MODES } from './failure_modes.js';
import { speakOverHttp } from './rest_speech.js';
import { CartesiaStats } from './stats.js';
import { CARTESIA_LATENCY, type CartesiaLatency } from './tts_context.js';
import { problem, readTtsRequest, type TtsProblem } from './tts_request.js';
import { type TtsHost, TtsSocket, type TtsWire } from './tts_socket.js';

export interface CartesiaSimulatorOptions {
  /** 0 = any free port. */
  port?: number;
  /** Keys that are let in; empty = any key, but there must be one. */
  apiKeys?: readonly string[];
  /** Contexts at once over all sockets; one more is a 429 error event. Plans give 2 to 15 and up. */
  maxContexts?: number;
  /** Sockets at once; one more is a 429. The vendor allows ten times the contexts. */
  maxSockets?: number;
  latency?: Partial<CartesiaLatency>;
  /** `speech`: espeak-ng, for ears. `tone`: a pre-rendered hum that costs next to nothing, for load tests. */
  voice?: 'speech' | 'tone';
  speaker?: VoiceName;
  /** The account's own voices, beside the vendor's public ones. */
  extraVoices?: readonly string[];
  /** A socket without contexts is closed after this long. */
  idleTimeoutMs?: number;
  /** A context ends this long after its last audio went out. */
  contextExpiryMs?: number;
  seed?: number;
}
const DEFAULTS = {
  port: 0,
  apiKeys: [],
  maxContexts: 100_000,
  voice: 'speech',
  speaker: 'us_woman',
  extraVoices: [],
  idleTimeoutMs: 300_000,
  contextExpiryMs: 1000,
  seed: 1,
} as const;

const STATUS_TEXT: Record<number, string> = {
  400: '400 Bad Request',
  401: '401 Unauthorized',
  402: '402 Payment Required',
  404: '404 Not Found',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
  503: '503 Service Unavailable',
};

/** What the vendor calls its refusals. */
const REFUSALS: Record<number, TtsProblem> = {
  400: problem(400, 'Bad request', 'Cartesia-Version is missing or unknown', 'invalid_version'),
  401: problem(401, 'Unauthorized', 'the API key is missing or unknown', 'unauthorized'),
  402: problem(402, 'Payment required', 'the plan has no credits left', 'quota_exceeded'),
  404: problem(404, 'Not found', 'there is nothing of that name', 'not_found'),
  429: problem(429, 'Too many requests', 'the concurrency limit is reached', 'concurrency_limited'),
  500: problem(500, 'Internal error', 'a simulated failure', 'internal_error'),
  503: problem(503, 'Service unavailable', 'a simulated failure', 'service_unavailable'),
};

interface SocketData {
  socket: TtsSocket;
}

export class CartesiaSimulator {
  readonly stats = new CartesiaStats();
  readonly timings = new StageTimings();
  readonly failures = new FailurePlan<CartesiaFailureMode>(CARTESIA_FAILURE_MODES);
  readonly #sockets = new Set<TtsSocket>();
  readonly #app: TemplatedApp;
  readonly #handshakes: LateHandshakes;
  readonly #host: TtsHost;
  readonly #sweeper: NodeJS.Timeout;
  readonly #voices: ReadonlyMap<string, Voice>;
  #latency: CartesiaLatency;
  /** What goes into CARTESIA_BASE_URL. */
  url = '';

  private constructor(
    readonly options: Required<Omit<CartesiaSimulatorOptions, 'latency' | 'maxSockets'>> & CartesiaSimulatorOptions,
  ) {
    const random = seededRandom(options.seed);
    const source: AudioSource = options.voice === 'tone' ? toneSource(random) : speechSource(options.speaker, random);
    this.#latency = mergeLatency<CartesiaLatency>(CARTESIA_LATENCY, options.latency);
    const { stats, timings, failures } = this;
    const own = options.extraVoices.map((id) => ({ id, name: 'own', language: 'en' }));
    this.#voices = new Map([...VOICES, ...own].map((each) => [each.id, each]));
    this.#host = {
      source,
      latency: this.#latency,
      random,
      expiryMs: options.contextExpiryMs,
      stats,
      timings,
      failures,
      contextsMax: options.maxContexts,
      voices: new Set(this.#voices.keys()),
    };
    this.#app = uWS.App();
    this.#handshakes = new LateHandshakes(this.#app);
    this.#serveSocket();
    this.#app.post('/tts/bytes', (res, req) => this.#serveRest('bytes', res, req));
    this.#app.post('/tts/sse', (res, req) => this.#serveRest('sse', res, req));
    this.#app.get('/voices', (res, req) => this.#serveVoices(res, req));
    this.#app.get('/voices/*', (res, req) => this.#serveVoice(res, req));
    // For everybody: the vendor's sign of life.
    this.#app.get('/', (res) => sendJson(res, '200 OK', '{"ok":true,"version":"1.0.0"}'));
    addControlRoutes(this.#app, {
      fail: (body) => this.fail(body['mode'] as CartesiaFailureMode, body as FailOptions),
      heal: (body) => this.heal(body['mode'] as CartesiaFailureMode | undefined),
      latency: (body) => this.setLatency(body as Partial<CartesiaLatency>),
      stats: () => ({ ...this.stats, struck: this.failures.struck }),
      timings: (body) => this.timings.since(Number(body['from'] ?? 0)),
    });
    // One sweep for all sockets instead of a timer in each.
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1000, options.idleTimeoutMs / 5));
  }

  /** Starts on loopback, with the voice ready. Rejects when the port is taken or the voice can't be loaded. */
  static async start(options: CartesiaSimulatorOptions = {}): Promise<CartesiaSimulator> {
    const simulator = new CartesiaSimulator({ ...DEFAULTS, ...options });
    if (simulator.options.voice === 'speech') await synthesise('Hello.', { rateHz: 8000 });
    const port = await listenOnLoopback(simulator.#app, simulator.options.port);
    await simulator.#handshakes.open(port);
    simulator.url = `http://127.0.0.1:${port}`;
    return simulator;
  }

  /** `callSid` is looked for in the context id. */
  fail(mode: CartesiaFailureMode, options?: FailOptions): void {
    this.failures.fail(mode, options);
  }

  heal(mode?: CartesiaFailureMode): void {
    this.failures.heal(mode);
  }

  setLatency(latency: Partial<CartesiaLatency>): void {
    this.#latency = mergeLatency(this.#latency, latency);
    this.#host.latency = this.#latency;
  }

  /** Cuts every socket and stops listening. Safe twice. */
  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    for (const socket of this.#sockets) socket.cut();
    this.#handshakes.close();
    this.#app.close();
  }

  #serveSocket(): void {
    this.#app.ws<SocketData>('/tts/websocket', {
      compression: uWS.DISABLED,
      // The vendor's own idle rule is applied by #sweep.
      idleTimeout: 0,
      sendPingsAutomatically: false,
      maxPayloadLength: 256 * 1024,
      maxBackpressure: 64 * 1024 * 1024,
      upgrade: (res, req, context) => this.#upgrade(res, req, context),
      open: (ws) => ws.getUserData().socket.opened(ws as unknown as TtsWire),
      message: (ws, message, isBinary) => ws.getUserData().socket.received(Buffer.from(message).toString(), isBinary),
      close: (ws, code) => {
        const { socket } = ws.getUserData();
        this.#sockets.delete(socket);
        this.stats.socketClosed(code);
        socket.socketClosed();
      },
    });
  }

  #upgrade(res: HttpResponse, req: HttpRequest, context: us_socket_context_t): void {
    const failure = this.failures.take(CONNECT_MODES, '');
    if (failure?.mode === 'refuse') {
      res.close();
      return;
    }
    const version = versionOf(req);
    const socketsMax = this.options.maxSockets ?? this.options.maxContexts * 10;
    const status = planned(failure?.mode) ?? this.#checkKey(req) ?? (this.#sockets.size >= socketsMax ? 429 : null);
    if (status) {
      this.#refuse(res, version, REFUSALS[status]);
      return;
    }
    const socket = new TtsSocket(this.#host, version);
    this.#sockets.add(socket);
    const key = req.getHeader('sec-websocket-key');
    const slow = failure?.mode === 'slow_accept';
    const delayMs = slow ? (failure.delayMs ?? 15_000) : drawMs(this.#latency.connect, this.#host.random);
    this.#handshakes.after(
      delayMs,
      res,
      () => res.upgrade<SocketData>({ socket }, key, '', '', context),
      () => this.#sockets.delete(socket),
    );
  }

  #serveRest(kind: 'bytes' | 'sse', res: HttpResponse, req: HttpRequest): void {
    const failure = this.failures.take(CONNECT_MODES, '');
    if (failure?.mode === 'refuse') {
      res.close();
      return;
    }
    const version = versionOf(req);
    const status = planned(failure?.mode) ?? this.#checkKey(req);
    void readBody(res).then((body) => {
      if (!body) return;
      const full = this.stats.contextsActive >= this.options.maxContexts;
      if (status || full) {
        this.#refuse(res, version, REFUSALS[status ?? 429]);
        return;
      }
      const request = readTtsRequest(body.toString(), { version, transport: 'http', voices: this.#host.voices });
      if (request.kind === 'generate') speakOverHttp(kind, request, res, this.#host);
      else this.#refuse(res, version, request.kind === 'problem' ? request : REFUSALS[400]);
    });
  }

  #serveVoices(res: HttpResponse, req: HttpRequest): void {
    const status = this.#checkKey(req);
    if (status) return this.#refuse(res, versionOf(req), REFUSALS[status]);
    const limit = Number(req.getQuery('limit') ?? 10) || 10;
    const all = [...this.#voices.values()];
    const from = all.findIndex(({ id }) => id === req.getQuery('starting_after')) + 1;
    const data = all.slice(from, from + limit).map(voiceResource);
    sendJson(res, '200 OK', JSON.stringify({ data, has_more: from + data.length < all.length }));
  }

  #serveVoice(res: HttpResponse, req: HttpRequest): void {
    const status = this.#checkKey(req);
    if (status) return this.#refuse(res, versionOf(req), REFUSALS[status]);
    const voice = this.#voices.get(req.getUrl().slice('/voices/'.length));
    if (!voice) return this.#refuse(res, versionOf(req), { ...REFUSALS[404], errorCode: 'voice_not_found' });
    sendJson(res, '200 OK', JSON.stringify(voiceResource(voice)));
  }

  /** The status of the refusal, or null. Browsers send key and version in the query. */
  #checkKey(req: HttpRequest): number | null {
    const bearer = /^Bearer (\S+)$/.exec(req.getHeader('authorization'))?.[1];
    const key = bearer ?? (req.getHeader('x-api-key') || req.getQuery('api_key') || '');
    const known = this.options.apiKeys;
    if (key === '' || (known.length > 0 && !known.includes(key))) return 401;
    return isApiVersion(versionOf(req)) ? null : 400;
  }

  #refuse(res: HttpResponse, version: string, { statusCode, title, message, errorCode }: TtsProblem): void {
    this.stats.refused(String(statusCode));
    const status = STATUS_TEXT[statusCode];
    const headers: [string, string][] = statusCode === 429 ? [['retry-after', '1']] : [];
    if (isApiVersion(version) && version < STRUCTURED_ERRORS_SINCE) {
      sendText(res, status, `${title}: ${message}`, headers);
      return;
    }
    const request_id = randomUUID();
    const doc_url = 'https://docs.cartesia.ai/use-the-api/api-errors';
    sendJson(res, status, JSON.stringify({ error_code: errorCode, title, message, request_id, doc_url }), headers);
  }

  #sweep(): void {
    for (const socket of this.#sockets) socket.checkIdle(this.options.idleTimeoutMs);
  }
}

function versionOf(req: HttpRequest): string {
  return req.getHeader('cartesia-version') || req.getQuery('cartesia_version') || '';
}

/** The status that a `status_*` failure wants. */
function planned(mode: CartesiaFailureMode | undefined): number | null {
  return mode?.startsWith('status_') ? Number(mode.slice('status_'.length)) : null;
}
