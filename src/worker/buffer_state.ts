// What went through a call's buffers, for its summary, and what lies in them right now, for the test mode's log.

import type { CallSummary } from '../call/call_report.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import type { MediaEgress } from './media_egress.js';
import type { MediaIngress } from './media_ingress.js';

/** Frames of 20 ms since the call began. */
export function mediaCounts({ framesIn, jitter }: MediaIngress, egress: MediaEgress): CallSummary['media'] {
  const { lost, late, concealedCount: concealed } = jitter;
  return { framesIn, lost, late, concealed, framesOut: egress.framesOut, underruns: egress.underruns };
}

/** Counts since the call began; queues in ms of audio; `nowMs` on the engine's clock. */
export function bufferState(ingress: MediaIngress, egress: MediaEgress, ring: SpscRing, nowMs: number): object {
  const { framesOut, underruns, ...heard } = mediaCounts(ingress, egress);
  return {
    playing: { queuedMs: egress.queuedMs, aheadMs: Math.round(egress.aheadMs(nowMs)), framesOut, underruns },
    listening: { ...heard, ringBytes: ring.depthBytes },
  };
}
