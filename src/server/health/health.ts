// /health and /ready: what load balancers and people ask. Puts together what admission, the worker pool and the
// observed state of the providers say.

import type { AgentNews } from '../../agents/agent_watch.js';
import { isoNow } from '../../clock.js';
import type { ProviderName } from '../../errors.js';
import { sumGauge } from '../../metrics/shared_metrics.js';
import type { VendorRole } from '../../providers/vendor.js';
import { VENDOR_NAMES, VENDOR_ROLES, VENDORS } from '../../providers/vendor_settings.js';
import type { Store } from '../../store/store.js';
import type { Admission } from '../calls/admission.js';
import type { Governor } from '../calls/governor.js';
import type { ServerRequest } from '../http/exchange.js';
import { json, type Reply } from '../http/reply.js';
import type { HttpEngine } from '../http/transport.js';
import type { HealthAnswer } from '../openapi/answers.js';
import type { CallRunner } from '../worker_pool.js';
import type { ProviderHealth } from './provider_health.js';

const SERVICES: readonly ProviderName[] = ['twilio', ...VENDOR_NAMES];
/** A load balancer's check does not wait for a provider that hangs. */
const REFRESH_WAIT_MS = 1500;

export interface HealthOptions {
  providers: ProviderHealth;
  /** What was found at start and does not keep calls from being served. */
  warnings: readonly string[];
  /** Of the folder of agents; null = there is none. */
  agentNews(): AgentNews | null;
  runner: CallRunner;
  admission: Admission;
  governor: Pick<Governor, 'strain' | 'lateShare' | 'uses'>;
  metrics: SharedArrayBuffer;
  version: string;
  store: Pick<Store, 'state'>;
  /** Without the shared store no new calls are taken; calls under way never need it. */
  isStoreRequired: boolean;
  httpEngine(): HttpEngine;
}

export class Health {
  readonly #options: HealthOptions;
  readonly #startedMs = Date.now();

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** `GET /health`: for anybody whether we are well and who answers us; for insiders also why, and how busy we are. */
  readonly health = async ({ who }: Pick<ServerRequest, 'who'>): Promise<Reply> => {
    const { providers, runner, admission, governor, metrics, version, httpEngine, warnings, store } = this.#options;
    await Promise.race([providers.refresh(Date.now()), delay(REFRESH_WAIT_MS)]);
    const now = Date.now();
    const problems = VENDOR_ROLES.flatMap((role) => this.#problems(role, now));
    if (!runner.ready) problems.push(runner.late > 0 ? 'no worker thread keeps up' : 'no worker thread is running');
    const { kind, isUp, awaySince, fallbacks } = store.state();
    const storeWarnings = isUp ? [] : [`Redis is away since ${awaySince}: this instance answers from its own memory`];
    const agents = this.#options.agentNews();
    const agentWarnings = (agents?.problems ?? []).map((problem) => `AGENTS_DIR: ${problem}`);
    const isHealthy = problems.length === 0;
    const terse: HealthAnswer = {
      status: isHealthy ? 'healthy' : 'unhealthy',
      timestamp: isoNow(),
      services: Object.fromEntries(SERVICES.map((name) => [name, providers.state(name, now)])),
    };
    if (!who.isInside) return json(isHealthy ? 200 : 503, terse);
    const detailed: HealthAnswer = {
      ...terse,
      problems,
      warnings: [...warnings, ...agentWarnings, ...providers.notices(), ...storeWarnings],
      version,
      uptime_s: Math.round((now - this.#startedMs) / 1000),
      calls: { in_use: admission.inUse, max: admission.slots, draining: admission.isDraining },
      governor: { strain: governor.strain('inbound'), late_share: governor.lateShare, uses: governor.uses() },
      agents: agents === null ? undefined : { count: agents.count, read_at: agents.readAt },
      http_engine: httpEngine(),
      store: { kind, connected: isUp, away_since: awaySince, fallbacks },
      dsp: runner.ready ? (sumGauge(metrics, 'dsp_fallback') > 0 ? 'fallback' : 'native') : null,
      vad: runner.ready ? (sumGauge(metrics, 'vad_native') > 0 ? 'native' : 'onnx') : null,
      observed: Object.fromEntries(SERVICES.map((name) => [name, providers.report(name, now)])),
    };
    return json(isHealthy ? 200 : 503, detailed);
  };

  /** A call can't be held without somebody for each part. Twilio's REST is none: inbound calls come without it. */
  #problems(role: VendorRole, now: number): string[] {
    const { providers } = this.#options;
    const names = VENDOR_NAMES.filter((name) => VENDORS[name].role === role && providers.isConfigured(name));
    return names.some((name) => providers.isServing(name, now))
      ? []
      : names.flatMap((name) => providers.problem(name, now) ?? []);
  }

  /** `GET /ready` */
  readonly ready = (): Reply => {
    const { runner, admission, governor, store, isStoreRequired } = this.#options;
    const idle = runner.late > 0 ? 'no worker thread keeps up' : 'starting';
    const full = admission.isFull ? 'full' : isStoreRequired && !store.state().isUp ? 'Redis is away' : null;
    // A vendor's limit is that of all instances: without any of them callers would not even hear that all lines are busy.
    const late = governor.strain('inbound') === 'late' ? 'the sound of the calls is late' : null;
    const why = !runner.ready ? idle : admission.isDraining ? 'draining' : (full ?? late);
    return why === null ? json(200, { status: 'ready' }) : json(503, { detail: why });
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
