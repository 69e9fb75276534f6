// Cartesia as the engine's text-to-speech provider: one object per worker thread, its sockets shared by all calls of the
// worker. Only wires: sockets are cartesia_pool.ts, one reply's speech is cartesia_utterance.ts.

import { randomUUID } from 'node:crypto';
import { TELEPHONE_FORMAT } from '../../audio_format.js';
import type { EngineConfig } from '../../config.js';
import { primaryLanguage } from '../../setting.js';
import { Sweep, type Swept } from '../shared/liveness.js';
import { logFault, type ProviderHooks } from '../shared/provider_hooks.js';
import type { TtsHandlers, TtsOptions, TtsProvider, TtsUtterance } from '../tts.js';
import { CartesiaPool, type CartesiaPoolOptions } from './cartesia_pool.js';
import { CARTESIA_SOCKET_DEFAULTS } from './cartesia_socket.js';
import {
  CARTESIA_TUNING,
  type CartesiaTuning,
  CartesiaUtterance,
  type CartesiaUtteranceContext,
} from './cartesia_utterance.js';

/** The vendor closes idle sockets after 5 minutes. */
const IDLE_MS_MAX = 240_000;
const SOCKETS_MAX = 64;

export class CartesiaTts implements TtsProvider, Swept {
  readonly format = TELEPHONE_FORMAT;
  readonly #model: string;
  readonly #hooks: ProviderHooks;
  readonly #pool: CartesiaPool;
  readonly #sweep: Sweep;
  readonly #context: CartesiaUtteranceContext;
  readonly #utterances = new Set<CartesiaUtterance>();
  #closed = false;

  /** `tuning` replaces defaults of CARTESIA_TUNING and of the pool, for tests. */
  constructor(
    config: EngineConfig['cartesia'],
    hooks: ProviderHooks,
    tuning: Partial<CartesiaTuning & CartesiaPoolOptions> = {},
    sweepPeriodMs?: number,
  ) {
    this.#model = config.model;
    this.#hooks = hooks;
    this.#pool = new CartesiaPool(
      {
        apiKey: config.apiKey,
        baseUrl: config.baseUrl,
        connectTimeoutMs: config.connectTimeoutMs,
        contextsPerSocket: config.contextsPerSocket,
        socketsMax: SOCKETS_MAX,
        idleMsMax: IDLE_MS_MAX,
        connectBackoff: CARTESIA_TUNING.retryBackoff,
        ...CARTESIA_SOCKET_DEFAULTS,
        ...tuning,
      },
      hooks,
    );
    this.#sweep = new Sweep((thrown) => logFault(hooks, thrown), sweepPeriodMs);
    this.#sweep.add(this);
    // Context ids are the routing key on shared sockets, and every worker thread counts for itself.
    const prefix = randomUUID().slice(0, 13);
    let contexts = 0;
    this.#context = {
      pool: this.#pool,
      tuning: {
        ...CARTESIA_TUNING,
        firstAudioTimeoutMs: config.firstAudioTimeoutMs,
        stallTimeoutMs: config.stallTimeoutMs,
        ...tuning,
      },
      hooks,
      sweeper: this.#sweep,
      nextContextId: () => `${prefix}-${++contexts}`,
      onOver: (utterance) => this.#utterances.delete(utterance),
    };
  }

  get socketCount(): number {
    return this.#pool.socketCount;
  }

  /** Utterances that are not over. */
  get utteranceCount(): number {
    return this.#utterances.size;
  }

  warm(): void {
    if (this.#closed) return;
    try {
      this.#pool.acquire();
    } catch (thrown) {
      logFault(this.#hooks, thrown);
    }
  }

  open(options: TtsOptions, handlers: TtsHandlers): TtsUtterance {
    this.warm();
    // The vendor takes a language here and not a region.
    const language = primaryLanguage(options.language);
    const voice = { modelId: options.model ?? this.#model, voiceId: options.voiceId, language };
    const utterance = new CartesiaUtterance(this.#context, voice, handlers);
    this.#utterances.add(utterance);
    return utterance;
  }

  sweep(now: number): void {
    this.#pool.sweep(now);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const utterance of this.#utterances) utterance.cancel();
    this.#sweep.delete(this);
    this.#pool.close();
  }
}
