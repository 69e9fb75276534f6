// Records one call as stereo PCM on the call's true timeline: caller left, agent right, each where it was heard. Holds a
// few seconds as mu-law in memory and hands whole seconds to recording_file.ts. Knows nothing of turns or providers.

import type { Dsp } from '../audio/kernels/addon.js';
import { FRAME_MS, MULAW_SILENCE, RATE_HZ } from '../audio_format.js';
import type { EngineError } from '../errors.js';
import { RecordingFile } from './recording_file.js';

const SAMPLES_PER_MS = RATE_HZ / 1000;
/** Samples of each channel held in memory: 4 s, a power of two. */
const WINDOW = 1 << 15;
const MASK = WINDOW - 1;
/** Samples in one write: a second. */
const BLOCK = RATE_HZ;
/** Nothing younger is written: a barge-in may still take back what was handed out in the pacing lead. */
const SETTLE_MS = 400;
/** How long a block waits for a caller whose audio is held up in the network. */
const CALLER_WAIT_MS = 2500;

/** Buffers and scratch that all recorders of a worker share; a block is converted synchronously, so one set is enough. */
export class RecorderBuffers {
  readonly left = new Int16Array(BLOCK);
  readonly right = new Int16Array(BLOCK);
  readonly bytes = new Uint8Array(BLOCK);
  private readonly free: Buffer[] = [];

  take(): Buffer {
    return this.free.pop() ?? Buffer.alloc(BLOCK * 4);
  }
  give(buffer: Buffer): void {
    if (this.free.length < 64) this.free.push(Buffer.from(buffer.buffer, buffer.byteOffset, BLOCK * 4));
  }
}

export class Recorder {
  private readonly left = new Uint8Array(WINDOW).fill(MULAW_SILENCE);
  private readonly right = new Uint8Array(WINDOW).fill(MULAW_SILENCE);
  private readonly file: RecordingFile;
  /** Sample positions since call start. */
  private written = 0;
  private callerEnd = 0;
  private agentEnd = 0;
  private stopped = false;

  constructor(
    path: string,
    private readonly dsp: Dsp,
    private readonly buffers: RecorderBuffers,
    onError: (error: EngineError) => void,
  ) {
    this.file = new RecordingFile(
      path,
      { rateHz: RATE_HZ, channels: 2 },
      (error) => {
        this.stopped = true;
        onError(error);
      },
      (buffer) => buffers.give(buffer),
    );
  }

  /** At least one second, or the rest at the end, reached the file queue: there is something to listen to. */
  get recorded(): boolean {
    return this.written > 0;
  }

  /** One 20 ms frame of the caller that began at `callMs`. A frame older than what is on disk is lost to the file. */
  caller(callMs: number, mulaw: Uint8Array): void {
    if (this.stopped) return;
    const at = Math.round(callMs * SAMPLES_PER_MS);
    this.place(this.left, at, mulaw, 0, FRAME_MS * SAMPLES_PER_MS);
    this.callerEnd = Math.max(this.callerEnd, at + FRAME_MS * SAMPLES_PER_MS);
  }

  /** `count` mu-law bytes of the agent that the caller begins to hear at `callMs`. */
  agent(callMs: number, mulaw: Uint8Array, offset: number, count: number): void {
    if (this.stopped) return;
    // Rounding the play time of each piece would leave one-sample seams inside one utterance.
    const rounded = Math.round(callMs * SAMPLES_PER_MS);
    const at = Math.abs(rounded - this.agentEnd) <= 8 ? this.agentEnd : rounded;
    this.place(this.right, at, mulaw, offset, count);
    this.agentEnd = at + count;
  }

  /** What was to be heard after `callMs` was cleared and never heard. */
  cleared(callMs: number): void {
    const from = Math.max(this.written, Math.round(callMs * SAMPLES_PER_MS));
    for (let at = from; at < this.agentEnd; at++) this.right[at & MASK] = MULAW_SILENCE;
    this.agentEnd = Math.min(this.agentEnd, from);
  }

  /** Writes whole seconds that can't change any more. Cheap when there is none. */
  tick(callMs: number): void {
    if (this.stopped) return;
    const settled = (callMs - SETTLE_MS) * SAMPLES_PER_MS;
    if (settled - this.written < BLOCK) return;
    const patience = (callMs - CALLER_WAIT_MS) * SAMPLES_PER_MS;
    while (Math.min(settled, Math.max(this.callerEnd, patience)) - this.written >= BLOCK) this.writeBlock(BLOCK);
  }

  /** Writes the rest up to `callMs` and closes the file. Never rejects; safe twice. */
  async close(callMs: number): Promise<void> {
    if (!this.stopped) {
      const end = Math.max(this.callerEnd, Math.min(this.agentEnd, Math.round(callMs * SAMPLES_PER_MS)));
      while (end > this.written) this.writeBlock(Math.min(BLOCK, end - this.written));
      this.stopped = true;
    }
    await this.file.close();
  }

  private place(window: Uint8Array, at: number, mulaw: Uint8Array, offset: number, count: number): void {
    const skip = Math.max(0, this.written - at);
    // Further ahead than the window holds can only be a clock that jumped: write out silence rather than overwrite.
    while (!this.stopped && at + count - this.written > WINDOW) this.writeBlock(BLOCK);
    for (let i = skip; i < count; i++) window[(at + i) & MASK] = mulaw[offset + i];
  }

  private writeBlock(samples: number): void {
    const { left, right, bytes } = this.buffers;
    this.lift(this.left, bytes, samples);
    this.dsp.mulawDecode(bytes, 0, left, 0, samples);
    this.lift(this.right, bytes, samples);
    this.dsp.mulawDecode(bytes, 0, right, 0, samples);
    const buffer = this.buffers.take();
    const pcm = new Int16Array(buffer.buffer, buffer.byteOffset, samples * 2);
    this.dsp.interleaveStereo(left, 0, right, 0, pcm, 0, samples);
    this.written += samples;
    this.file.append(samples === BLOCK ? buffer : buffer.subarray(0, samples * 4));
  }

  private lift(window: Uint8Array, target: Uint8Array, samples: number): void {
    for (let i = 0; i < samples; i++) {
      const at = (this.written + i) & MASK;
      target[i] = window[at];
      window[at] = MULAW_SILENCE;
    }
  }
}
