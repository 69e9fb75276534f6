// A process that does hot-path work a few hundred thousand times and prints, as JSON, how many bytes of heap each
// round of it left behind. In a process of its own, because a test runner allocates too.

import { createSharedMetrics, ThreadMetrics } from '../../../src/metrics/shared_metrics.js';
import { createDoorbells, Doorbell } from '../../../src/threads/doorbell.js';
import { createSlab, SlotRings } from '../../../src/threads/slab.js';
import { SlotFlags } from '../../../src/threads/slot_flags.js';

const collectGarbage = globalThis.gc;
if (!collectGarbage) throw new Error('needs --expose-gc');

const slab = createSlab({ slots: 64, ingressBytes: 65536, egressBytes: 65536 });
const { ingress: writer } = new SlotRings(slab, 0);
const { ingress: reader } = new SlotRings(slab, 0);
const flags = new SlotFlags(slab);
const bell = new Doorbell(createDoorbells(1), 0);
const metrics = new ThreadMetrics(createSharedMetrics(1), 0);
const message = new Uint8Array(428);
// A plain variable would keep its sum in a new heap number each time.
const sum = new Float64Array(1);
const onSlot = (slot: number) => {
  sum[0] += slot;
};

const ROUNDS: Record<string, (i: number) => void> = {
  'a record through the ring': () => {
    writer.tryWrite(1, message, 0, message.length, 1e9);
    while (reader.next()) sum[0] += reader.stampMs + reader.bytes[reader.offset];
    reader.release();
  },
  'a record built in place': (i) => {
    const at = writer.reserve(2, 300);
    writer.bytes[at] = i;
    writer.commit(200, 1e9);
    while (reader.next()) sum[0] += reader.length;
    reader.release();
  },
  'a record with the time of its writing': () => {
    writer.tryWrite(1, message);
    reader.next();
    reader.release();
  },
  'a full ring': () => {
    sum[0] += writer.reserve(1, 60_000);
  },
  'a slot marked and taken, a bell rung': (i) => {
    flags.mark(i & 63);
    bell.ring();
    flags.take(onSlot);
  },
  'a histogram, a counter and a gauge': (i) => {
    metrics.observe('tick_work_ms', (i % 700) / 3);
    metrics.add('frames_in');
    metrics.setGauge('worker_calls', i & 255);
  },
  'for comparison, one object of 32 bytes': (i) => {
    kept[i & 1023] = { i, next: i + 1 };
  },
};
const kept: object[] = [];

const bytesByRound: Record<string, number> = {};
for (const [name, round] of Object.entries(ROUNDS)) {
  const run = (times: number) => {
    for (let i = 0; i < times; i++) round(i);
  };
  run(100_000);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  run(300_000);
  bytesByRound[name] = (process.memoryUsage().heapUsed - before) / 300_000;
}
if (sum[0] === 0) throw new Error('nothing was done');
process.stdout.write(JSON.stringify(bytesByRound));
