// A process that carries a caller's audio from the ring to the VAD a hundred thousand times and prints, as JSON, how many
// bytes of heap each time left behind. In a process of its own, because a test runner allocates too.

import { dsp } from '../../src/audio/kernels/addon.js';
import type { VadBatch } from '../../src/audio/vad/vad_batch.js';
import { createSharedMetrics, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { INGRESS } from '../../src/threads/record_types.js';
import { createSlab, SlotRings } from '../../src/threads/slab.js';
import { CallerAudio } from '../../src/worker/caller_audio.js';
import { IngressBuffers, MediaIngress } from '../../src/worker/media_ingress.js';

const collectGarbage = globalThis.gc;
if (!collectGarbage) throw new Error('needs --expose-gc');

const SID = `MZ${'a'.repeat(32)}`;
const CALL = `CA${'b'.repeat(32)}`;
const metrics = new ThreadMetrics(createSharedMetrics(1), 0);
const rings = new SlotRings(createSlab({ slots: 1, ingressBytes: 1 << 17, egressBytes: 1 << 16 }), 0);
const nothing = (): void => {};

const ears = new CallerAudio(
  { push: nothing } as unknown as VadBatch,
  0,
  { startThreshold: 0.5, endThreshold: 0.35, minSpeechMs: 64, minSilenceMs: 96, engine: 'auto' },
  { onSpeechStart: nothing, onSpeechPause: nothing, onSpeechResume: nothing, onSpeechEnd: nothing },
);
const ingress = new MediaIngress(rings.ingress, dsp, metrics, new IngressBuffers(), {
  onSocketOpen: nothing,
  onStart: nothing,
  onFrame: (mulaw, pcm, callMs) => ears.frame(mulaw, pcm, callMs),
  onMark: nothing,
  onDtmf: nothing,
  onStop: nothing,
  onSocketClosed: nothing,
  onHangup: nothing,
  onOffRecord: nothing,
  onAnsweredBy: nothing,
  onAct: nothing,
  onProtocolError: nothing,
});
const text = (message: object): Uint8Array => Buffer.from(JSON.stringify(message));
const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
rings.ingress.tryWrite(
  INGRESS.MESSAGE,
  text({ event: 'start', start: { streamSid: SID, callSid: CALL, mediaFormat }, streamSid: SID }),
);

const payload = Buffer.alloc(160, 0x33).toString('base64');
const media = { track: 'inbound', chunk: '100000001', timestamp: '000000000', payload };
const message = text({ event: 'media', sequenceNumber: '100000002', media, streamSid: SID });
const digitsAt = Buffer.from(message).indexOf('000000000');
const now = new Float64Array([1e6]);

function writeTimestamp(ms: number): void {
  for (let at = digitsAt + 8, rest = ms; at >= digitsAt; at--, rest = (rest / 10) | 0) message[at] = 0x30 + (rest % 10);
}

const ROUNDS: Record<string, (i: number) => void> = {
  'a message in, a frame out': (i) => {
    now[0] += 20;
    writeTimestamp(i * 20);
    rings.ingress.tryWrite(INGRESS.MESSAGE, message, 0, message.length, now[0]);
    ingress.drain(now[0]);
  },
  'a beat without a message': () => {
    ingress.drain(now[0]);
  },
  'for comparison, one object of 32 bytes': (i) => {
    kept[i & 1023] = { i, next: i + 1 };
  },
};
const kept: object[] = [];

const bytesByRound: Record<string, number> = {};
let round = 0;
for (const [name, work] of Object.entries(ROUNDS)) {
  const run = (times: number) => {
    for (let i = 0; i < times; i++) work(round++);
  };
  // Long enough for the compiler, which works beside us.
  run(200_000);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  run(100_000);
  bytesByRound[name] = (process.memoryUsage().heapUsed - before) / 100_000;
}
if (ingress.framesIn < 100_000) throw new Error('no frame came out');
process.stdout.write(JSON.stringify(bytesByRound));
