// A local Cartesia: text-to-speech over its WebSocket and REST wire. This file is the front door: handshake, limits,
// control endpoints. The sockets' rules are tts_socket.ts, a context's life is tts_context.ts.

import { randomUUID } from 'node:crypto';
import type { Handshake, HttpExchange, ServerSocket } from '../../../src/server/http/transport.js';
import type { ControlHandlers } from '../control.js';
import { type FailOptions, FailurePlan } from '../failures.js';
import { drawMs, mergeLatency, seededRandom } from '../latency.js';
import { synthesise, type VoiceName } from '../speech/synthesise.js';
import { StageTimings } from '../stage_timings.js';
import { answerLate, queryValue, sendJson, sendText, VendorServer } from '../vendor_server.js';
import { type AudioSource, type SpokenWord, speechSource, toneSource } from './audio_source.js';
import { isApiVersion, STRUCTURED_ERRORS_SINCE, VOICES, type Voice, voiceResource } from './catalogue.js';
import { CARTESIA_FAILURE_MODES, type CartesiaFailureMode, CONNECT_MODES } from './failure_modes.js';
import { speakOverHttp } from './rest_speech.js';
import { CartesiaStats } from './stats.js';
import { CARTESIA_LATENCY, type CartesiaLatency } from './tts_context.js';
import { type AudioFormat, problem, readTtsRequest, type TtsProblem } from './tts_request.js';
import { type TtsHost, TtsSocket } from './tts_socket.js';

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
  /** Told of each text that is spoken, with its audio: for those who look for it in what a telephone played. */
  onSpeech?: (text: string, audio: Uint8Array, words: readonly SpokenWord[], format: AudioFormat) => void;
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

const REST_BODY_BYTES_MAX = 1024 * 1024;

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

export class CartesiaSimulator {
  readonly stats = new CartesiaStats();
  readonly timings = new StageTimings();
  readonly failures = new FailurePlan<CartesiaFailureMode>(CARTESIA_FAILURE_MODES);
  readonly #sockets = new Set<TtsSocket>();
  readonly #server: VendorServer;
  readonly #host: TtsHost;
  readonly #sweeper: NodeJS.Timeout;
  readonly #voices: ReadonlyMap<string, Voice>;
  #latency: CartesiaLatency;
  /** What goes into CARTESIA_BASE_URL. */
  url = '';

