// What counting costs on the hot path: our shared memory against prom-client, which each thread would need an instance
// of. Varies: one histogram or several in turn, counters with and without labels.

import * as prom from 'prom-client';
import { COUNTERS, HISTOGRAMS, type HistogramName } from '../../src/metrics/metric_names.js';
import { createSharedMetrics, sumCounter, sumHistogram, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import { type BenchOptions, type BenchResult, compared, nsPerOperation, ResultHash } from '../bench_result.js';

const SEVERAL: HistogramName[] = [
  'frame_late_ms',
  'tick_work_ms',
  'ring_depth_bytes',
  'ingress_delay_ms',
  'vad_inference_ms',
  'vad_batch_windows',
  'first_audio_ms',
  'barge_in_ms',
];

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const values = new Float64Array(1024).map((_, i) => ((i * 7919) % 1024) ** 2 / 1000);
  return [
    await benchHistograms(options, 'histogram observation, one histogram', ['tick_work_ms'], values),
    await benchHistograms(options, 'histogram observation, eight in turn', SEVERAL, values),
    await benchCounter(options, 'counter, no labels', 'frames_in'),
    await benchCounter(options, 'counter with a label', 'ring_dropped_ingress'),
  ];
}

async function benchHistograms(
  options: BenchOptions,
  name: string,
  keys: HistogramName[],
  values: Float64Array,
): Promise<BenchResult> {
  const makePeers = () =>
    keys.map((key) => {
      const { name: promName, help, bounds } = HISTOGRAMS[key];
      return new prom.Histogram({ name: promName, help, buckets: [...bounds], registers: [] });
    });
  const observeOurs = (metrics: ThreadMetrics) => {
    for (let i = 0; i < values.length; i++) metrics.observe(keys[i % keys.length], values[i]);
  };
  const observePeers = (histograms: prom.Histogram[]) => {
    for (let i = 0; i < values.length; i++) histograms[i % histograms.length].observe(values[i]);
  };

  const sab = createSharedMetrics(1);
  observeOurs(new ThreadMetrics(sab, 0));
  const ours = new ResultHash();
  for (const key of keys) {
    const { counts, sum } = sumHistogram(sab, key);
    let below = 0;
    for (const count of counts) ours.add((below += count));
    ours.add(sum);
  }
  const peers = makePeers();
  observePeers(peers);
  const theirs = new ResultHash();
  for (const histogram of peers) {
    const { values: samples } = await histogram.get();
    for (const { metricName, value } of samples) if (!metricName?.endsWith('_count')) theirs.add(value);
  }

  const metrics = new ThreadMetrics(createSharedMetrics(4), 2);
  const [nsPerOp, peerNsPerOp] = await nsPerOperation(options, values.length, {
    ours: () => observeOurs(metrics),
    peer: () => observePeers(peers),
  });
  return compared(
    name,
    { nsPerOp, hash: ours.hex },
    { name: 'prom-client histogram.observe', nsPerOp: peerNsPerOp, hash: theirs.hex },
  );
}

async function benchCounter(
  options: BenchOptions,
  name: string,
  key: 'frames_in' | 'ring_dropped_ingress',
): Promise<BenchResult> {
  const additions = 1024;
  const sab = createSharedMetrics(4);
  const metrics = new ThreadMetrics(sab, 2);
  const spec = COUNTERS[key];
  const labels = 'labels' in spec ? spec.labels : null;
  const counter = new prom.Counter({
    name: spec.name,
    help: spec.help,
    labelNames: labels ? Object.keys(labels) : [],
    registers: [],
  });
  const addOurs = () => {
    for (let i = 0; i < additions; i++) metrics.add(key);
  };
  const addPeer = () => {
    if (labels) for (let i = 0; i < additions; i++) counter.inc(labels as Record<string, string>);
    else for (let i = 0; i < additions; i++) counter.inc();
  };
  addOurs();
  const hash = new ResultHash().add(sumCounter(sab, key)).hex;
  addPeer();
  const peerHash = new ResultHash().add((await counter.get()).values[0].value).hex;
  const [nsPerOp, peerNsPerOp] = await nsPerOperation(options, additions, { ours: addOurs, peer: addPeer });
  return compared(name, { nsPerOp, hash }, { name: 'prom-client counter.inc', nsPerOp: peerNsPerOp, hash: peerHash });
}
