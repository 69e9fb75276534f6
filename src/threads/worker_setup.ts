// What a worker thread is given once, as piscina's `workerData`. What it tells in return is worker_messages.ts.

import type { EngineConfig } from '../config.js';

export interface WorkerSetup {
  config: EngineConfig;
  /** Every agent of this server, checked: agents/agent_book.ts. */
  agents: readonly { id: string; definition: unknown }[];
  slab: SharedArrayBuffer;
  /** Bell 0 wakes the main thread, bell n + 1 the worker on seat n. */
  doorbells: SharedArrayBuffer;
  /** worker_seats.ts: each worker thread claims its index here when it starts. */
  seats: SharedArrayBuffer;
  /** heartbeat.ts: the worker on seat n stores the time in word n, calls or no calls. */
  heartbeats: SharedArrayBuffer;
  /** loading_turn.ts: threads load one after the other. */
  loading: SharedArrayBuffer;
  /** Block 0 is the main thread's, block n + 1 the worker's on seat n. */
  metrics: SharedArrayBuffer;
}
