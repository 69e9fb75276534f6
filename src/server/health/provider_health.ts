// Is each service we depend on there? From what was really seen: successes and failures that workers and webhooks
// report, and, when nothing was seen for a while, a cheap question to the service itself. Never a constant.

import type { ProviderName } from '../../errors.js';

export type ServiceState = 'connected' | 'degraded' | 'unreachable' | 'not_configured';

/** Older news than this says nothing about now. */
const NEWS_MS = 60_000;
/** Between two questions to one service. */
const PROBE_PAUSE_MS = 30_000;
/** After a failure, a success this recent still counts for something. */
const RECOVERED_MS = 300_000;

/** `REFUSED`: it is there and does not want us (401, 403); anything else is an error code for people. */
export interface ProbeResult {
  ok: boolean;
  code: string | null;
}

interface Service {
  configured: boolean;
  probe: () => Promise<ProbeResult>;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  lastCode: string | null;
  lastWasOk: boolean;
  probedAt: number;
  probing: Promise<void> | null;
}

export interface ServiceReport {
  state: ServiceState;
  last_success: string | null;
  last_failure: string | null;
  last_error: string | null;
}

export class ProviderHealth {
  readonly #services = new Map<ProviderName, Service>();

  /** @param probe asks the service; may take seconds; must not reject */
  add(name: ProviderName, configured: boolean, probe: () => Promise<ProbeResult>): void {
    this.#services.set(name, {
      configured,
      probe,
      lastSuccessAt: null,
      lastFailureAt: null,
      lastCode: null,
      lastWasOk: false,
      probedAt: Number.NEGATIVE_INFINITY,
      probing: null,
    });
  }

  /** Something was seen. `atMs` is wall-clock time; news may arrive late and out of order. */
  observe(name: ProviderName, ok: boolean, code: string | null, atMs: number): void {
    const service = this.#services.get(name);
    if (service === undefined) return;
    const isNewest = atMs >= Math.max(service.lastSuccessAt ?? 0, service.lastFailureAt ?? 0);
    if (ok) service.lastSuccessAt = Math.max(service.lastSuccessAt ?? 0, atMs);
    else service.lastFailureAt = Math.max(service.lastFailureAt ?? 0, atMs);
    if (!isNewest) return;
    service.lastWasOk = ok;
    if (!ok) service.lastCode = code;
  }

  state(name: ProviderName, nowMs: number): ServiceState {
    const service = this.#services.get(name);
    if (service === undefined || !service.configured) return 'not_configured';
    if (service.lastWasOk) return 'connected';
    if (service.lastFailureAt === null) return 'unreachable';
    const isAnswering = service.lastCode === 'REFUSED' || service.lastCode?.startsWith('HTTP_');
    const wasFine = service.lastSuccessAt !== null && nowMs - service.lastSuccessAt < RECOVERED_MS;
    return isAnswering || wasFine ? 'degraded' : 'unreachable';
  }

  /** Can calls be served as far as this service goes? Not without it, nor when it refuses our key. */
  isServing(name: ProviderName, nowMs: number): boolean {
    const state = this.state(name, nowMs);
    if (state === 'degraded') return this.#services.get(name)?.lastCode !== 'REFUSED';
    return state === 'connected';
  }

  report(name: ProviderName, nowMs: number): ServiceReport {
    const service = this.#services.get(name);
    return {
      state: this.state(name, nowMs),
      last_success: iso(service?.lastSuccessAt),
      last_failure: iso(service?.lastFailureAt),
      last_error: service?.lastCode ?? null,
    };
  }

  /** Asks every service without recent news, unless it was asked a moment ago. Resolves when all have answered. */
  async refresh(nowMs: number): Promise<void> {
    await Promise.all([...this.#services].map(([name, service]) => this.#refreshOne(name, service, nowMs)));
  }

  #refreshOne(name: ProviderName, service: Service, nowMs: number): Promise<void> | null {
    const newsAt = Math.max(service.lastSuccessAt ?? 0, service.lastFailureAt ?? 0);
    if (!service.configured || nowMs - newsAt < NEWS_MS) return null;
    if (service.probing === null && nowMs - service.probedAt >= PROBE_PAUSE_MS) {
      service.probedAt = nowMs;
      service.probing = service.probe().then(({ ok, code }) => {
        this.observe(name, ok, code, Date.now());
        service.probing = null;
      });
    }
    return service.probing;
  }
}

function iso(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}
