// The Silero v6 network at 8 kHz run by the native kernel (native/dsp/silero_net). Synchronous, one crossing into native
// code per round, whatever the number of windows. silero_model.ts does the same with onnxruntime.

import { EngineError } from '../../errors.js';
import { NativeSileroNet } from '../kernels/addon.js';
import { readSileroFile } from './silero_file.js';
import type { SileroEngine, SileroNet, SileroRound } from './silero_round.js';
import { readSileroWeights } from './silero_weights.js';

export class SileroNative implements SileroEngine {
  readonly kind = 'native';
  readonly #net: SileroNet;
  readonly #round: SileroRound;

  private constructor(net: SileroNet, round: SileroRound) {
    this.#net = net;
    this.#round = round;
  }

  /**
   * Takes the weights from the ONNX file at `modelPath`; works on `round`'s arrays from then on. Throws EngineError
   * VAD_MODEL when there is no addon, or the file can't be read or is another network.
   */
  static load(modelPath: string, round: SileroRound): SileroNative {
    if (!NativeSileroNet) throw new EngineError('VAD_MODEL', { detail: 'the native addon is not there' });
    try {
      return new SileroNative(new NativeSileroNet(readSileroWeights(readSileroFile(modelPath))), round);
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throw new EngineError('VAD_MODEL', { cause, detail: `the native network refused ${modelPath}` });
    }
  }

  infer(count: number): void {
    const { samples, offsets, streams, state, probabilities } = this.#round;
    this.#net.run(samples, offsets, streams, count, state, probabilities);
  }

  async close(): Promise<void> {
    // The kernel's memory goes with this object.
  }
}
