// The main thread's own metrics: calls, sockets, HTTP, refusals. The hot path's are in shared memory (metrics/); these
// are ordinary prom-client metrics in the same registry.

import * as prom from 'prom-client';
import type { AgentNews } from '../agents/agent_watch.js';
import { type CallDirection, END_REASONS, type EndReason } from '../call/call.js';
import { KEPT_ACTS, type KeptAct } from './archive/keeper.js';
import { REFUSAL_REASONS, type RefusalReason } from './calls/admission.js';
import { CUT_REASONS, type CutReason } from './http/connections.js';
import { LIMITS, type LimitName } from './http/rate_limits.js';
import type { HttpEngine } from './http/transport.js';

export interface LiveNumbers {
  calls(): number;
  slots(): number;
  slotsMax(): number;
  sockets(): number;
  /** Of calls, that wait to be sealed or sent. */
  filesWaiting(): number;
  /** Share of the last second's frames that were late. */
  lateShare(): number;
  /** Of what the vendors allow. */
  vendorUses(): readonly { what: string; used: number; max: number }[];
  /** Without media sockets. */
  connections(): number;
  /** Worker threads that miss their beats now, and those that were ended for it since the start. */
  workersLate(): number;
  workersHung(): number;
  /** Lost to full queues since the start, by subscriber. */
  eventsDropped(): ReadonlyMap<string, number>;
  /** Is the shared store there (always, when nothing is shared), and how often its answer came from our own memory. */
  storeUp(): boolean;
  storeFallbacks(): number;
  /** How the agents' folder was read since the start; null = there is none. */
  agentNews(): Pick<AgentNews, 'taken' | 'failed' | 'problems'> | null;
}

const CALLBACK_RESULTS = ['asked', 'refused', 'dialled', 'failed'] as const;

export class ServerMetrics {
  readonly #http: prom.Counter;
  readonly #limited: prom.Counter;
  readonly #connectionsCut: prom.Counter;
  readonly #signatures: prom.Counter;
  readonly #tokens: prom.Counter;
  readonly #refusals: prom.Counter;
  readonly #overflows: prom.Counter;
  readonly #overflowsFailed: prom.Counter;
  readonly #callbacks: prom.Counter;
  readonly #kept: prom.Counter;
  readonly #calls: prom.Counter;
  readonly #moved: prom.Counter;
  readonly #cameBack: prom.Counter;
  readonly #oversized: prom.Counter;
  readonly #dials: prom.Counter;
  readonly #streamErrors: prom.Counter;
  readonly #httpEngine: prom.Gauge;

