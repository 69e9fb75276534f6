// Sends traces to an OpenTelemetry collector by OTLP over HTTP, with the official SDK. Loaded only where there is one: nothing
// of this exists otherwise. What a call looks like as a trace is call_traces.ts. Spans wait in a bounded queue and leave in
// small batches, for making one holds this thread up; a collector that is away costs spans, not calls.

import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import * as prom from 'prom-client';
import type { CallEvent } from '../../call/call_events.js';
import type { EngineConfig } from '../../config.js';
import type { Logger } from '../../log.js';
import { VENDOR_NAMES, VENDORS } from '../../providers/vendor_settings.js';
import { traceIdOf } from '../../trace_id.js';
import type { CallRegistry } from '../calls/call_registry.js';
import { CallTraces, type TracedCall } from './call_traces.js';

/** About 3 ms of work each. */
const BATCH_SPANS = 128;
/** A minute of 300 talkative calls. */
const QUEUE_SPANS = 8192;
const SEND_EVERY_MS = 1000;
const SEND_TIMEOUT_MS = 5000;
const LOG_EVERY_MS = 60_000;

export interface Tracing {
  /** Takes all events of calls. */
  onCallEvent(event: CallEvent): void;
  /** Sends what waits, and ends. Never rejects; takes seconds at most. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  /** `tracing.endpoint` is set. */
  config: Pick<EngineConfig, 'tracing' | (typeof VENDOR_NAMES)[number]>;
  registry: Pick<CallRegistry, 'find'>;
  metrics: prom.Registry;
  version: string;
  /** Which of the instances this is. */
  instance: string;
  log: Logger;
}

export function openTracing({ config, registry, metrics, version, instance, log }: TracingOptions): Tracing {
  const { endpoint, headers, serviceName, sampleRatio } = config.tracing;
  const ids = new CallIds();
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers: headers ?? {},
    timeoutMillis: SEND_TIMEOUT_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.version': version,
      'service.instance.id': instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor(new CountedExporter(exporter, metrics, log), {
        maxExportBatchSize: BATCH_SPANS,
        maxQueueSize: QUEUE_SPANS,
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: SEND_TIMEOUT_MS,
      }),
    ],
  });
  const llm = VENDOR_NAMES.find((name) => VENDORS[name].role === 'llm' && config[name].apiKey !== '') ?? 'openai';
  const ownModel = (config[llm] as { model?: string }).model ?? '';
  const callOf = (callSid: string): TracedCall | null => {
    const entry = registry.find(callSid);
    if (entry?.agent == null) return null;
    const { id: agent, variant, hash: version, definition } = entry.agent;
    const { direction, acceptedAt } = entry;
    return { direction, acceptedAt, agent, variant, version, model: definition.think.model ?? ownModel };
  };
  const traces = new CallTraces({
    tracer: provider.getTracer('ringline', version),
    nextTrace: (callSid) => {
      ids.next = traceIdOf(callSid);
    },
    callOf,
    llmProvider: llm,
  });
  log.info({ endpoint, sampleRatio }, 'traces are sent');
  const stop = () =>
    provider.shutdown().catch((err: unknown) => log.warn({ err }, 'traces were not all sent before the end'));
  return { onCallEvent: traces.onCallEvent, stop };
}

/** A call's trace has an id of the call's own; everything else is random. */
class CallIds implements IdGenerator {
  /** '' = random. */
  next = '';
  readonly #random = new RandomIdGenerator();

  generateTraceId = (): string => {
    const own = this.next;
    this.next = '';
    return own === '' ? this.#random.generateTraceId() : own;
  };

  generateSpanId = (): string => this.#random.generateSpanId();
}

/** Counts what was sent and what was lost, and says so now and then. */
class CountedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #spans: prom.Counter;
  readonly #log: Logger;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(exporter: SpanExporter, metrics: prom.Registry, log: Logger) {
    this.#exporter = exporter;
    this.#log = log;
    this.#spans = new prom.Counter({
      name: 'ringline_trace_spans_total',
      help: 'Spans of traces that the collector took, or that were lost because it did not. Only where traces are sent.',
      labelNames: ['result'],
      registers: [metrics],
    });
    for (const result of ['sent', 'lost']) this.#spans.inc({ result }, 0);
  }

  export(spans: ReadableSpan[], tell: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, (result) => {
      // 0 = taken.
      const isTaken = (result.code as number) === 0;
      this.#spans.inc({ result: isTaken ? 'sent' : 'lost' }, spans.length);
      if (!isTaken) this.#onLost(result.error);
      tell(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #onLost(err: Error | undefined): void {
    const now = Date.now();
    if (now - this.#loggedMs < LOG_EVERY_MS) return;
    this.#loggedMs = now;
    this.#log.warn({ err }, 'the collector takes no traces: they are lost');
  }
}
