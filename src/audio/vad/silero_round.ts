// What a round of voice activity detection is made of: the arrays that vad_batch.ts fills and an engine (onnxruntime in
// silero_model.ts, the native kernel in silero_native.ts) works on. Flat and allocated once: a round crosses into
// native code as a handful of arrays, never as an object per window.

/** One window is 32 ms. The network was trained on this size; others do not work. */
export const WINDOW_SAMPLES = 256;
/** The end of the window before goes in front of each window. */
export const CONTEXT_SAMPLES = 32;
export const INPUT_SAMPLES = CONTEXT_SAMPLES + WINDOW_SAMPLES;
/** LSTM h (128) then c (128). */
export const STATE_FLOATS = 256;

/** Row `r` of a round is one window: where its samples are, whose it is, and what came out. */
export interface SileroRound {
  /** Every stream's pending samples. */
  samples: Int16Array;
  /** Index in `samples` of row r's first context sample; INPUT_SAMPLES follow. */
  offsets: Int32Array;
  /** Row r's stream, which is its row in `state`; -1 once that stream closed while the round was under way. */
  streams: Int32Array;
  /** [streams][STATE_FLOATS], zero for a new stream. */
  state: Float32Array;
  /** Row r's answer, 0..1. */
  probabilities: Float32Array;
}

/** Runs rows of a round that it was given when it was made. */
export interface SileroEngine {
  readonly kind: 'onnx' | 'native';
  /**
   * Computes rows 0..count-1: fills `probabilities` and moves each row's `state` on. No stream twice in one round.
   * Synchronous (undefined) or a promise; in the second case samples and offsets are read before this returns, and rows
   * whose stream became -1 meanwhile leave no state behind. Throws or rejects with EngineError VAD_MODEL.
   */
  infer(count: number): void | Promise<void>;
  close(): Promise<void>;
}

/** Arrays for `streams` streams with room for `samplesPerStream` pending samples each; at most one row per stream. */
export function createRound(streams: number, samplesPerStream: number): SileroRound {
  return {
    samples: new Int16Array(streams * samplesPerStream),
    offsets: new Int32Array(streams),
    streams: new Int32Array(streams),
    state: new Float32Array(streams * STATE_FLOATS),
    probabilities: new Float32Array(streams),
  };
}

/** The native network as native/binding.cc exports it. */
export interface SileroNet {
  /** Rows 0..count-1 as SileroEngine.infer describes. RangeError when a row lies outside of the arrays. */
  run(
    samples: Int16Array,
    offsets: Int32Array,
    streams: Int32Array,
    count: number,
    state: Float32Array,
    probabilities: Float32Array,
  ): void;
}
/** `weights` as silero_weights.ts reads them; TypeError for another network's. */
export type SileroNetClass = new (weights: Float32Array) => SileroNet;
