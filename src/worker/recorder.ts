// Records one call as stereo PCM on the call's true timeline: caller left, agent right, each where it was heard. Holds a
// few seconds as mu-law in memory and hands whole seconds to recording_file.ts. Knows nothing of turns or providers.
//
// Whatever time it is told, one call of a method works on a few seconds at most: silence that is longer than what is
// held in memory becomes a hole in the file, and a time no call can reach is refused.

import type { Dsp } from '../audio/kernels/addon.js';
import { FRAME_SAMPLES, MULAW_SILENCE, RATE_HZ } from '../audio_format.js';
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
/** Bytes of one stereo sample in the file. */
const SAMPLE_BYTES = 4;
/** No call is longer than 4 hours; times beyond a day are nonsense. */
const LONGEST_MS = 24 * 3600 * 1000;
/** How far back a recording that goes on may still be told of audio: what waited in the ring for the next worker. */
const GO_ON_BACK_MS = 3000;
/** Audio of before a pause or within it may come so late; a pause that follows another this soon goes on with it. */
const LATE_SAMPLES = 5000 * SAMPLES_PER_MS;
/** Audio that begins this near to where the last ended follows it without a seam: 1 ms. */
const SEAM_SAMPLES = 8;
/** A hole up to this long is no silence but a clock that was put right: the last sample goes on through it. */
const BRIDGE_SAMPLES = 40;

/** Buffers and scratch that all recorders of a worker share; a block is converted synchronously, so one set is enough. */
export class RecorderBuffers {
  readonly left = new Int16Array(BLOCK);
  readonly right = new Int16Array(BLOCK);
  readonly bytes = new Uint8Array(BLOCK);
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.alloc(BLOCK * SAMPLE_BYTES);
  }
  give(buffer: Buffer): void {
    if (this.#free.length < 64) this.#free.push(Buffer.from(buffer.buffer, buffer.byteOffset, BLOCK * SAMPLE_BYTES));
  }
}

export class Recorder {
  readonly #dsp: Dsp;
  readonly #buffers: RecorderBuffers;
  readonly #left = new Uint8Array(WINDOW).fill(MULAW_SILENCE);
  readonly #right = new Uint8Array(WINDOW).fill(MULAW_SILENCE);
  readonly #file: RecordingFile;
  /** Sample positions since call start. What is in memory lies in [#written, #written + WINDOW). */
  #written = 0;
  #callerEnd = 0;
  #agentEnd = 0;
  /** What is heard from the one position to the other is silence in the file, whenever it comes in. */
  #quietFrom = Number.POSITIVE_INFINITY;
  #quietTo = Number.NEGATIVE_INFINITY;
  #stopped = false;

  /**
   * @param callMs 0 = a new file; else call time at which another recorder's file is gone on with. What that one had not
   *   written yet is silence; what it had stays as it is.
   */
  constructor(path: string, dsp: Dsp, buffers: RecorderBuffers, onError: (error: EngineError) => void, callMs = 0) {
    this.#dsp = dsp;
    this.#buffers = buffers;
    if (callMs > GO_ON_BACK_MS && isCallTime(callMs)) {
      this.#written = this.#callerEnd = this.#agentEnd = Math.round(callMs - GO_ON_BACK_MS) * SAMPLES_PER_MS;
    }
    this.#file = new RecordingFile(
      path,
      { rateHz: RATE_HZ, channels: 2, goOnAtByte: callMs > 0 ? this.#written * SAMPLE_BYTES : null },
      (error) => {
        this.#stopped = true;
        onError(error);
      },
      (buffer) => buffers.give(buffer),
    );
  }

  /** At least one second, or the rest at the end, reached the file queue: there is something to listen to. */
  get recorded(): boolean {
    return this.#written > 0;
  }

