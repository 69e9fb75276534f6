// Deepgram as the engine's speech-to-text provider: one object per worker thread, one session per call. Only wires; a
// session's life is deepgram_session.ts.

import { Agent } from 'node:https';
import type { EngineConfig } from '../../config.js';
import { Sweep } from '../shared/liveness.js';
import { logFault, type ProviderHooks } from '../shared/provider_hooks.js';
import type { SttHandlers, SttProvider, SttSession, SttSessionOptions } from '../stt.js';
import { DEEPGRAM_TUNING, DeepgramSession, type DeepgramTuning } from './deepgram_session.js';
import { type ForceEndTurn, fluxDialect } from './flux_dialect.js';
import { NOVA_DIALECT } from './nova_dialect.js';
import { isFlux, takesKeyterms } from './settings.js';

export class DeepgramStt implements SttProvider {
  readonly #config: EngineConfig['deepgram'];
  readonly #hooks: ProviderHooks;
  readonly #tuning: DeepgramTuning;
  readonly #sweep: Sweep;
  readonly #sessions = new Set<DeepgramSession>();
  readonly #force: ForceEndTurn;
  #closed = false;
  // Only for its TLS session cache: sockets are upgraded and never come back to it.
  readonly #agent = new Agent({ keepAlive: false, maxCachedSessions: 8 });

  /** `tuning` replaces defaults of DEEPGRAM_TUNING, for tests. */
  constructor(
    config: EngineConfig['deepgram'],
    hooks: ProviderHooks,
    tuning: Partial<DeepgramTuning> = {},
    sweepPeriodMs?: number,
  ) {
    this.#config = config;
    this.#force = { isOn: config.forceEndTurn };
    this.#hooks = hooks;
    this.#tuning = { ...DEEPGRAM_TUNING, stallTimeoutMs: config.stallTimeoutMs, ...tuning };
    this.#sweep = new Sweep((thrown) => logFault(hooks, thrown), sweepPeriodMs);
  }

  /** Sessions that are not closed. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  open(options: SttSessionOptions, handlers: SttHandlers): SttSession {
    const model = options.model ?? this.#config.model;
    const session = new DeepgramSession(
      {
        apiKey: this.#config.apiKey,
        baseUrl: this.#config.baseUrl,
        agent: this.#agent,
        connectTimeoutMs: this.#config.connectTimeoutMs,
        model,
        language: options.language,
        endpointingMs: this.#config.endpointingMs,
        keyterms: takesKeyterms(model) ? options.keyterms : [],
        tag: options.callSid,
        newDialect: isFlux(model) ? () => fluxDialect(this.#config, this.#force) : () => NOVA_DIALECT,
      },
      this.#tuning,
      this.#hooks,
      this.#sweep,
      handlers,
      (closed) => this.#sessions.delete(closed),
    );
    this.#sessions.add(session);
    if (this.#closed) session.close();
    return session;
  }

  /** Sessions opened afterwards are closed at once. */
  close(): void {
    this.#closed = true;
    for (const session of this.#sessions) session.close();
    this.#agent.destroy();
  }
}
