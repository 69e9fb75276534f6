// OpenAI (or any server that speaks its chat completions) as the engine's language model: the connection pool, warming,
// and the runs under way. What happens inside one reply is openai_run.ts.

import OpenAI from 'openai';
import { Pool } from 'undici';
import { nowMs } from '../../clock.js';
import type { EngineConfig } from '../../config.js';
import type { LlmHandlers, LlmProvider, LlmRequest, LlmRun } from '../llm.js';
import { Sweep } from '../shared/liveness.js';
import { logFault, type ProviderHooks } from '../shared/provider_hooks.js';
import { poolFetch } from './openai_fetch.js';
import { OpenaiParameters } from './openai_parameters.js';
import { OPENAI_TUNING, OpenaiRun, type OpenaiRunContext, type OpenaiTuning } from './openai_run.js';

const VENDOR_URL = 'https://api.openai.com/v1';
/** Streams at once: every call of a worker may have a reply and a draft under way. One connection each (HTTP/1.1). */
const CONNECTIONS_MAX = 1024;
const CONNECT_TIMEOUT_MS = 3000;
/** undici's own timers are coarse; ours come first, these only clean up behind them. */
const UNDICI_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
const KEEP_ALIVE_MS_MAX = 600_000;
/** What was learned of more models than this is learned again. */
const OTHER_MODELS_MAX = 64;
/** At most one warming request in this time: a burst of webhooks needs no burst of requests. */
const WARM_PERIOD_MS = 250;

export class OpenaiLlm implements LlmProvider {
  readonly #model: string;
  readonly #pool: Pool;
  readonly #client: OpenAI;
  readonly #sweep: Sweep;
  readonly #context: OpenaiRunContext;
  /** Of agents with a model of their own, by model: what one refuses says nothing about another. */
  readonly #otherContexts = new Map<string, OpenaiRunContext>();
  readonly #config: EngineConfig['openai'];
  readonly #runs = new Set<OpenaiRun>();
  #warming: AbortController | null = null;
  #warmedMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** `tuning` replaces defaults of OPENAI_TUNING, for tests. */
  constructor(
    config: EngineConfig['openai'],
    hooks: ProviderHooks,
    tuning: Partial<OpenaiTuning> = {},
    sweepPeriodMs?: number,
  ) {
    this.#model = config.model;
    this.#config = config;
    const baseURL = config.baseUrl ?? VENDOR_URL;
    // HTTP/1.1 on purpose: undici 6 lost 12-29 % of the streams that shared an HTTP/2 connection.
    this.#pool = new Pool(new URL(baseURL).origin, {
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS_MAX,
      headersTimeout: UNDICI_TIMEOUT_MS,
      bodyTimeout: UNDICI_TIMEOUT_MS,
      connect: { timeout: CONNECT_TIMEOUT_MS },
    });
    this.#client = new OpenAI({
      apiKey: config.apiKey,
      baseURL,
      // Not from the environment behind our back.
      organization: null,
      project: null,
      // The SDK's back-off can't be aborted and obeys any Retry-After: retries are openai_run.ts's.
      maxRetries: 0,
      timeout: UNDICI_TIMEOUT_MS,
      // It would log what the model said.
      logLevel: 'off',
      fetch: poolFetch(this.#pool),
    });
    this.#sweep = new Sweep((thrown) => logFault(hooks, thrown), sweepPeriodMs);
    this.#context = {
      client: this.#client,
      model: config.model,
      parameters: new OpenaiParameters(config),
      tuning: {
        ...OPENAI_TUNING,
        firstTokenTimeoutMs: config.firstTokenTimeoutMs,
        stallTimeoutMs: config.stallTimeoutMs,
        retries: config.retries,
        ...tuning,
      },
      hooks,
      sweeper: this.#sweep,
      onOver: (run, aborted) => {
        this.#runs.delete(run);
        // An aborted reply took its connection along (HTTP/1.1 has no other way): have one ready for the next.
        if (aborted) this.warm();
      },
    };
  }

  /** Runs that hold a connection. */
  get runCount(): number {
    return this.#runs.size;
  }

  /**
   * Asks for the model's own entry (a small answer): opens the connection the next reply will use. What is answered says
   * nothing about replies: a key may be allowed the one and not the other. Always goes out, even when other connections
   * are idle: the pool hands out its first free slot, connected or not, and this request takes the very same one.
   */
  warm(): void {
    const now = nowMs();
    if (this.#closed || this.#warming || now - this.#warmedMs < WARM_PERIOD_MS) return;
    this.#warmedMs = now;
    const controller = new AbortController();
    this.#warming = controller;
    this.#client.models
      .retrieve(this.#model, { signal: controller.signal, timeout: CONNECT_TIMEOUT_MS })
      .catch(() => {}) // then the first reply opens its connection itself
      .finally(() => {
        this.#warming = null;
      });
  }

  start(request: LlmRequest, handlers: LlmHandlers): LlmRun {
    const run = new OpenaiRun(this.#contextFor(request.model ?? this.#model), request, handlers);
    this.#runs.add(run);
    return run;
  }

  #contextFor(model: string): OpenaiRunContext {
    if (model === this.#model) return this.#context;
    let context = this.#otherContexts.get(model);
    if (context === undefined) {
      context = { ...this.#context, model, parameters: new OpenaiParameters({ ...this.#config, model }) };
      this.#otherContexts.set(model, context);
      for (const [oldest] of this.#otherContexts) {
        if (this.#otherContexts.size > OTHER_MODELS_MAX) this.#otherContexts.delete(oldest);
      }
    }
    return context;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const run of this.#runs) run.abandon();
    this.#warming?.abort();
    this.#pool.destroy().catch(() => {});
  }
}
