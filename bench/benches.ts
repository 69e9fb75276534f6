// All benches there are, in the order in which they run. A new bench is a file `<what>.bench.ts` that exports
// `bench(options)`, and a line here.

import type { BenchOptions, BenchResult } from './bench_result.js';

export interface Bench {
  name: string;
  /** Loaded when it is wanted: a filtered run need not have every package at hand. */
  load(): Promise<{ bench(options: BenchOptions): Promise<BenchResult[]> }>;
}

export const BENCHES: readonly Bench[] = [
  { name: 'audio/g711', load: () => import('./audio/g711.bench.js') },
  { name: 'audio/base64', load: () => import('./audio/base64.bench.js') },
  { name: 'audio/media_message', load: () => import('./audio/media_message.bench.js') },
  { name: 'audio/pcm', load: () => import('./audio/pcm.bench.js') },
  { name: 'audio/jitter_buffer', load: () => import('./audio/jitter_buffer.bench.js') },
  { name: 'audio/resampler', load: () => import('./audio/resampler.bench.js') },
  { name: 'audio/sound_features', load: () => import('./audio/sound_features.bench.js') },
  { name: 'audio/vad', load: () => import('./audio/vad_peers.bench.js') },
  { name: 'audio/recording', load: () => import('./audio/recording.bench.js') },
  { name: 'conversation/turns', load: () => import('./conversation/turns.bench.js') },
  { name: 'threads/ring', load: () => import('./threads/ring.bench.js') },
  { name: 'threads/snapshot', load: () => import('./threads/snapshot.bench.js') },
  { name: 'metrics/shared_metrics', load: () => import('./metrics/shared_metrics.bench.js') },
  { name: 'providers/vendor_clients', load: () => import('./providers/vendor_clients.bench.js') },
];
