// One WebSocket to Cartesia through the official SDK, shared by many utterances ("contexts"). Gives every event to the
// context it belongs to, drops what belongs to none, and tells its contexts when it is gone. Which socket a context
// goes to is cartesia_pool.ts; what a context makes of its events is cartesia_utterance.ts. The only importer of the SDK.

import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { connect as connectTcp } from 'node:net';
import type { Cartesia as CartesiaClient } from '@cartesia/cartesia-js';
import type { TTSWS as CartesiaTtsWs } from '@cartesia/cartesia-js/resources/tts/ws';
import type WebSocket from 'ws';
import { nowMs } from '../../clock.js';
import { EngineError } from '../../errors.js';
import type { ProviderHooks } from '../shared/provider_hooks.js';
import { failureWord, handshakeStatus, isRetryableStatus } from '../shared/provider_http.js';

// The SDK's ESM build can't open a socket on Node 20 (it calls a `require` that isn't there); its CJS build can.
const require = createRequire(import.meta.url);
const { Cartesia } = require('@cartesia/cartesia-js') as { Cartesia: typeof CartesiaClient };
const { TTSWS } = require('@cartesia/cartesia-js/resources/tts/ws') as { TTSWS: typeof CartesiaTtsWs };

const VENDOR_URL = 'https://api.cartesia.ai';
/** A chunk is a few kB; megabytes are none. */
const MESSAGE_BYTES_MAX = 4 << 20;
/** How long a closed socket may wait for the other side's close frame. */
const CLOSE_TIMEOUT_MS = 2000;
/** The vendor goes on sending a cancelled context's running generation; after this it no longer counts as load. */
const CANCELLED_MS_MAX = 10_000;
const WS_OPEN = 1;
/** No utterance is longer; a word at another time is no word of it. */
const WORD_S_MAX = 3600;

export interface CartesiaContextSink {
  /** The socket this context was attached to can be written to now. */
  onSocketOpen(): void;
  onAudio(bytes: Uint8Array): void;
  onWords(words: readonly string[], startS: readonly number[], endS: readonly number[]): void;
  /** The vendor closed the context: finished, or expired. */
  onContextDone(): void;
  /** The vendor refused or failed the context. */
  onContextError(error: EngineError): void;
  /** The socket never opened, or is gone. Nothing follows. */
  onSocketLost(error: EngineError): void;
}

export interface CartesiaSocketOptions {
  apiKey: string;
  /** null = the vendor's; `http://` (or `ws://`) = no TLS. */
  baseUrl: string | null;
  connectTimeoutMs: number;
  /** A socket that was quiet for this long is asked whether it is still there. */
  quietMsMax: number;
  /** The same, before it is used again. */
  quietBeforeUseMs: number;
  /** A ping must be answered (or anything come in) within this, or the socket is dropped. */
  pongTimeoutMs: number;
}
export const CARTESIA_SOCKET_DEFAULTS = {
  quietMsMax: 15_000,
  quietBeforeUseMs: 2000,
  pongTimeoutMs: 1500,
} as const satisfies Partial<CartesiaSocketOptions>;

interface ContextEntry {
  /** null once cancelled: events are expected, and dropped. */
  sink: CartesiaContextSink | null;
  cancelledMs: number;
  sent: boolean;
}

type GenerationRequest = Parameters<CartesiaTtsWs['send']>[0];

export class CartesiaSocket {
  readonly #options: CartesiaSocketOptions;
  readonly #hooks: ProviderHooks;
  readonly #onState: (socket: CartesiaSocket, error: EngineError | null) => void;
  readonly #tts: CartesiaTtsWs;
  readonly #contexts = new Map<string, ContextEntry>();
  #state: 'connecting' | 'open' | 'closed' = 'connecting';
  #lastReceivedMs = nowMs();
  #lastUsedMs = nowMs();
  /** When a ping without an answer means the peer is gone; Infinity = none under way. */
  #pongDueMs = Number.POSITIVE_INFINITY;
  #failureWord: string | null = null;
  #status: number | undefined;

