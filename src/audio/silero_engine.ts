// Chooses who runs the voice activity network. `auto` takes the native kernel only after it has agreed with onnxruntime
// on this very machine: a wrong instruction path would otherwise show up as calls in which nobody is ever heard.

import { EngineError } from '../errors.js';
import { RATE_HZ } from './audio_format.js';
import { SileroOnnx } from './silero_model.js';
import { SileroNative } from './silero_native.js';
import { createRound, INPUT_SAMPLES, type SileroEngine, type SileroRound, WINDOW_SAMPLES } from './silero_round.js';

export interface ChosenEngine {
  engine: SileroEngine;
  /** Why `auto` did not take the native kernel; null when it did, or when the engine was forced. */
  fallbackReason: string | null;
}

/** Both engines are the same network; what differs is the order of float additions. */
const DIFFERENCE_MAX = 1e-4;
/** Not a multiple of the kernel's block sizes, so that whole and partial blocks are checked. */
const CHECKED_STREAMS = 15;
const CHECKED_ROUNDS = 8;

/** Loads an engine that works on `round`. Throws EngineError VAD_MODEL when the one asked for can't be had. */
export async function chooseEngine(
  modelPath: string,
  wanted: 'auto' | 'onnx' | 'native',
  round: SileroRound,
): Promise<ChosenEngine> {
  if (wanted === 'native') return { engine: SileroNative.load(modelPath, round), fallbackReason: null };
  if (wanted === 'onnx') return { engine: await SileroOnnx.load(modelPath, round), fallbackReason: null };
  const fallbackReason = await whyNotNative(modelPath);
  if (fallbackReason) return { engine: await SileroOnnx.load(modelPath, round), fallbackReason };
  return { engine: SileroNative.load(modelPath, round), fallbackReason: null };
}

/** null when the native kernel is there and right. About 100 ms, most of it loading onnxruntime. */
async function whyNotNative(modelPath: string): Promise<string | null> {
  try {
    const native = await probabilities((round) => SileroNative.load(modelPath, round));
    const onnx = await probabilities((round) => SileroOnnx.load(modelPath, round));
    const difference = native.reduce((most, value, i) => Math.max(most, Math.abs(value - onnx[i])), 0);
    // Written so that NaN fails.
    if (difference <= DIFFERENCE_MAX) return null;
    return `the native kernel is off by ${difference}`;
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.message;
    throw thrown;
  }
}

/** Plays the check signal through an engine: every stream another part of it, every round the next window. */
async function probabilities(load: (round: SileroRound) => SileroEngine | Promise<SileroEngine>): Promise<number[]> {
  const signal = checkSignal((CHECKED_STREAMS + CHECKED_ROUNDS) * WINDOW_SAMPLES + INPUT_SAMPLES);
  const round = createRound(CHECKED_STREAMS, 0);
  round.samples = signal;
  const engine = await load(round);
  const found: number[] = [];
  for (let step = 0; step < CHECKED_ROUNDS; step++) {
    for (let row = 0; row < CHECKED_STREAMS; row++) {
      round.streams[row] = row;
      round.offsets[row] = (row + step) * WINDOW_SAMPLES;
    }
    await engine.infer(CHECKED_STREAMS);
    found.push(...round.probabilities);
  }
  await engine.close();
  return found;
}

/** A buzz with moving overtones, loud and soft in turn: it drives the network through speech and silence. */
function checkSignal(length: number): Int16Array {
  return Int16Array.from({ length }, (_, i) => {
    const atS = i / RATE_HZ;
    let voice = 0;
    for (let overtone = 1; overtone <= 20; overtone++) {
      const formant = Math.exp(-(((overtone * 130 - 700 - 300 * Math.sin(9 * atS)) / 400) ** 2)) + 0.3 / overtone;
      voice += formant * Math.sin(2 * Math.PI * 130 * overtone * atS);
    }
    return 3000 * voice * Math.max(0.01, Math.sin(2 * Math.PI * 1.7 * atS));
  });
}
