// What went through a call's buffers, for its summary, and what lies in them right now, for the test mode's log.

import type { CallSummary } from '../call/call_report.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import type { MediaIngress } from './media_ingress.js';
import type { Playout } from './playout.js';

/** Frames of 20 ms since the call began. */
export function mediaCounts({ framesIn, jitter }: MediaIngress, playout: Playout): CallSummary['media'] {
  const { lost, late, concealedCount: concealed } = jitter;
  return { framesIn, lost, late, concealed, framesOut: playout.framesOut, underruns: playout.underruns };
}

/** Counts since the call began; queues in ms of audio; `nowMs` on the engine's clock. */
export function bufferState(ingress: MediaIngress, playout: Playout, ring: SpscRing, nowMs: number): object {
  const { framesOut, underruns, ...heard } = mediaCounts(ingress, playout);
  return {
    playing: { queuedMs: playout.queuedMs, aheadMs: Math.round(playout.aheadMs(nowMs)), framesOut, underruns },
    listening: { ...heard, ringBytes: ring.depthBytes },
  };
}
