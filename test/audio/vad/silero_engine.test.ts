import { afterEach, describe, expect, test, vi } from 'vitest';
import { answersOf, errorOf } from '../../../src/audio/vad/silero_check.js';
import { chooseEngine } from '../../../src/audio/vad/silero_engine.js';
import { SileroOnnx } from '../../../src/audio/vad/silero_model.js';
import { SileroNative } from '../../../src/audio/vad/silero_native.js';
import { createRound, type SileroEngine, type SileroNetClass } from '../../../src/audio/vad/silero_round.js';
import { ENGINES, MODEL_PATH } from './vad_signals.js';

const hasNative = ENGINES.includes('native');

test("the stored answers are onnxruntime's, and go from silence to speech", async () => {
  expect(await errorOf((round) => SileroOnnx.load(MODEL_PATH, round))).toBeLessThan(2e-5);
  const answers = await answersOf((round) => SileroOnnx.load(MODEL_PATH, round));
  expect(Math.min(...answers)).toBeLessThan(0.05);
  expect(Math.max(...answers)).toBeGreaterThan(0.5);
});

test.runIf(hasNative)('auto takes the native kernel where it is right', async () => {
  const { engine, fallbackReason } = await chooseEngine(MODEL_PATH, 'auto', createRound(1, 0));
  expect(fallbackReason).toBe(null);
  expect(engine.kind).toBe('native');
});

describe('when the addon', () => {
  afterEach(() => {
    vi.doUnmock('../../../src/audio/kernels/addon.js');
    vi.resetModules();
  });

  /** `chooseEngine` as it is where dsp.ts found this instead of the real kernel. */
  async function chooseEngineWith(NativeSileroNet: SileroNetClass | null): Promise<typeof chooseEngine> {
    vi.resetModules();
    vi.doMock('../../../src/audio/kernels/addon.js', () => ({ NativeSileroNet }));
    return (await import('../../../src/audio/vad/silero_engine.js')).chooseEngine;
  }
  class SilentNet {
    run() {}
  }
  class RefusingNet {
    constructor() {
      throw new TypeError('not the weights');
    }
    run() {}
  }

  test.each([
    ['is not there', null, 'addon'],
    ['gives wrong answers', SilentNet, 'off by'],
    ['refuses the weights', RefusingNet, 'refused'],
  ])('%s, auto takes onnxruntime and says why', async (_, net, reason) => {
    const choose = await chooseEngineWith(net);
    const { engine, fallbackReason } = await choose(MODEL_PATH, 'auto', createRound(1, 0));
    expect(fallbackReason).toContain(reason);
    expect(engine.kind).toBe('onnx');
    await engine.close();
  });

  test('is not there, native is an error and not something else', async () => {
    const choose = await chooseEngineWith(null);
    const error = await choose(MODEL_PATH, 'native', createRound(1, 0)).catch((thrown) => thrown);
    expect(error.code).toBe('VAD_MODEL');
  });
});

test.each([
  ['one answer is off', (probabilities: Float32Array) => (probabilities[3] += 2e-4)],
  ['one answer is not a number', (probabilities: Float32Array) => (probabilities[12] = Number.NaN)],
  ['no answer ever comes', (probabilities: Float32Array) => probabilities.fill(0)],
])('the check notices when %s', async (_, spoil) => {
  const error = await errorOf(async (round): Promise<SileroEngine> => {
    const engine = await SileroOnnx.load(MODEL_PATH, round);
    return {
      kind: 'native',
      infer: async (count) => {
        await engine.infer(count);
        spoil(round.probabilities);
      },
      close: () => engine.close(),
    };
  });
  expect(error <= 1e-4).toBe(false);
});

test.each(['onnx', 'native'] as const)('%s, forced, does not silently become the other', async (wanted) => {
  const error = await chooseEngine('/nowhere/silero_vad.onnx', wanted, createRound(1, 0)).catch((thrown) => thrown);
  expect(error.code).toBe('VAD_MODEL');
});

test.runIf(hasNative)('rows outside of the arrays are refused before any byte is touched', () => {
  const round = createRound(2, 288);
  const engine = SileroNative.load(MODEL_PATH, round);
  const attempt = (change: () => void) => {
    round.offsets.set([0, 288]);
    round.streams.set([0, 1]);
    change();
    return () => engine.infer(2);
  };
  expect(attempt(() => {})).not.toThrow();
  expect(attempt(() => (round.offsets[1] = 289))).toThrow(RangeError);
  expect(attempt(() => (round.offsets[0] = -1))).toThrow(RangeError);
  expect(attempt(() => (round.streams[1] = 2))).toThrow(RangeError);
  expect(attempt(() => (round.streams[1] = -1))).toThrow(RangeError);
  expect(() => engine.infer(3)).toThrow(RangeError);
});
