// What a worker thread is given once, as piscina's `workerData`, and what it tells the main thread besides the results
// of its calls: log lines and how providers fare. Structured-clone safe.

import type { TurnReport } from '../call/call_report.js';
import type { EngineConfig } from '../config.js';

export interface WorkerSetup {
  config: EngineConfig;
  slab: SharedArrayBuffer;
  /** Bell 0 wakes the main thread, bell n + 1 the worker on seat n. */
  doorbells: SharedArrayBuffer;
  /** worker_seats.ts: each worker thread claims its index here when it starts. */
  seats: SharedArrayBuffer;
  /** heartbeat.ts: the worker on seat n stores the time in word n, calls or no calls. */
  heartbeats: SharedArrayBuffer;
  /** Block 0 is the main thread's, block n + 1 the worker's on seat n. */
  metrics: SharedArrayBuffer;
}

/** Worker -> main over the 'ringline' BroadcastChannel: cold path, a few per turn at most. */
export type WorkerEvent =
  | { kind: 'log'; line: string }
  | { kind: 'state'; slot: number; callSid: string; state: string; streamSid: string | null }
  | { kind: 'turn'; slot: number; callSid: string; turn: TurnReport }
  | { kind: 'provider'; provider: 'deepgram' | 'openai' | 'cartesia'; ok: boolean; code: string | null; at: number };
export const WORKER_CHANNEL = 'ringline';