  /** One 20 ms frame of the caller that began at `callMs`. A frame older than what is on disk is lost to the file. */
  caller(callMs: number, mulaw: Uint8Array): void {
    if (this.#stopped || !isCallTime(callMs)) return;
    const at = joined(Math.round(callMs * SAMPLES_PER_MS), this.#callerEnd);
    // Whole frames: half a frame of a word is still of that word.
    if (!this.#isQuiet(at) && !this.#isQuiet(at + FRAME_SAMPLES - 1))
      this.#place(this.#left, this.#callerEnd, at, mulaw, 0, FRAME_SAMPLES);
    this.#callerEnd = Math.max(this.#callerEnd, at + FRAME_SAMPLES);
  }

  /** `count` mu-law bytes of the agent that the caller begins to hear at `callMs`. */
  agent(callMs: number, mulaw: Uint8Array, offset: number, count: number): void {
    if (this.#stopped || !isCallTime(callMs)) return;
    const at = joined(Math.round(callMs * SAMPLES_PER_MS), this.#agentEnd);
    if (!this.#isQuiet(at) && !this.#isQuiet(at + count - 1))
      this.#place(this.#right, this.#agentEnd, at, mulaw, offset, count);
    this.#agentEnd = at + count;
  }

  /** What was to be heard after `callMs` was cleared and never heard. */
  cleared(callMs: number): void {
    if (!Number.isFinite(callMs)) return;
    const from = Math.max(this.#written, Math.round(callMs * SAMPLES_PER_MS));
    for (let at = from; at < this.#agentEnd; at++) this.#right[at & MASK] = MULAW_SILENCE;
    this.#agentEnd = Math.min(this.#agentEnd, from);
  }

  /** What is heard from `callMs` on is not recorded: silence in its place, the timeline goes on. Safe twice. */
  pause(callMs: number): void {
    if (!isCallTime(callMs) || this.#quietTo === Number.POSITIVE_INFINITY) return;
    const at = Math.round(callMs * SAMPLES_PER_MS);
    if (at - this.#quietTo > LATE_SAMPLES) this.#quietFrom = at;
    this.#quietTo = Number.POSITIVE_INFINITY;
  }

  /** What is heard from `callMs` on is recorded again. Safe twice. */
  resume(callMs: number): void {
    if (!isCallTime(callMs) || this.#quietTo !== Number.POSITIVE_INFINITY) return;
    this.#quietTo = Math.round(callMs * SAMPLES_PER_MS);
  }

  /** Writes whole seconds that can't change any more. Cheap when there is none. */
  tick(callMs: number): void {
    if (this.#stopped || !isCallTime(callMs)) return;
    const settled = (callMs - SETTLE_MS) * SAMPLES_PER_MS;
    const patience = (callMs - CALLER_WAIT_MS) * SAMPLES_PER_MS;
    const blocks = Math.floor((Math.min(settled, Math.max(this.#callerEnd, patience)) - this.#written) / BLOCK);
    if (blocks > 0) this.#writeUpTo(this.#written + blocks * BLOCK);
  }

  /** Writes the rest up to `callMs` and closes the file. Never rejects; safe twice. */
  async close(callMs: number): Promise<void> {
    if (!this.#stopped) {
      const agentEnd = isCallTime(callMs) ? Math.min(this.#agentEnd, Math.round(callMs * SAMPLES_PER_MS)) : 0;
      this.#writeUpTo(Math.max(this.#callerEnd, agentEnd));
      this.#stopped = true;
    }
    await this.#file.close();
  }

  #isQuiet(at: number): boolean {
    return at >= this.#quietFrom && at < this.#quietTo;
  }

  /** `end`: where this channel's audio has ended so far. */
  #place(window: Uint8Array, end: number, at: number, mulaw: Uint8Array, offset: number, count: number): void {
    // Further ahead than the window reaches: the time in between passed without audio, or without a tick.
    const beyond = at + count - this.#written - WINDOW;
    if (beyond > 0) this.#writeUpTo(this.#written + Math.ceil(beyond / BLOCK) * BLOCK);
    if (at > end && at - end <= BRIDGE_SAMPLES && end > this.#written) {
      for (let i = end; i < at; i++) window[i & MASK] = window[(end - 1) & MASK];
    }
    const skip = Math.max(0, this.#written - at);
    // Nearly every piece is one native copy.
    const from = at & MASK;
    if (skip === 0 && offset === 0 && count === mulaw.length && from + count <= WINDOW) return window.set(mulaw, from);
    for (let i = skip; i < count; i++) window[(at + i) & MASK] = mulaw[offset + i];
  }

  /** Everything before `end` goes to the file: what is held in memory as blocks, silence behind it as a hole. */
  #writeUpTo(end: number): void {
    while (this.#written < end && !this.#stopped) {
      if (this.#written >= Math.max(this.#callerEnd, this.#agentEnd)) {
        this.#file.skip((end - this.#written) * SAMPLE_BYTES);
        this.#written = end;
      } else this.#writeBlock(Math.min(BLOCK, end - this.#written));
    }
  }

  #writeBlock(samples: number): void {
    const { left, right, bytes } = this.#buffers;
    this.#lift(this.#left, bytes, samples);
    this.#dsp.mulawDecode(bytes, 0, left, 0, samples);
    this.#lift(this.#right, bytes, samples);
    this.#dsp.mulawDecode(bytes, 0, right, 0, samples);
    const buffer = this.#buffers.take();
    const pcm = new Int16Array(buffer.buffer, buffer.byteOffset, samples * 2);
    this.#dsp.interleaveStereo(left, 0, right, 0, pcm, 0, samples);
    this.#written += samples;
    this.#file.append(samples === BLOCK ? buffer : buffer.subarray(0, samples * SAMPLE_BYTES));
  }

  /** Moves the oldest `samples` out of a window and leaves silence. */
  #lift(window: Uint8Array, target: Uint8Array, samples: number): void {
    const from = this.#written & MASK;
    const first = Math.min(samples, WINDOW - from);
    target.set(window.subarray(from, from + first));
    window.fill(MULAW_SILENCE, from, from + first);
    if (first === samples) return;
    target.set(window.subarray(0, samples - first), first);
    window.fill(MULAW_SILENCE, 0, samples - first);
  }
}

function isCallTime(callMs: number): boolean {
  // Before zero: what was said while the stream was being set up.
  return callMs > -LONGEST_MS && callMs < LONGEST_MS;
}

/** Rounding the time of each piece would leave one-sample seams inside one utterance: near its end, it follows. */
function joined(at: number, end: number): number {
  return Math.abs(at - end) <= SEAM_SAMPLES ? end : at;
}
