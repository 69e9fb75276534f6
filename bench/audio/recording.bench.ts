// Writing a stereo recording: our recorder, a second at a time while the call runs, against building the whole file with
// `wavefile` at its end. Both begin with 20 ms frames of mu-law and leave the same bytes on disk. Varies: length of the
// call, which the second way also pays for in memory.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import alawmulaw from 'alawmulaw';
import wavefile from 'wavefile';
import { dsp } from '../../src/audio/kernels/addon.js';
import { FRAME_MS, FRAME_SAMPLES, RATE_HZ } from '../../src/audio_format.js';
import { Recorder, RecorderBuffers } from '../../src/worker/recorder.js';
import { type BenchOptions, type BenchResult, compared, ResultHash } from '../bench_result.js';
import { VOICE_MULAW } from './bench_audio.js';

const SECONDS = [10, 60];
const SECONDS_SMALL = [2];
const ROUNDS = 9;

/** The same voice on both channels, half a second apart. */
const FRAMES = Array.from({ length: RATE_HZ / FRAME_SAMPLES }, (_, i) =>
  VOICE_MULAW.slice(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES),
);
const callerFrame = (i: number) => FRAMES[i % FRAMES.length];
const agentFrame = (i: number) => FRAMES[(i + FRAMES.length / 2) % FRAMES.length];

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'ringline-bench-'));
  try {
    for (const seconds of options.small ? SECONDS_SMALL : SECONDS) {
      results.push(await benchLength(options, folder, seconds));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return results;
}

async function benchLength(options: BenchOptions, folder: string, seconds: number): Promise<BenchResult> {
  const path = join(folder, 'call.wav');
  const measure = async (write: Write) => {
    await write(path, seconds, () => {});
    const hash = new ResultHash().add(await readFile(path)).hex;
    await rm(path);
    const times: number[] = [];
    for (let round = 0; round < (options.small ? 1 : ROUNDS); round++) {
      const before = process.cpuUsage();
      await write(path, seconds, () => {});
      const { user, system } = process.cpuUsage(before);
      times.push(((user + system) * 1000) / seconds);
      await rm(path);
    }
    return { nsPerOp: times.sort((a, b) => a - b)[times.length >> 1], hash };
  };
  const ours = await measure(record);
  const theirs = await measure(build);
  const note = `CPU time for a second of call, kernel included; median of ${ROUNDS} calls`;
  const result = compared(`recording a call of ${seconds} s`, ours, { name: 'wavefile', ...theirs }, note);
  const held = [await heldKibibytes(record, path, seconds), await heldKibibytes(build, path, seconds)];
  return { ...result, more: { 'memory held KiB': held.map((kib) => kib ?? '?').join(' / ') } };
}

/** Writes a recording of `seconds`; calls `onFull` where it holds the most memory. */
type Write = (path: string, seconds: number, onFull: () => void) => Promise<void>;

/** Ours. In a call the disk has a second's time for each block; here it is waited for instead. */
const record: Write = async (path, seconds, onFull) => {
  const buffers = new AwaitedBuffers();
  const recorder = new Recorder(path, dsp, buffers, (error) => {
    throw error;
  });
  const frames = seconds * FRAMES.length;
  for (let i = 0; i < frames; i++) {
    recorder.caller(i * FRAME_MS, callerFrame(i));
    recorder.agent(i * FRAME_MS, agentFrame(i), 0, FRAME_SAMPLES);
    recorder.tick(i * FRAME_MS);
    if (buffers.writing > 0) await buffers.written();
  }
  onFull();
  await recorder.close(frames * FRAME_MS);
};

class AwaitedBuffers extends RecorderBuffers {
  writing = 0;
  #onWritten = () => {};

  override take(): Buffer {
    this.writing++;
    return super.take();
  }

  override give(buffer: Buffer): void {
    super.give(buffer);
    if (--this.writing === 0) this.#onWritten();
  }

  written(): Promise<void> {
    return new Promise((resolve) => (this.#onWritten = resolve));
  }
}

/** What the package's readme shows: collect the samples, make the file, write it. */
const build: Write = async (path, seconds, onFull) => {
  const chunks: [Int16Array[], Int16Array[]] = [[], []];
  const frames = seconds * FRAMES.length;
  for (let i = 0; i < frames; i++) {
    chunks[0].push(alawmulaw.mulaw.decode(callerFrame(i)));
    chunks[1].push(alawmulaw.mulaw.decode(agentFrame(i)));
  }
  const channels = chunks.map((channel) => {
    const samples = new Int16Array(frames * FRAME_SAMPLES);
    channel.forEach((chunk, i) => {
      samples.set(chunk, i * FRAME_SAMPLES);
    });
    return samples;
  });
  const wav = new wavefile.WaveFile();
  wav.fromScratch(2, RATE_HZ, '16', channels);
  const bytes = wav.toBuffer();
  onFull();
  await writeFile(path, bytes);
};

/** Null without --expose-gc: then what is held can't be told from what was dropped. */
async function heldKibibytes(write: Write, path: string, seconds: number): Promise<number | null> {
  const { gc } = globalThis;
  if (!gc) return null;
  const usedBytes = () => {
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  // Memory outside the heap is given back some time after its object died, so that the first count is too high.
  let before = usedBytes();
  for (let settled = -1; settled !== before; ) {
    settled = before;
    await setImmediate();
    before = Math.min(before, usedBytes());
  }
  let held = 0;
  await write(path, seconds, () => {
    held = usedBytes() - before;
  });
  await rm(path);
  return Math.round(held / 1024);
}
