// Chooses who runs the voice activity network. `auto` takes the native kernel only after it gave onnxruntime's answers
// on this very machine: a wrong instruction path would otherwise show up as calls in which nobody is ever heard.

import { EngineError } from '../../errors.js';
import { errorOf } from './silero_check.js';
import { SileroOnnx } from './silero_model.js';
import { SileroNative } from './silero_native.js';
import type { SileroEngine, SileroRound } from './silero_round.js';

export interface ChosenEngine {
  engine: SileroEngine;
  /** Why `auto` did not take the native kernel; null when it did, or when the engine was forced. */
  fallbackReason: string | null;
}

/** Both engines are the same network; what differs is the order of float additions (measured: 3e-6). */
const ERROR_MAX = 1e-4;

/** Loads an engine that works on `round`. Throws EngineError VAD_MODEL when the one asked for can't be had. */
export async function chooseEngine(
  modelPath: string,
  wanted: 'auto' | 'onnx' | 'native',
  round: SileroRound,
): Promise<ChosenEngine> {
  if (wanted === 'native') return { engine: SileroNative.load(modelPath, round), fallbackReason: null };
  const fallbackReason = wanted === 'auto' ? await whyNotNative(modelPath) : null;
  if (wanted === 'auto' && !fallbackReason) return { engine: SileroNative.load(modelPath, round), fallbackReason };
  return { engine: await SileroOnnx.load(modelPath, round), fallbackReason };
}

/** null when the native kernel is there and right; takes about 20 ms. */
async function whyNotNative(modelPath: string): Promise<string | null> {
  try {
    const error = await errorOf((round) => SileroNative.load(modelPath, round));
    // Written so that NaN fails.
    return error <= ERROR_MAX ? null : `the native kernel's answers are off by ${error}`;
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.message;
    throw thrown;
  }
}
