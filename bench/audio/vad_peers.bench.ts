// Voice activity detection in a worker's batches against the two ways others do it: onnxruntime with one stream at a time,
// and the Silero plugin of LiveKit Agents for Node, when that is installed. Varies: engine, streams due at once.

import { join } from 'node:path';
import { fallbackDsp } from '../../src/audio/kernels/addon.js';
import { checkSignal } from '../../src/audio/vad/silero_check.js';
import { VadBatch } from '../../src/audio/vad/vad_batch.js';
import { FRAME_SAMPLES, RATE_HZ } from '../../src/audio_format.js';
import { type BenchOptions, type BenchResult, compared, ResultHash } from '../bench_result.js';
import { measureVad, VAD_BENCH_FULL, VAD_BENCH_SMALL, type VadBenchRow } from './vad.bench.js';
import { LIVEKIT_SETUP, measureLivekit } from './vad_livekit.js';

/** From the project's folder, where npm runs the benches. */
const MODEL_PATH = join('models', 'silero_vad.onnx');
const BATCHES = [1, 2, 8, 32, 128];
const LIVEKIT_STREAMS = 32;
const LIVEKIT_SIGNAL_S = 2;
/** The plugin smooths its probabilities, so that their mean is only nearly ours. */
const MEAN_DIFFERENCE_MAX = 0.02;

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const size = options.small ? VAD_BENCH_SMALL : { ...VAD_BENCH_FULL, batches: BATCHES };
  const rows = await measureVad({ modelPath: MODEL_PATH, ...size });
  const results = rows.map((row) => againstOneStream(rows, row));
  const described = await measureVad({ modelPath: MODEL_PATH, ...size, described: true });
  results.push(...described.map((row) => againstAlone(rows, row)));
  // Starting that plugin takes seconds: not with the tests.
  if (!options.small) results.push(...(await againstLivekit(LIVEKIT_STREAMS)));
  return results;
}

/** Not by `nsPerOperation`: a window needs frames pushed before it, and the streams' memory of them. */
const NOTE = `CPU time; median of ${VAD_BENCH_FULL.repeats} rounds in turn after one to warm up`;

function againstOneStream(rows: readonly VadBenchRow[], row: VadBenchRow): BenchResult {
  const timed = ({ usPerWindow, hash }: VadBenchRow) => ({ nsPerOp: usPerWindow * 1000, hash });
  const name = `voice activity, ${row.engine === 'onnx' ? 'onnxruntime' : 'native'}, batch ${row.batch}`;
  const oneStream = rows.find(({ engine, batch }) => engine === 'onnx' && batch === 1);
  if (!oneStream || oneStream === row) return compared(name, timed(row), null, NOTE);
  return compared(name, timed(row), { name: 'onnxruntime, one stream', ...timed(oneStream) }, NOTE);
}

/** What it costs to know besides what a window is like. */
function againstAlone(rows: readonly VadBenchRow[], described: VadBenchRow): BenchResult {
  const timed = ({ usPerWindow, hash }: VadBenchRow) => ({ nsPerOp: usPerWindow * 1000, hash });
  const alone = rows.find(({ engine, batch }) => engine === described.engine && batch === described.batch);
  const peer = alone ? { name: 'voice activity alone', ...timed(alone) } : null;
  return compared(`voice activity and sound features, batch ${described.batch}`, timed(described), peer, NOTE);
}

async function againstLivekit(streams: number): Promise<BenchResult[]> {
  const signal = checkSignal(LIVEKIT_SIGNAL_S * RATE_HZ);
  const ours = await measureOurs(signal, streams);
  const row = `voice activity, ${streams} of our streams, CPU`;
  const timed = (cpuUs: number, windows: number) => ({
    nsPerOp: (cpuUs * 1000) / windows,
    hash: new ResultHash().add(windows).hex,
  });
  const oursTimed = timed(ours.cpuUs, ours.windows);
  const telephone = await measureLivekit(signal, RATE_HZ, streams);
  if (!telephone) return [compared(row, oursTimed, null, `LiveKit's plugin is not installed: ${LIVEKIT_SETUP}`)];
  const difference = Math.abs(telephone.probabilitySum - ours.probabilitySum) / ours.windows;
  if (!(difference < MEAN_DIFFERENCE_MAX)) throw new Error(`LiveKit's mean probability is off by ${difference}`);

  const wideband = new Int16Array(signal.length * 2);
  fallbackDsp.createResampler(RATE_HZ, 2 * RATE_HZ).process(signal, 0, signal.length, wideband, 0);
  const byDefault = await measureLivekit(wideband, 2 * RATE_HZ, streams);
  if (!byDefault) throw new Error('the plugin was there a moment ago');
  const peer = (name: string, { cpuUs, windows }: { cpuUs: number; windows: number }) => ({
    name: `LiveKit Silero plugin, ${name}`,
    ...timed(cpuUs, windows),
  });
  return [
    compared(row, oursTimed, peer('8 kHz', telephone), 'CPU time of the whole process; equal windows and answers'),
    compared(row, oursTimed, peer('16 kHz', byDefault), 'its default rate, where the network does more; equal windows'),
  ];
}

/** Like the plugin's process: one pass to warm up, of three the median. */
async function measureOurs(signal: Int16Array, streams: number) {
  const vad = await VadBatch.create(MODEL_PATH, 'auto', streams);
  const frame = new Int16Array(FRAME_SAMPLES);
  const passes = [];
  for (let pass = 0; pass <= 3; pass++) {
    const opened = Array.from({ length: streams }, () => vad.open());
    let windows = 0;
    let probabilitySum = 0;
    const before = process.cpuUsage();
    for (let at = 0; at < signal.length; at += FRAME_SAMPLES) {
      frame.set(signal.subarray(at, at + FRAME_SAMPLES));
      for (const stream of opened) vad.push(stream, frame, 0, FRAME_SAMPLES);
      await vad.run((_stream, probability) => {
        windows++;
        probabilitySum += probability;
      });
    }
    const { user, system } = process.cpuUsage(before);
    for (const stream of opened) vad.close(stream);
    if (pass > 0) passes.push({ cpuUs: user + system, windows, probabilitySum });
  }
  await vad.dispose();
  return passes.sort((a, b) => a.cpuUs - b.cpuUs)[1];
}
