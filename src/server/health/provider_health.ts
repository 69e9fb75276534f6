// Is each service we depend on there, and does it serve us? Judged by what the calls' own requests met, which workers and
// webhooks report. Only where those say nothing (any more) does a probe decide; while they do, it can make the judgement
// worse and never better. Never a constant.

import type { ProviderName } from '../../errors.js';
import type { ProbeResult } from '../../providers/probe.js';

export type ServiceState = 'connected' | 'degraded' | 'unreachable' | 'not_configured';

/** News from calls this fresh need no probe beside them. */
const FRESH_MS = 60_000;
/** Failed requests older than this say nothing about now: without calls, only a probe could tell of a recovery. */
const FAILURE_NEWS_MS = 120_000;
/** The same for refusals, which nothing but somebody's hand ends. */
const REFUSAL_NEWS_MS = 300_000;
/** A success this recent still counts for something against a probe that fails. */
const RECOVERED_MS = 300_000;
/** So many failed attempts in a row, and no success for so long: what fails is not one call. */
const FAILURES_MAX = 3;
const FAILING_MS = 20_000;
/** Between two questions to one service; and how often it is asked although calls go well (a notice may have come). */
const PROBE_PAUSE_MS = 30_000;
const PROBE_ANYWAY_MS = 3_600_000;

interface Service {
  configured: boolean;
  probe: () => Promise<ProbeResult>;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  /** Since the last success. */
  failures: number;
  lastCode: string | null;
  lastRefused: boolean;
  probed: ProbeResult | null;
  probedAt: number;
  probing: Promise<void> | null;
}

export interface ServiceReport {
  state: ServiceState;
  last_success: string | null;
  last_failure: string | null;
  last_error: string | null;
  last_probe_error: string | null;
}

interface Judgement {
  state: ServiceState;
  /** Calls can be served as far as this service goes. */
  isServing: boolean;
  /** For people, when something is wrong. */
  reason: string | null;
}

const CONNECTED: Judgement = { state: 'connected', isServing: true, reason: null };

export class ProviderHealth {
  readonly #services = new Map<ProviderName, Service>();
  readonly #onNotice: (name: ProviderName, notice: string) => void;

  /** @param onNotice a probe brought news for operators; told once for each text */
  constructor(onNotice: (name: ProviderName, notice: string) => void = () => {}) {
    this.#onNotice = onNotice;
  }

