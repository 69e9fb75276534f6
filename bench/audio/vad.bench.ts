// What one 32 ms window of voice activity detection costs, by engine and batch size: the whole of it, from pushed frames
// to probabilities called back. The yardstick is onnxruntime with one stream.

import { NativeSileroNet } from '../../src/audio/kernels/addon.js';
import { checkSignal } from '../../src/audio/vad/silero_check.js';
import { VadBatch } from '../../src/audio/vad/vad_batch.js';
import { BYTES_PER_MS, FRAME_SAMPLES } from '../../src/audio_format.js';

export interface VadBenchOptions {
  /** models/silero_vad.onnx. */
  modelPath: string;
  /** Streams that are due in the same run. */
  batches: readonly number[];
  /** Windows judged per measurement, at least; the median of `repeats` counts. */
  windows: number;
  repeats: number;
  /** Each window is described besides (sound/sound_batch.ts), as where the floor is judged; only by the native engine. */
  described?: boolean;
}
export const VAD_BENCH_FULL = { batches: [1, 2, 4, 8, 16, 32, 64, 128], windows: 1000, repeats: 5 } as const;
/** Small enough to run with the tests. */
export const VAD_BENCH_SMALL = { batches: [1, 32], windows: 64, repeats: 2 } as const;

export interface VadBenchRow {
  engine: 'onnx' | 'native';
  batch: number;
  /** CPU time for frames pushed, network, callbacks. */
  usPerWindow: number;
  /** The part of it that is collecting samples (by the clock's shares). */
  usPushPerWindow: number;
  /** Mean probability of the first stream's first windows: equal for all rows, or the work was not the same. */
  hash: string;
}

/** The network's multiply-adds per window, for the share of the machine's peak that is reached (models/README.md). */
export const MULTIPLY_ADDS_PER_WINDOW = 338_304;

/**
 * One row for each engine and batch size; the native engine only where the addon is. They are measured in turn, so that
 * what else the machine does meets all of them.
 */
export async function measureVad(options: VadBenchOptions): Promise<VadBenchRow[]> {
  const candidates: Candidate[] = [];
  const engines = (['onnx', 'native'] as const).filter((engine) =>
    engine === 'native' ? NativeSileroNet !== null : !options.described,
  );
  for (const engine of engines) {
    for (const batch of options.batches) candidates.push(await Candidate.create(options, engine, batch));
  }
  // The first time round warms up.
  for (let repeat = 0; repeat <= options.repeats; repeat++) {
    for (const candidate of candidates) await candidate.run(repeat > 0);
  }
  for (const candidate of candidates) await candidate.dispose();
  return candidates.map((candidate) => candidate.row());
}

/** How many times cheaper than onnxruntime with one stream an engine's window is at `batch`; NaN without such rows. */
export function gainOverOneStream(rows: readonly VadBenchRow[], engine: 'onnx' | 'native', batch: number): number {
  const find = (e: string, b: number) => rows.find((row) => row.engine === e && row.batch === b)?.usPerWindow;
  return (find('onnx', 1) ?? Number.NaN) / (find(engine, batch) ?? Number.NaN);
}

/** 8 frames are 5 windows, so a round is a whole number of both. */
const ROUND_FRAMES = 40;
const ROUND_WINDOWS = 25;

class Candidate {
  readonly #signal = checkSignal(ROUND_FRAMES * FRAME_SAMPLES);
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #times: { us: number; pushUs: number }[] = [];
  #probabilitySum = 0;
  readonly #vad: VadBatch;
  readonly #batch: number;
  readonly #rounds: number;
  readonly #described: boolean;

  private constructor(vad: VadBatch, batch: number, rounds: number, described: boolean) {
    this.#vad = vad;
    this.#batch = batch;
    this.#rounds = rounds;
    this.#described = described;
  }

  static async create(options: VadBenchOptions, engine: 'onnx' | 'native', batch: number): Promise<Candidate> {
    const rounds = Math.max(1, Math.ceil(options.windows / batch / ROUND_WINDOWS));
    return new Candidate(
      await VadBatch.create(options.modelPath, engine, batch),
      batch,
      rounds,
      options.described === true,
    );
  }

  async run(counts: boolean): Promise<void> {
    const vad = this.#vad;
    const signal = this.#signal;
    const frame = this.#frame;
    const streams = Array.from({ length: this.#batch }, () => vad.open());
    if (this.#described) for (const stream of streams) vad.describe(stream);
    let windows = 0;
    this.#probabilitySum = 0;
    const onProbability = (stream: number, probability: number, endSample: number) => {
      windows++;
      if (stream === streams[0] && endSample <= signal.length) this.#probabilitySum += probability;
    };
    let pushMs = 0;
    const cpuBefore = process.cpuUsage();
    const began = performance.now();
    for (let at = 0; at < this.#rounds * signal.length; at += FRAME_SAMPLES) {
      for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = signal[(at + i) % signal.length];
      const pushBegan = performance.now();
      for (const stream of streams) vad.push(stream, frame, 0, FRAME_SAMPLES, (at + FRAME_SAMPLES) / BYTES_PER_MS);
      pushMs += performance.now() - pushBegan;
      // Not always `await`: that would charge the synchronous engine for a turn of the event loop.
      const running = vad.run(onProbability);
      if (running) await running;
    }
    const totalMs = performance.now() - began;
    const { user, system } = process.cpuUsage(cpuBefore);
    for (const stream of streams) vad.close(stream);
    const us = (user + system) / windows;
    if (counts) this.#times.push({ us, pushUs: (us * pushMs) / totalMs });
  }

  row(): VadBenchRow {
    const { us, pushUs } = this.#times.sort((a, b) => a.us - b.us)[this.#times.length >> 1];
    const hash = (this.#probabilitySum / ROUND_WINDOWS).toFixed(3);
    return { engine: this.#vad.engine, batch: this.#batch, usPerWindow: us, usPushPerWindow: pushUs, hash };
  }

  dispose(): Promise<void> {
    return this.#vad.dispose();
  }
}
