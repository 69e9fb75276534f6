import { expect, test } from 'vitest';
import type { SpscRing } from '../../src/threads/spsc_ring.js';
import { bufferState, mediaCounts } from '../../src/worker/buffer_state.js';
import type { MediaIngress } from '../../src/worker/media_ingress.js';
import type { Playout } from '../../src/worker/playout.js';

const ingress = { framesIn: 500, jitter: { lost: 3, late: 2, concealedCount: 5 } } as unknown as MediaIngress;
const playout = {
  framesOut: 250,
  underruns: 1,
  queuedMs: 1840,
  aheadMs: (nowMs: number) => 1000.4 - nowMs,
} as unknown as Playout;

test('a call’s counts in frames, as its summary has them', () => {
  expect(mediaCounts(ingress, playout)).toEqual({
    framesIn: 500,
    lost: 3,
    late: 2,
    concealed: 5,
    framesOut: 250,
    underruns: 1,
  });
});

test('what lies in the buffers now, both directions', () => {
  expect(bufferState(ingress, playout, { depthBytes: 812 } as SpscRing, 900)).toEqual({
    playing: { queuedMs: 1840, aheadMs: 100, framesOut: 250, underruns: 1 },
    listening: { framesIn: 500, lost: 3, late: 2, concealed: 5, ringBytes: 812 },
  });
});
