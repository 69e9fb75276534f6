// Allocates everything the threads share, once, at start: rings, doorbells, metrics, seats, heartbeats. Kept for the
// life of the process. How each part works inside is threads/ and metrics/.

import type { EngineConfig } from '../config.js';
import { createSharedMetrics } from '../metrics/shared_metrics.js';
import { createDoorbells } from '../threads/doorbell.js';
import { createHeartbeats } from '../threads/heartbeat.js';
import { createLoadingTurn } from '../threads/loading_turn.js';
import { createSlab } from '../threads/slab.js';
import { createSeats } from '../threads/worker_seats.js';
import type { WorkerSetup } from '../threads/worker_setup.js';

/** About 6 s of Twilio's messages: a worker may pause for that long before caller audio is lost. Also the smallest
 *  ring that takes a message of MEDIA_MESSAGE_BYTES_MAX. */
export const INGRESS_RING_BYTES = 128 * 1024;
/** Worker to socket. Audio is written in step with real time, so this much waits only if the main thread pauses. */
export const EGRESS_RING_BYTES = 64 * 1024;

export type SharedMemory = Omit<WorkerSetup, 'config' | 'agents'>;

/** Shared memory for `calls.max` slots and `calls.workers` threads. */
export function createSharedMemory(config: Pick<EngineConfig, 'calls'>): SharedMemory {
  const { max, workers } = config.calls;
  // A replacement may start before the dead thread's seat is free again; twice as many seats leave room for all.
  const seats = workers * 2;
  return {
    slab: createSlab({ slots: max, ingressBytes: INGRESS_RING_BYTES, egressBytes: EGRESS_RING_BYTES }),
    doorbells: createDoorbells(1 + seats),
    metrics: createSharedMetrics(1 + seats),
    seats: createSeats(seats),
    heartbeats: createHeartbeats(seats),
    loading: createLoadingTurn(),
  };
}
