// A local Cartesia: text-to-speech over its WebSocket and REST wire. This file is the front door: handshake, limits,
// control endpoints. The sockets' rules are tts_socket.ts, a context's life is tts_context.ts.

import uWS, { type HttpRequest, type HttpResponse, type TemplatedApp, type us_socket_context_t } from 'uWebSockets.js';
import { addControlRoutes, readBody, sendJson } from '../control.js';
import { type FailOptions, FailurePlan } from '../failures.js';
import { LateHandshakes } from '../late_handshake.js';
import { drawMs, mergeLatency, seededRandom } from '../latency.js';
import { listenOnLoopback } from '../loopback_listener.js';
import { synthesise, type VoiceName } from '../speech/synthesise.js';
import { StageTimings } from '../stage_timings.js';
import { type AudioSource, speechSource, toneSource } from './audio_source.js';
import { CARTESIA_FAILURE_MODES, type CartesiaFailureMode, CONNECT_MODES } from './failure_modes.js';
import { speakOverHttp } from './rest_speech.js';
import { CartesiaStats } from './stats.js';
import { CARTESIA_LATENCY, type CartesiaLatency } from './tts_context.js';
import { readTtsRequest } from './tts_request.js';
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
  idleTimeoutMs: 300_000,
  contextExpiryMs: 1000,
  seed: 1,
} as const;

const STATUS_TEXT: Record<string, string> = {
  '400': '400 Bad Request',
  '401': '401 Unauthorized',
  '402': '402 Payment Required',
  '429': '429 Too Many Requests',
  '500': '500 Internal Server Error',
  '503': '503 Service Unavailable',
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
    this.#host = {
      source,
      latency: this.#latency,
      random,
      expiryMs: options.contextExpiryMs,
      stats,
      timings,
      failures,
      contextsMax: options.maxContexts,
    };
    this.#app = uWS.App();
    this.#handshakes = new LateHandshakes(this.#app);
    this.#serveSocket();
    this.#app.post('/tts/bytes', (res, req) => this.#serveRest('bytes', res, req));
    this.#app.post('/tts/sse', (res, req) => this.#serveRest('sse', res, req));
    this.#app.get('/voices/*', (res, req) => this.#serveInfo(res, req, `{"id":"${req.getUrl().slice(8)}"}`));
    this.#app.get('/', (res, req) => this.#serveInfo(res, req, '{"ok":true,"version":"1.0.0"}'));
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
      message: (ws, message) => ws.getUserData().socket.received(Buffer.from(message).toString()),
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
    const planned = failure?.mode.startsWith('status_') ? failure.mode.slice('status_'.length) : null;
    const socketsMax = this.options.maxSockets ?? this.options.maxContexts * 10;
    const status = planned ?? this.#checkKey(req) ?? (this.#sockets.size >= socketsMax ? '429' : null);
    if (status) {
      this.#refuse(res, status);
      return;
    }
    const socket = new TtsSocket(this.#host);
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
    const planned = failure?.mode.startsWith('status_') ? failure.mode.slice('status_'.length) : null;
    const status = planned ?? this.#checkKey(req);
    void readBody(res).then((body) => {
      if (!body) return;
      const full = this.stats.contextsActive >= this.options.maxContexts;
      if (status || full) {
        this.#refuse(res, status ?? '429');
        return;
      }
      const request = readTtsRequest(body.toString());
      if (request.kind === 'generate') speakOverHttp(kind, request, res, this.#host);
      else this.#refuse(res, '400', request.kind === 'problem' ? request.message : 'nothing to cancel here');
    });
  }

  #serveInfo(res: HttpResponse, req: HttpRequest, body: string): void {
    const status = this.#checkKey(req);
    if (status) this.#refuse(res, status);
    else sendJson(res, '200 OK', body);
  }

  /** The status of the refusal, or null. Browsers send key and version in the query. */
  #checkKey(req: HttpRequest): string | null {
    const bearer = /^Bearer (\S+)$/.exec(req.getHeader('authorization'))?.[1];
    const key = bearer ?? (req.getHeader('x-api-key') || req.getQuery('api_key') || '');
    const known = this.options.apiKeys;
    if (key === '' || (known.length > 0 && !known.includes(key))) return '401';
    const version = req.getHeader('cartesia-version') || req.getQuery('cartesia_version') || '';
    return /^\d{4}-\d{2}-\d{2}$/.test(version) ? null : '400';
  }

  #refuse(res: HttpResponse, status: string, message = 'simulated refusal'): void {
    this.stats.refused(status);
    const title = STATUS_TEXT[status].slice(4);
    sendJson(res, STATUS_TEXT[status], JSON.stringify({ title, message, status_code: Number(status) }), [
      ...(status === '429' ? ([['retry-after', '1']] as [string, string][]) : []),
    ]);
  }

  #sweep(): void {
    for (const socket of this.#sockets) socket.checkIdle(this.options.idleTimeoutMs);
  }
}
