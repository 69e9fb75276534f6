// The Silero v6 network at 8 kHz run by onnxruntime. The only file that knows onnxruntime. Which windows are due, and
// whose they are, is vad_batch.ts's business; the native kernel that does the same work is native/dsp/silero_net.

import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { EngineError } from '../../errors.js';
import { readSileroFile } from './silero_file.js';
import { INPUT_SAMPLES, type SileroEngine, type SileroRound, STATE_FLOATS } from './silero_round.js';

const HALF_STATE = STATE_FLOATS / 2;

/** The feeds and fetches of one batch size: views of shared arrays, made the first time that size is seen. */
interface BatchTensors {
  feeds: Record<string, Tensor>;
  fetches: Record<string, Tensor>;
}

/** onnxruntime on one thread. Results come through `setImmediate`, hence the promise; the work itself blocks. */
export class SileroOnnx implements SileroEngine {
  readonly kind = 'onnx';
  readonly #session: InferenceSession;
  readonly #TensorClass: typeof Tensor;
  readonly #round: SileroRound;
  readonly #input: Float32Array;
  readonly #state: Float32Array;
  readonly #stateNext: Float32Array;
  readonly #rate: Tensor;
  readonly #bySize: (BatchTensors | undefined)[] = [];

  private constructor(session: InferenceSession, TensorClass: typeof Tensor, round: SileroRound) {
    const rows = round.offsets.length;
    this.#session = session;
    this.#TensorClass = TensorClass;
    this.#round = round;
    this.#input = new Float32Array(rows * INPUT_SAMPLES);
    this.#state = new Float32Array(rows * STATE_FLOATS);
    this.#stateNext = new Float32Array(rows * STATE_FLOATS);
    this.#rate = new TensorClass('int64', BigInt64Array.of(8000n), []);
  }

  /**
   * Loads the model at `modelPath` (about 60 ms); works on `round`'s arrays from then on. Throws EngineError VAD_MODEL
   * when onnxruntime or the file can't be loaded.
   */
  static async load(modelPath: string, round: SileroRound): Promise<SileroOnnx> {
    const model = readSileroFile(modelPath);
    try {
      // Loaded on demand: with the native kernel these 45 MB never enter the process. An optional package.
      const { default: ort } = await import('onnxruntime-node');
      ort.env.logLevel = 'error';
      const session = await ort.InferenceSession.create(model, {
        executionProviders: ['cpu'],
        // One core per worker is the plan of the whole server; more threads here would only fight with other workers.
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      });
      return new SileroOnnx(session, ort.Tensor, round);
    } catch (cause) {
      const isMissing = (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
      const detail = isMissing
        ? 'the package onnxruntime-node is not installed'
        : `onnxruntime could not load ${modelPath}`;
      throw new EngineError('VAD_MODEL', { cause, detail });
    }
  }

  async infer(count: number): Promise<void> {
    this.#gather(count);
    const { feeds, fetches } = (this.#bySize[count] ??= this.#makeTensors(count));
    try {
      await this.#session.run(feeds, fetches);
    } catch (cause) {
      throw new EngineError('VAD_MODEL', { cause, detail: `onnxruntime failed on a batch of ${count}` });
    }
    this.#scatter(count);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #gather(count: number): void {
    const { samples, offsets, streams, state } = this.#round;
    for (let row = 0; row < count; row++) {
      const from = offsets[row];
      const to = row * INPUT_SAMPLES;
      for (let i = 0; i < INPUT_SAMPLES; i++) this.#input[to + i] = samples[from + i] / 32768;
      const own = streams[row] * STATE_FLOATS;
      const h = row * HALF_STATE;
      const c = h + count * HALF_STATE;
      for (let i = 0; i < HALF_STATE; i++) {
        this.#state[h + i] = state[own + i];
        this.#state[c + i] = state[own + HALF_STATE + i];
      }
    }
  }

  #scatter(count: number): void {
    const { streams, state } = this.#round;
    for (let row = 0; row < count; row++) {
      if (streams[row] < 0) continue;
      const own = streams[row] * STATE_FLOATS;
      const h = row * HALF_STATE;
      const c = h + count * HALF_STATE;
      for (let i = 0; i < HALF_STATE; i++) {
        state[own + i] = this.#stateNext[h + i];
        state[own + HALF_STATE + i] = this.#stateNext[c + i];
      }
    }
  }

  #makeTensors(count: number): BatchTensors {
    const view = (all: Float32Array, dims: number[]) => {
      const length = dims.reduce((product, dim) => product * dim, 1);
      return new this.#TensorClass('float32', all.subarray(0, length), dims);
    };
    return {
      feeds: {
        input: view(this.#input, [count, INPUT_SAMPLES]),
        state: view(this.#state, [2, count, HALF_STATE]),
        sr: this.#rate,
      },
      fetches: {
        output: view(this.#round.probabilities, [count, 1]),
        stateN: view(this.#stateNext, [2, count, HALF_STATE]),
      },
    };
  }
}