  /** @param probe asks the service; may take seconds; must not reject */
  add(name: ProviderName, configured: boolean, probe: () => Promise<ProbeResult>): void {
    this.#services.set(name, {
      configured,
      probe,
      lastSuccessAt: null,
      lastFailureAt: null,
      failures: 0,
      lastCode: null,
      lastRefused: false,
      probed: null,
      probedAt: Number.NEGATIVE_INFINITY,
      probing: null,
    });
  }

  /**
   * A request that served a call went well or not. `atMs` is wall-clock time; news may arrive late and out of order.
   * @param refused the service is there and does not want what we send: our key, our model, our settings
   */
  observe(name: ProviderName, ok: boolean, code: string | null, atMs: number, refused = false): void {
    const service = this.#services.get(name);
    if (service === undefined) return;
    if (ok) {
      service.lastSuccessAt = Math.max(service.lastSuccessAt ?? 0, atMs);
      if (atMs >= (service.lastFailureAt ?? 0)) service.failures = 0;
      return;
    }
    const isNewest = atMs >= (service.lastFailureAt ?? 0);
    service.lastFailureAt = Math.max(service.lastFailureAt ?? 0, atMs);
    if (atMs >= (service.lastSuccessAt ?? 0)) service.failures++;
    if (!isNewest) return;
    service.lastCode = code;
    service.lastRefused = refused;
  }

  isConfigured(name: ProviderName): boolean {
    return this.#services.get(name)?.configured ?? false;
  }

  state(name: ProviderName, nowMs: number): ServiceState {
    return this.#judge(name, nowMs).state;
  }

  /** Can calls be served as far as this service goes? */
  isServing(name: ProviderName, nowMs: number): boolean {
    return this.#judge(name, nowMs).isServing;
  }

  /** One line when calls can't be served because of it, else null. */
  problem(name: ProviderName, nowMs: number): string | null {
    const { state, isServing, reason } = this.#judge(name, nowMs);
    if (isServing) return null;
    return reason === null ? `${name} is ${state}` : `${name} is ${state}: ${reason}`;
  }

  /** What probes found that operators should know, one line each. */
  notices(): string[] {
    return [...this.#services.values()].flatMap(({ probed }) => probed?.notice ?? []);
  }

  report(name: ProviderName, nowMs: number): ServiceReport {
    const service = this.#services.get(name);
    return {
      state: this.state(name, nowMs),
      last_success: iso(service?.lastSuccessAt),
      last_failure: iso(service?.lastFailureAt),
      last_error: service?.lastCode ?? null,
      last_probe_error: service?.probed?.code ?? null,
    };
  }

  /** Asks every service without recent news, unless it was asked a moment ago. Resolves when all have answered. */
  async refresh(nowMs: number): Promise<void> {
    await Promise.all([...this.#services].map(([name, service]) => this.#refreshOne(name, service, nowMs)));
  }

  #judge(name: ProviderName, nowMs: number): Judgement {
    const service = this.#services.get(name);
    if (service === undefined || !service.configured) return { ...CONNECTED, state: 'not_configured' };
    return judgeCalls(service, nowMs) ?? judgeProbe(service, nowMs);
  }

  #refreshOne(name: ProviderName, service: Service, nowMs: number): Promise<void> | null {
    if (!service.configured) return null;
    const newsAt = Math.max(service.lastSuccessAt ?? 0, service.lastFailureAt ?? 0);
    const pauseMs = nowMs - newsAt < FRESH_MS ? PROBE_ANYWAY_MS : PROBE_PAUSE_MS;
    if (service.probing === null && nowMs - service.probedAt >= pauseMs) {
      service.probedAt = nowMs;
      service.probing = service.probe().then((result) => {
        const isNew = result.notice !== null && result.notice !== service.probed?.notice;
        service.probed = result;
        service.probing = null;
        if (isNew) this.#onNotice(name, result.notice ?? '');
      });
    }
    return service.probing;
  }
}

/** What the calls' own requests say; null when they say nothing about now, or only that all was well a while ago. */
function judgeCalls(service: Service, nowMs: number): Judgement | null {
  const { lastSuccessAt, lastFailureAt, failures, lastCode, lastRefused } = service;
  if (failures === 0) return lastSuccessAt !== null && nowMs - lastSuccessAt < FRESH_MS ? CONNECTED : null;
  if (nowMs - (lastFailureAt ?? 0) >= (lastRefused ? REFUSAL_NEWS_MS : FAILURE_NEWS_MS)) return null;
  const wasFine = lastSuccessAt !== null && (failures < FAILURES_MAX || nowMs - lastSuccessAt < FAILING_MS);
  const reason = lastRefused ? `calls are refused, ${lastCode}` : lastCode;
  return { state: wasFine || lastRefused ? 'degraded' : 'unreachable', isServing: wasFine, reason };
}

function judgeProbe({ probed, lastSuccessAt }: Service, nowMs: number): Judgement {
  const wasFine = lastSuccessAt !== null && nowMs - lastSuccessAt < RECOVERED_MS;
  if (probed === null) return wasFine ? CONNECTED : { state: 'unreachable', isServing: false, reason: null };
  if (probed.ok) return CONNECTED;
  const isAnswering = probed.refused || probed.code !== 'NETWORK';
  return {
    state: isAnswering || wasFine ? 'degraded' : 'unreachable',
    // An overload says nothing about the next minute; a refusal does, unless calls were served all the same.
    isServing: wasFine || (isAnswering && !probed.refused),
    reason: probed.code,
  };
}

function iso(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}
