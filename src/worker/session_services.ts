// What a call gets from its worker: what all of them share, made once by call_worker.ts, and what is its own.

import type { Logger } from 'pino';
import type { CallPlan } from '../agents/call_plan.js';
import type { Dsp } from '../audio/kernels/addon.js';
import type { VadBatch } from '../audio/vad/vad_batch.js';
import type { CallOrder } from '../call/call.js';
import type { CallEvent } from '../call/call_events.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { LlmProvider } from '../providers/llm.js';
import type { SttProvider } from '../providers/stt.js';
import type { TtsProvider } from '../providers/tts.js';
import type { Redact } from '../redact.js';
import type { SaidSoFar } from '../threads/said_so_far.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import type { Tool } from '../tools/tool.js';
import type { EgressBuffers } from './media_egress.js';
import type { IngressBuffers } from './media_ingress.js';
import type { PhraseCache } from './phrase_cache.js';
import type { RecorderBuffers } from './recorder.js';

/** What all calls of a worker share. */
export interface SessionServices {
  /** What a call is held with. */
  plan(order: CallOrder): CallPlan;
  /** Every event of the turns and the state of the buffers go into the log. */
  testMode: boolean;
  dsp: Dsp;
  vad: VadBatch;
  stt: SttProvider;
  llm: LlmProvider;
  tts: TtsProvider;
  phrases: PhraseCache;
  /** The tools that an agent's file names. The same array gives the same tools. */
  toolsOf(definitions: CallPlan['tools']['definitions']): readonly Tool[];
  metrics: ThreadMetrics;
  log: Logger;
  ingressBuffers: IngressBuffers;
  egressBuffers: EgressBuffers;
  recorderBuffers: RecorderBuffers;
  /** Strikes out what may not be kept of what was said; null = everything may. */
  redact: Redact | null;
  /** To the main thread: what happens in a call. */
  onCallEvent(event: CallEvent): void;
}

/** What is one call's own. */
export interface SessionLinks {
  ingress: SpscRing;
  egress: SpscRing;
  vadStream: number;
  said: SaidSoFar;
  /** The egress ring has something for the main thread. */
  onDirty(): void;
}