  /** `onState(socket, null)` when it opens, `onState(socket, error)` once when it is closed. */
  constructor(
    options: CartesiaSocketOptions,
    hooks: ProviderHooks,
    onState: (socket: CartesiaSocket, error: EngineError | null) => void,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#onState = onState;
    const url = new URL(options.baseUrl ?? VENDOR_URL);
    const plain = url.protocol === 'http:' || url.protocol === 'ws:';
    const client = new Cartesia({
      apiKey: options.apiKey,
      baseURL: url.href.replace(/^ws/, 'http').replace(/\/$/, ''),
      // It would log what is spoken.
      logLevel: 'off',
    });
    const wsOptions: WebSocket.ClientOptions & { closeTimeout: number } = {
      perMessageDeflate: false,
      handshakeTimeout: options.connectTimeoutMs,
      maxPayload: MESSAGE_BYTES_MAX,
      closeTimeout: CLOSE_TIMEOUT_MS,
    };
    if (plain) {
      // The SDK turns every scheme into wss. For a server without TLS only the connection underneath is swapped.
      const port = Number(url.port || 80);
      // (Who makes the connection also sets the timeout that `handshakeTimeout` waits for.)
      const target = { host: url.hostname, port, timeout: options.connectTimeoutMs };
      wsOptions.createConnection = (() => connectTcp(target)) as typeof connectTcp;
    }
    this.#tts = new TTSWS(client, wsOptions);
    // First thing: with no error listener the SDK turns any error into an unhandled rejection, which ends the process.
    this.#tts.on('error', (error) => this.#onSdkError(error));
    this.#tts.on('event', (event) => this.#onEvent(event));
    this.#tts.connect().then(
      () => this.#onOpen(),
      () => {}, // told by `close`, which always comes
    );
    const socket = this.#socket;
    this.#guardMessages(socket);
    socket.on('close', (code) => this.#onClosed(code));
    socket.on('pong', () => this.#alive());
  }

  get state(): 'connecting' | 'open' | 'closed' {
    return this.#state;
  }

  /** Contexts the vendor is (or may be) busy with, cancelled ones included: they count against its limit too. */
  get load(): number {
    return this.#contexts.size;
  }

  /** When anything last came in. */
  get lastReceivedMs(): number {
    return this.#lastReceivedMs;
  }

  /** Milliseconds without a context. */
  idleMs(now: number): number {
    return this.#contexts.size > 0 ? 0 : now - this.#lastUsedMs;
  }

  attach(contextId: string, sink: CartesiaContextSink): void {
    this.#contexts.set(contextId, { sink, cancelledMs: 0, sent: false });
    this.#lastUsedMs = nowMs();
  }

  /** Sends a generation request of an attached context. Only while open. */
  send(contextId: string, request: GenerationRequest): void {
    const entry = this.#contexts.get(contextId);
    if (entry) entry.sent = true;
    this.#write(request);
  }

  /** Detaches the context; what still comes for it is dropped and counted. Safe for one that is gone already. */
  cancel(contextId: string): void {
    const entry = this.#contexts.get(contextId);
    if (!entry?.sink) return;
    entry.sink = null;
    entry.cancelledMs = nowMs();
    if (entry.sent) this.#write({ cancel: true, context_id: contextId });
    else this.#contexts.delete(contextId);
  }

  /** Closes a socket nobody uses. */
  close(): void {
    this.#tts.close();
  }

  /** Drops the connection at once; its contexts are told through `onSocketLost`. */
  terminate(): void {
    this.#failureWord ??= 'silent';
    this.#socket.terminate();
  }

  sweep(now: number): void {
    // The library's handshake timeout counts silence; this one is for a server that trickles.
    if (this.#state === 'connecting' && now - this.#lastReceivedMs >= 2 * this.#options.connectTimeoutMs)
      this.terminate();
    if (this.#state !== 'open') return;
    for (const [id, entry] of this.#contexts) {
      if (entry.sink === null && now - entry.cancelledMs >= CANCELLED_MS_MAX) this.#contexts.delete(id);
    }
    if (now >= this.#pongDueMs) this.terminate();
    else if (now - this.#lastReceivedMs >= this.#options.quietMsMax) this.#ping(now);
  }

  get #socket(): WebSocket {
    return this.#tts.socket as unknown as WebSocket;
  }

  /**
   * The SDK reads messages inside a listener of the socket and can throw there (a chunk without data does it), which
   * would end the thread. Its listener runs inside a try here.
   */
  #guardMessages(socket: EventEmitter): void {
    for (const listener of socket.listeners('message')) {
      socket.off('message', listener as () => void);
      socket.on('message', (data, isBinary) => {
        this.#alive();
        try {
          listener.call(socket, data, isBinary);
        } catch {
          this.#hooks.metrics?.count('garbage', 1);
        }
      });
    }
  }

  #alive(): void {
    this.#lastReceivedMs = nowMs();
    this.#pongDueMs = Number.POSITIVE_INFINITY;
  }

  #ping(now: number): void {
    if (this.#pongDueMs !== Number.POSITIVE_INFINITY) return;
    this.#pongDueMs = now + this.#options.pongTimeoutMs;
    this.#socket.ping();
  }

  #write(request: GenerationRequest): void {
    // Never hand the SDK a socket that isn't open: its `send` would reconnect on its own, and lose what others send.
    if (this.#state !== 'open' || this.#socket.readyState !== WS_OPEN) return;
    const now = nowMs();
    this.#lastUsedMs = now;
    // A pooled connection may have died without a word; a pong within a second or two is cheaper than a dead line.
    if (now - this.#lastReceivedMs >= this.#options.quietBeforeUseMs) this.#ping(now);
    this.#tts.send(request).catch(() => {}); // a failed write ends in `close`
  }

  #onOpen(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#alive();
    this.#onState(this, null);
    for (const entry of [...this.#contexts.values()]) entry.sink?.onSocketOpen();
  }

  #onSdkError(error: { message: string; error?: unknown; cause?: unknown }): void {
    if (error.error) return; // a server's error event: `event` has it, with its context
    if (this.#state === 'open' && error.message.startsWith('could not parse')) {
      this.#hooks.metrics?.count('garbage', 1);
      return;
    }
    this.#status ??= handshakeStatus(error.message);
    const thrown = (error.cause as { error?: unknown } | undefined)?.error ?? error.cause;
    this.#failureWord ??= thrown instanceof Error ? failureWord(thrown) : 'error';
  }

  #onClosed(code: number): void {
    if (this.#state === 'closed') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    const status = this.#status ?? (wasOpen ? code : undefined);
    const detail = this.#status ? `status ${this.#status}` : (this.#failureWord ?? `closed ${code}`);
    const error = new EngineError(wasOpen ? 'TTS_CLOSED' : 'TTS_CONNECT', {
      provider: 'cartesia',
      status,
      retryable: this.#status === undefined || isRetryableStatus(this.#status),
      detail,
    });
    // The pool forgets this socket before its contexts look for another one.
    this.#onState(this, error);
    const entries = [...this.#contexts.values()];
    this.#contexts.clear();
    for (const entry of entries) entry.sink?.onSocketLost(error);
  }

  #onEvent(event: unknown): void {
    const message = event as {
      type?: unknown;
      context_id?: unknown;
      audio?: unknown;
      word_timestamps?: { words?: unknown; start?: unknown; end?: unknown } | null;
    };
    const id = message.context_id;
    const entry = typeof id === 'string' ? this.#contexts.get(id) : undefined;
    switch (message.type) {
      case 'chunk':
        if (!entry?.sink) this.#hooks.metrics?.count('stale_audio', 1);
        else if (message.audio instanceof Uint8Array) entry.sink.onAudio(message.audio);
        else this.#hooks.metrics?.count('garbage', 1);
        break;
      case 'timestamps': {
        const { words, start, end } = message.word_timestamps ?? {};
        if (areWords(words) && areTimes(start, words.length) && areTimes(end, words.length)) {
          entry?.sink?.onWords(words, start, end);
        } else {
          this.#hooks.metrics?.count('garbage', 1);
        }
        break;
      }
      case 'done':
        if (!entry) break;
        this.#contexts.delete(id as string);
        entry.sink?.onContextDone();
        break;
      case 'error':
        this.#onErrorEvent(event as Record<string, unknown>, id, entry);
        break;
      case 'flush_done':
      case 'phoneme_timestamps':
        break;
      default:
        this.#hooks.metrics?.count('garbage', 1);
    }
  }

  #onErrorEvent(event: Record<string, unknown>, id: unknown, entry: ContextEntry | undefined): void {
    const status = typeof event['status_code'] === 'number' ? event['status_code'] : 500;
    // `message` may quote the transcript; code and title are fixed words.
    const word = String(event['error_code'] ?? event['title'] ?? 'error').slice(0, 60);
    const error = new EngineError('TTS_REQUEST', {
      provider: 'cartesia',
      status,
      retryable: isRetryableStatus(status),
      detail: `status ${status} ${word}`,
    });
    if (entry) {
      this.#contexts.delete(id as string);
      entry.sink?.onContextError(error);
      return;
    }
    this.#hooks.log.warn({ status, detail: error.message }, 'tts error without a context');
    if (typeof id === 'string') return; // one we gave up
    // Nobody is named. When just one context can be meant, it is that one; else the watchdogs decide.
    let only: string | null = null;
    for (const [contextId, candidate] of this.#contexts) {
      if (!candidate.sink || !candidate.sent) continue;
      if (only !== null) return;
      only = contextId;
    }
    if (only === null) return;
    const { sink } = this.#contexts.get(only)!;
    this.cancel(only);
    sink?.onContextError(error);
  }
}

function areWords(list: unknown): list is string[] {
  return Array.isArray(list) && list.every((word) => typeof word === 'string');
}

function areTimes(list: unknown, count: number): list is number[] {
  if (!Array.isArray(list) || list.length !== count) return false;
  // A little before zero is how some voices' first word comes.
  return list.every((seconds) => typeof seconds === 'number' && seconds > -1 && seconds < WORD_S_MAX);
}
