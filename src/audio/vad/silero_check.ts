// Does an engine give the right answers on this machine? A signal, and what onnxruntime answers to it with the weights
// that models/README.md names. Stored, so that a start with the native kernel need not load onnxruntime (60 MB, 0.1 s a
// worker); that the stored answers are onnxruntime's own is a test.

import { RATE_HZ } from '../../audio_format.js';
import { createRound, INPUT_SAMPLES, type SileroEngine, type SileroRound, WINDOW_SAMPLES } from './silero_round.js';

/** Not a multiple of the native kernel's block sizes: whole and partial blocks are checked. */
const STREAMS = 13;
const ROUNDS = 5;

/** Round after round, the streams' probabilities. */
// biome-ignore format: a table
const ANSWERS: readonly number[] = [
  0.497121, 0.417448, 0.317649, 0.372399, 0.40766, 0.585773, 0.627722, 0.576785, 0.435463, 0.052821, 0.025347, 0.027274, 0.029444,
  0.424149, 0.460787, 0.390053, 0.324942, 0.375427, 0.554088, 0.711248, 0.962489, 0.70675, 0.095098, 0.042602, 0.042558, 0.041205,
  0.337659, 0.327021, 0.28451, 0.247594, 0.345479, 0.792071, 0.982857, 0.996844, 0.613864, 0.088592, 0.066798, 0.061638, 0.061078,
  0.122553, 0.157006, 0.283769, 0.247945, 0.47295, 0.970419, 0.996875, 0.987717, 0.259071, 0.074475, 0.038999, 0.04682, 0.03803,
  0.059607, 0.129977, 0.179326, 0.292664, 0.946889, 0.996412, 0.983086, 0.837951, 0.090504, 0.038469, 0.031652, 0.026166, 0.02548,
];

/** The largest difference between the engine's answers and the stored ones; NaN when any answer is. */
export async function errorOf(load: (round: SileroRound) => SileroEngine | Promise<SileroEngine>): Promise<number> {
  const answers = await answersOf(load);
  return answers.reduce((most, answer, i) => Math.max(most, Math.abs(answer - ANSWERS[i])), 0);
}

/** Plays the check signal: every stream begins one window later in it, every round moves one window on. */
export async function answersOf(load: (round: SileroRound) => SileroEngine | Promise<SileroEngine>): Promise<number[]> {
  const round = createRound(STREAMS, 0);
  round.samples = checkSignal((STREAMS + ROUNDS - 2) * WINDOW_SAMPLES + INPUT_SAMPLES);
  const engine = await load(round);
  const answers: number[] = [];
  for (let step = 0; step < ROUNDS; step++) {
    for (let row = 0; row < STREAMS; row++) {
      round.streams[row] = row;
      round.offsets[row] = (row + step) * WINDOW_SAMPLES;
    }
    await engine.infer(STREAMS);
    answers.push(...round.probabilities);
  }
  await engine.close();
  return answers;
}

/**
 * `length` samples of 8 kHz audio: a buzz with moving overtones, loud and soft in turn. It drives the network from
 * near 0 to near 1 and back.
 */
export function checkSignal(length: number): Int16Array {
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