  /** @param live read at each scrape */
  constructor(registry: prom.Registry, live: LiveNumbers) {
    const registers = [registry];
    const counter = (name: string, help: string, labelNames: string[]) =>
      new prom.Counter({ name, help, labelNames, registers });
    const gauge = (name: string, help: string, read: () => number) =>
      new prom.Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    this.#http = counter('ringline_http_requests_total', 'HTTP requests answered.', ['route', 'method', 'status']);
    this.#limited = counter('ringline_http_limited_total', 'HTTP requests refused for coming too often.', ['limit']);
    this.#connectionsCut = counter(
      'ringline_connections_cut_total',
      'Connections closed because there were too many: idle ones for a new one, or the new one.',
      ['reason'],
    );
    this.#signatures = counter('ringline_signature_refused_total', 'Requests refused for their Twilio signature.', [
      'on',
    ]);
    this.#tokens = counter('ringline_media_token_refused_total', 'Media sockets refused for their token.', ['reason']);
    this.#refusals = counter('ringline_calls_refused_total', 'Calls not taken, and dials not made.', ['reason']);
    this.#overflows = counter(
      'ringline_calls_overflowed_total',
      'Callers for whom there was no line or nobody at this hour, by where they were sent.',
      ['reason', 'to'],
    );
    this.#overflowsFailed = counter(
      'ringline_overflow_failed_total',
      'Callers who were sent elsewhere and found nobody there either.',
      [],
    );
    this.#callbacks = counter('ringline_callbacks_total', 'Callers who asked to be called back, and what came of it.', [
      'result',
    ]);
    this.#kept = counter(
      'ringline_recordings_kept_total',
      'Files of calls that were sealed or sent to the bucket, and tries that failed.',
      ['act', 'result'],
    );
    this.#calls = counter('ringline_calls_total', 'Calls ended, by direction and reason.', ['direction', 'reason']);
    this.#moved = counter('ringline_calls_moved_total', 'Calls that went on in another worker when theirs died.', []);
    this.#cameBack = counter(
      'ringline_calls_came_back_total',
      'Calls of a server process that died, which Twilio brought to this one.',
      [],
    );
    this.#oversized = counter(
      'ringline_media_oversized_total',
      'Media sockets closed for a message that was too big.',
      [],
    );
    this.#dials = counter('ringline_dials_total', 'Outbound dials, by what became of them.', ['result']);
    this.#streamErrors = counter('ringline_stream_errors_total', 'Errors of media streams that Twilio reported.', []);
    this.#httpEngine = new prom.Gauge({
      name: 'ringline_http_engine',
      help: 'The HTTP engine that serves, by name: 1.',
      labelNames: ['engine'],
      registers,
    });
    gauge('ringline_calls_live', 'Calls with a registry entry now, dialling ones included.', live.calls);
    gauge('ringline_slots_in_use', 'Slots reserved now.', live.slots);
    gauge('ringline_slots', 'Slots there are: CALLS_MAX.', live.slotsMax);
    gauge('ringline_connections_live', 'Connections open now, without media sockets.', live.connections);
    gauge(
      'ringline_recordings_waiting',
      'Files of calls that wait to be sealed or sent to the bucket.',
      live.filesWaiting,
    );
    gauge(
      'ringline_frames_late_ratio',
      'Share of the agent frames of a second that were handed over later than ADMISSION_LATE_MS, 0 to 1.',
      live.lateShare,
    );
    for (const [name, help, key] of [
      ['ringline_vendor_use', 'What all instances use of what a vendor allows, where a limit is set.', 'used'],
      [
        'ringline_vendor_limit',
        'What a vendor allows: of streams and contexts at once, of requests and tokens a minute.',
        'max',
      ],
    ] as const) {
      new prom.Gauge({
        ...{ name, help, labelNames: ['what'], registers },
        collect() {
          for (const use of live.vendorUses()) this.set({ what: use.what }, use[key]);
        },
      });
    }
    gauge('ringline_media_sockets_live', 'Media sockets open now.', live.sockets);
    gauge(
      'ringline_workers_late',
      'Worker threads that miss their beats now; they get no new calls.',
      live.workersLate,
    );
    const total = (name: string, help: string, read: () => number) =>
      new prom.Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    total('ringline_workers_hung_total', 'Worker threads ended because they hung.', live.workersHung);
    gauge('ringline_store_up', '1 = the shared store is there, or none is used.', () => (live.storeUp() ? 1 : 0));
    total(
      'ringline_store_fallbacks_total',
      "Uses of the shared store that this process's memory had to answer.",
      live.storeFallbacks,
    );
    new prom.Counter({
      name: 'ringline_agent_reloads_total',
      help: 'Changes of the agents in AGENTS_DIR; of a failed one something stays as it was.',
      labelNames: ['result'],
      registers,
      collect() {
        this.reset();
        this.inc({ result: 'done' }, live.agentNews()?.taken ?? 0);
        this.inc({ result: 'failed' }, live.agentNews()?.failed ?? 0);
      },
    });
    gauge(
      'ringline_agent_problems',
      'What is wrong with the files in AGENTS_DIR now, in lines; their agents stay as they were.',
      () => live.agentNews()?.problems.length ?? 0,
    );
    new prom.Counter({
      name: 'ringline_events_dropped_total',
      help: 'Events of calls and workers that a slow subscriber lost.',
      labelNames: ['subscriber'],
      registers,
      collect() {
        this.reset();
        for (const [subscriber, count] of live.eventsDropped()) this.inc({ subscriber }, count);
      },
    });
    // Known label values begin at zero: a rate over a series that appears out of nothing misses its first event.
    for (const direction of ['inbound', 'outbound']) {
      for (const reason of END_REASONS) this.#calls.inc({ direction, reason }, 0);
    }
    for (const reason of REFUSAL_REASONS) this.#refusals.inc({ reason }, 0);
    for (const reason of CUT_REASONS) this.#connectionsCut.inc({ reason }, 0);
    for (const act of KEPT_ACTS) for (const result of ['done', 'failed']) this.#kept.inc({ act, result }, 0);
    for (const result of CALLBACK_RESULTS) this.#callbacks.inc({ result }, 0);
    for (const limit of LIMITS) this.#limited.inc({ limit }, 0);
    for (const on of ['webhook', 'media']) this.#signatures.inc({ on }, 0);
    for (const reason of ['missing', 'unknown', 'expired', 'used']) this.#tokens.inc({ reason }, 0);
  }

  answered(route: string, method: string, status: number): void {
    this.#http.inc({ route, method, status });
  }
  connectionCut(reason: CutReason): void {
    this.#connectionsCut.inc({ reason });
  }
  limited(limit: LimitName): void {
    this.#limited.inc({ limit });
  }
  signatureRefused(on: 'webhook' | 'media'): void {
    this.#signatures.inc({ on });
  }
  tokenRefused(reason: 'missing' | 'unknown' | 'expired' | 'used'): void {
    this.#tokens.inc({ reason });
  }
  refused(reason: RefusalReason): void {
    this.#refusals.inc({ reason });
  }
  overflowed(reason: string, to: string): void {
    this.#overflows.inc({ reason, to });
  }
  overflowFailed(): void {
    this.#overflowsFailed.inc();
  }
  callback(result: (typeof CALLBACK_RESULTS)[number]): void {
    this.#callbacks.inc({ result });
  }
  kept(act: KeptAct, isGood: boolean): void {
    this.#kept.inc({ act, result: isGood ? 'done' : 'failed' });
  }
  ended(direction: CallDirection, reason: EndReason): void {
    this.#calls.inc({ direction, reason });
  }
  moved(): void {
    this.#moved.inc();
  }
  cameBack(): void {
    this.#cameBack.inc();
  }
  oversized(): void {
    this.#oversized.inc();
  }
  httpEngine(engine: HttpEngine): void {
    this.#httpEngine.set({ engine }, 1);
  }
  /** `refused` by Twilio, `timeout`, or Twilio's terminal status; `answered` when its TwiML was asked for. */
  dial(result: string): void {
    this.#dials.inc({ result });
  }
  streamError(): void {
    this.#streamErrors.inc();
  }
}