  private constructor(
    readonly options: Required<Omit<CartesiaSimulatorOptions, 'latency' | 'maxSockets' | 'onSpeech'>> &
      CartesiaSimulatorOptions,
  ) {
    const random = seededRandom(options.seed);
    const source: AudioSource =
      options.voice === 'tone' ? toneSource(random) : speechSource(options.speaker, random, options.onSpeech);
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
    const control = {
      fail: (body) => this.fail(body['mode'] as CartesiaFailureMode, body as FailOptions),
      heal: (body) => this.heal(body['mode'] as CartesiaFailureMode | undefined),
      latency: (body) => this.setLatency(body as Partial<CartesiaLatency>),
      stats: () => ({ ...this.stats, struck: this.failures.struck }),
      timings: (body) => this.timings.since(Number(body['from'] ?? 0)),
    } satisfies ControlHandlers;
    this.#server = new VendorServer({
      requests: {
        'POST /tts/bytes': (client) => void this.#serveRest('bytes', client),
        'POST /tts/sse': (client) => void this.#serveRest('sse', client),
        'GET /voices': (client) => this.#serveVoices(client),
        'GET /voices/:id': (client, [id]) => this.#serveVoice(client, id),
        // For everybody: the vendor's sign of life.
        'GET /': (client) => sendJson(client, 200, '{"ok":true,"version":"1.0.0"}'),
      },
      sockets: { '/tts/websocket': (client) => this.#handshake(client) },
      control,
      limits: { messageBytesMax: 256 * 1024, bufferedBytesMax: 64 * 1024 * 1024 },
    });
    // One sweep for all sockets instead of a timer in each.
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(1000, options.idleTimeoutMs / 5));
  }

  /** Starts on loopback, with the voice ready. Rejects when the port is taken or the voice can't be loaded. */
  static async start(options: CartesiaSimulatorOptions = {}): Promise<CartesiaSimulator> {
    const simulator = new CartesiaSimulator({ ...DEFAULTS, ...options });
    if (simulator.options.voice === 'speech') await synthesise('Hello.', { rateHz: 8000 });
    const port = await simulator.#server.listen(simulator.options.port);
    simulator.url = `http://127.0.0.1:${port}`;
    return simulator;
  }

  /** `callSid` is looked for in the context id and in the first text of the context. */
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
    this.#server.close();
  }

  #handshake(client: Handshake): void {
    const failure = this.failures.take(CONNECT_MODES, '');
    if (failure?.mode === 'refuse') return client.cut();
    const version = versionOf(client);
    const socketsMax = this.options.maxSockets ?? this.options.maxContexts * 10;
    const status = planned(failure?.mode) ?? this.#checkKey(client) ?? (this.#sockets.size >= socketsMax ? 429 : null);
    if (status) return this.#refuse(client, version, REFUSALS[status]);
    const socket = new TtsSocket(this.#host, version);
    this.#sockets.add(socket);
    const slow = failure?.mode === 'slow_accept';
    const delayMs = slow ? (failure.delayMs ?? 15_000) : drawMs(this.#latency.connect, this.#host.random);
    const events = {
      opened: (wire: ServerSocket) => socket.opened(wire),
      message: (bytes: Uint8Array, isBinary: boolean) => socket.received(Buffer.from(bytes).toString(), isBinary),
      closed: (code: number) => {
        this.#sockets.delete(socket);
        this.stats.socketClosed(code);
        socket.socketClosed();
      },
    };
    answerLate(
      client,
      delayMs,
      () => client.accept(events),
      () => this.#sockets.delete(socket),
    );
  }

  async #serveRest(kind: 'bytes' | 'sse', client: HttpExchange): Promise<void> {
    const failure = this.failures.take(CONNECT_MODES, '');
    if (failure?.mode === 'refuse') return client.cut();
    const version = versionOf(client);
    const status = planned(failure?.mode) ?? this.#checkKey(client);
    const body = await client.readBody(REST_BODY_BYTES_MAX);
    const full = this.stats.contextsActive >= this.options.maxContexts;
    if (status || full) return this.#refuse(client, version, REFUSALS[status ?? 429]);
    const request = readTtsRequest(body.toString(), { version, transport: 'http', voices: this.#host.voices });
    if (request.kind === 'generate') speakOverHttp(kind, request, client, this.#host);
    else this.#refuse(client, version, request.kind === 'problem' ? request : REFUSALS[400]);
  }

  #serveVoices(client: HttpExchange): void {
    const status = this.#checkKey(client);
    if (status) return this.#refuse(client, versionOf(client), REFUSALS[status]);
    const limit = Number(queryValue(client, 'limit')) || 10;
    const all = [...this.#voices.values()];
    const from = all.findIndex(({ id }) => id === queryValue(client, 'starting_after')) + 1;
    const data = all.slice(from, from + limit).map(voiceResource);
    sendJson(client, 200, JSON.stringify({ data, has_more: from + data.length < all.length }));
  }

  #serveVoice(client: HttpExchange, id: string): void {
    const status = this.#checkKey(client);
    if (status) return this.#refuse(client, versionOf(client), REFUSALS[status]);
    const voice = this.#voices.get(id);
    if (!voice) return this.#refuse(client, versionOf(client), { ...REFUSALS[404], errorCode: 'voice_not_found' });
    sendJson(client, 200, JSON.stringify(voiceResource(voice)));
  }

  /** The status of the refusal, or null. Browsers send key and version in the query. */
  #checkKey(client: HttpExchange): number | null {
    const bearer = /^Bearer (\S+)$/.exec(client.header('authorization'))?.[1];
    const key = bearer ?? (client.header('x-api-key') || queryValue(client, 'api_key'));
    const known = this.options.apiKeys;
    if (key === '' || (known.length > 0 && !known.includes(key))) return 401;
    return isApiVersion(versionOf(client)) ? null : 400;
  }

  #refuse(client: HttpExchange, version: string, { statusCode, title, message, errorCode }: TtsProblem): void {
    this.stats.refused(String(statusCode));
    const headers: Record<string, string> = statusCode === 429 ? { 'retry-after': '1' } : {};
    if (isApiVersion(version) && version < STRUCTURED_ERRORS_SINCE) {
      sendText(client, statusCode, `${title}: ${message}`, headers);
      return;
    }
    const request_id = randomUUID();
    const doc_url = 'https://docs.cartesia.ai/use-the-api/api-errors';
    sendJson(
      client,
      statusCode,
      JSON.stringify({ error_code: errorCode, title, message, request_id, doc_url }),
      headers,
    );
  }

  #sweep(): void {
    for (const socket of this.#sockets) socket.checkIdle(this.options.idleTimeoutMs);
  }
}

function versionOf(client: HttpExchange): string {
  return client.header('cartesia-version') || queryValue(client, 'cartesia_version');
}

/** The status that a `status_*` failure wants. */
function planned(mode: CartesiaFailureMode | undefined): number | null {
  return mode?.startsWith('status_') ? Number(mode.slice('status_'.length)) : null;
}
