// What one 32 ms window of voice activity detection costs, by engine and batch size: the whole of it, from pushed frames
// to probabilities called back. The yardstick is onnxruntime with one stream.

import { FRAME_SAMPLES } from '../../src/audio/audio_format.js';
import { NativeSileroNet } from '../../src/audio/dsp.js';
import { checkSignal } from '../../src/audio/silero_check.js';
import { VadBatch } from '../../src/audio/vad_batch.js';

export interface VadBenchOptions {
  /** models/silero_vad.onnx. */
  modelPath: string;
  /** Streams that are due in the same run. */
  batches: readonly number[];
  /** Windows judged per measurement, at least; the best of `repeats` counts. */
  windows: number;
  repeats: number;
}
export const VAD_BENCH_FULL = { batches: [1, 2, 4, 8, 16, 32, 64, 128], windows: 1000, repeats: 5 } as const;
/** Small enough to run with the tests. */
export const VAD_BENCH_SMALL = { batches: [1, 32], windows: 64, repeats: 2 } as const;

export interface VadBenchRow {
  engine: 'onnx' | 'native';
  batch: number;
  /** Frames pushed, network, callbacks. */
  usPerWindow: number;
  /** The part of it that is collecting samples. */
  usPushPerWindow: number;
  /** Mean probability of the first stream's first windows: equal for all rows, or the work was not the same. */
  hash: string;
}

/** The network's multiply-adds per window, for the share of the machine's peak that is reached (models/README.md). */
export const MULTIPLY_ADDS_PER_WINDOW = 338_304;

/** One row for each engine and batch size; the native engine only where the addon is. */
export async function measureVad(options: VadBenchOptions): Promise<VadBenchRow[]> {
  const rows: VadBenchRow[] = [];
  for (const engine of NativeSileroNet ? (['onnx', 'native'] as const) : (['onnx'] as const)) {
    for (const batch of options.batches) rows.push(await measureBatch(options, engine, batch));
  }
  return rows;
}

/** How many times cheaper than onnxruntime with one stream an engine's window is at `batch`; NaN without such rows. */
export function gainOverOneStream(rows: readonly VadBenchRow[], engine: 'onnx' | 'native', batch: number): number {
  const find = (e: string, b: number) => rows.find((row) => row.engine === e && row.batch === b)?.usPerWindow;
  return (find('onnx', 1) ?? Number.NaN) / (find(engine, batch) ?? Number.NaN);
}

/** 8 frames are 5 windows, so a round is a whole number of both. */
const ROUND_FRAMES = 40;
const ROUND_WINDOWS = 25;

async function measureBatch(options: VadBenchOptions, engine: 'onnx' | 'native', batch: number): Promise<VadBenchRow> {
  const vad = await VadBatch.create(options.modelPath, engine, batch);
  const signal = checkSignal(ROUND_FRAMES * FRAME_SAMPLES);
  const rounds = Math.max(1, Math.ceil(options.windows / batch / ROUND_WINDOWS));
  const frame = new Int16Array(FRAME_SAMPLES);
  let best = { totalMs: Number.POSITIVE_INFINITY, pushMs: 0 };
  let sum = 0;
  let windows = 0;
  const onProbability = (stream: number, probability: number, endSample: number) => {
    windows++;
    if (stream === 0 && endSample <= signal.length) sum += probability;
  };
  // The first time round warms up.
  for (let repeat = 0; repeat <= options.repeats; repeat++) {
    const streams = Array.from({ length: batch }, () => vad.open());
    let pushMs = 0;
    sum = 0;
    windows = 0;
    const began = performance.now();
    for (let at = 0; at < rounds * signal.length; at += FRAME_SAMPLES) {
      for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = signal[(at + i) % signal.length];
      const pushBegan = performance.now();
      for (let i = 0; i < batch; i++) vad.push(streams[i], frame, 0, FRAME_SAMPLES);
      pushMs += performance.now() - pushBegan;
      // Not always `await`: that would charge the synchronous engine for a turn of the event loop.
      const running = vad.run(onProbability);
      if (running) await running;
    }
    const totalMs = performance.now() - began;
    for (const stream of streams.reverse()) vad.close(stream);
    if (repeat > 0 && totalMs < best.totalMs) best = { totalMs, pushMs };
  }
  await vad.dispose();
  return {
    engine,
    batch,
    usPerWindow: (best.totalMs * 1000) / windows,
    usPushPerWindow: (best.pushMs * 1000) / windows,
    hash: (sum / ROUND_WINDOWS).toFixed(3),
  };
}
