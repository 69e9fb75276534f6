// Voice activity of all calls of one worker: collects each stream's samples and runs every window that is due, of every
// stream, in one batch. What a probability means for the conversation is speech_detector.ts's business; the network itself is
// silero_model.ts (onnxruntime) or silero_native.ts, chosen by silero_engine.ts. What a window is like besides is computed in
// the same round by sound/sound_batch.ts, for the streams that want it.

import { assert } from '../../assert.js';
import type { PlayedLevels } from '../sound/played_levels.js';
import { SoundBatch, type SoundFeatures } from '../sound/sound_batch.js';
import { chooseEngine } from './silero_engine.js';
import {
  CONTEXT_SAMPLES,
  createRound,
  INPUT_SAMPLES,
  type SileroEngine,
  type SileroRound,
  STATE_FLOATS,
  WINDOW_SAMPLES,
} from './silero_round.js';

/** Room per stream: half a second may wait for `run`, then the oldest windows go. A round takes one window a stream. */
const PENDING_SAMPLES = 4096;

/** `sound`: what the window is like, null where nobody asked (`describe`); the same object each time. */
export type OnProbability = (
  stream: number,
  probability: number,
  endSample: number,
  sound: SoundFeatures | null,
) => void;

const SAMPLES_PER_MS = 8;

/**
 * One batch for one thread. Streams come and go at any time, also while a run is under way. Nothing is allocated per
 * frame or per window; with the native engine `run` is synchronous.
 */
export class VadBatch {
  /** Windows that nobody judged, because `run` came too late (more than half a second of a stream was waiting). */
  skippedWindows = 0;

  readonly #engine: SileroEngine;
  readonly #round: SileroRound;
  readonly #sound: SoundBatch;
  readonly #freeStreams: number[] = [];
  /** Per stream: whether it is open, where its samples begin (context included) and end, and where in time they are. */
  readonly #isOpen: Uint8Array;
  readonly #readAt: Int32Array;
  readonly #writeAt: Int32Array;
  readonly #judgedSamples: Float64Array;
  /** Per row of the round under way. */
  readonly #rowEndSample: Float64Array;
  #rows = 0;
  #dueWindows = 0;
  #running: Promise<void> | true | null = null;

  private constructor(
    engine: SileroEngine,
    round: SileroRound,
    /** Why `auto` did not take the native kernel, for the log; null when it did or was not asked to. */
    readonly fallbackReason: string | null,
  ) {
    const streams = round.offsets.length;
    this.#engine = engine;
    this.#round = round;
    this.#sound = new SoundBatch(streams);
    for (let stream = streams - 1; stream >= 0; stream--) this.#freeStreams.push(stream);
    this.#isOpen = new Uint8Array(streams);
    this.#readAt = new Int32Array(streams);
    this.#writeAt = new Int32Array(streams);
    this.#judgedSamples = new Float64Array(streams);
    this.#rowEndSample = new Float64Array(streams);
  }

  /**
   * Loads the network for at most `maxStreams` open streams. `modelPath`: models/silero_vad.onnx. `auto`: the native
   * kernel where it is there and agrees with onnxruntime, else onnxruntime. Throws EngineError VAD_MODEL when the engine
   * can't be had.
   */
  static async create(modelPath: string, engine: 'auto' | 'onnx' | 'native', maxStreams: number): Promise<VadBatch> {
    const round = createRound(maxStreams, PENDING_SAMPLES);
    const chosen = await chooseEngine(modelPath, engine, round);
    return new VadBatch(chosen.engine, round, chosen.fallbackReason);
  }

  get engine(): 'onnx' | 'native' {
    return this.#engine.kind;
  }

  /** Windows that the next `run` will judge. */
  get dueWindows(): number {
    return this.#dueWindows;
  }

  /** A new stream with silent past. More than `maxStreams` at once is a defect of the caller. */
  open(): number {
    const stream = this.#freeStreams.pop();
    assert(stream !== undefined, 'no more VAD streams than calls');
    const { samples, state } = this.#round;
    const base = stream * PENDING_SAMPLES;
    // The last user's samples and memory must not reach this one.
    samples.fill(0, base, base + CONTEXT_SAMPLES);
    state.fill(0, stream * STATE_FLOATS, (stream + 1) * STATE_FLOATS);
    this.#isOpen[stream] = 1;
    this.#readAt[stream] = 0;
    this.#writeAt[stream] = CONTEXT_SAMPLES;
    this.#judgedSamples[stream] = 0;
    return stream;
  }

  /**
   * From now on the open stream's windows come with what they are like, and `push` must tell the call time. Returns where
   * to tell what we play to this caller.
   */
  describe(stream: number): PlayedLevels {
    assert(this.#isOpen[stream] === 1, 'an open VAD stream is described');
    return this.#sound.open(stream);
  }

  /** Frees the stream; nothing is called back for it any more. Safe twice. */
  close(stream: number): void {
    if (this.#isOpen[stream] !== 1) return;
    this.#dueWindows -= this.#dueOf(stream);
    this.#isOpen[stream] = 0;
    this.#sound.close(stream);
    this.#freeStreams.push(stream);
    const { streams } = this.#round;
    for (let row = 0; row < this.#rows; row++) if (streams[row] === stream) streams[row] = -1;
  }

  /**
   * Appends `count` samples (normally one frame of 160, at most 2048) of 8 kHz audio, which end at `endMs` on the call's
   * timeline. No allocation.
   */
  push(stream: number, pcm: Int16Array, offset: number, count: number, endMs = 0): void {
    assert(this.#isOpen[stream] === 1, 'samples belong to an open VAD stream');
    assert(count <= PENDING_SAMPLES / 2, 'a VAD push is about a frame');
    const dueBefore = this.#dueOf(stream);
    if (this.#writeAt[stream] + count > PENDING_SAMPLES) this.#makeRoom(stream, count);
    const { samples } = this.#round;
    const at = stream * PENDING_SAMPLES + this.#writeAt[stream];
    // A frame in an array of its own, the usual case, goes over as a block, several times faster; a part of a larger
    // array would need a view for that, an object per frame.
    if (offset === 0 && count === pcm.length) samples.set(pcm, at);
    else for (let i = 0; i < count; i++) samples[at + i] = pcm[offset + i];
    this.#writeAt[stream] += count;
    this.#sound.pushed(stream, endMs);
    this.#dueWindows += this.#dueOf(stream) - dueBefore;
  }

  /**
   * Runs all due windows, oldest first per stream, and calls back for each; `endSample` = samples pushed up to the
   * window's end. A call while one is under way (from a callback, or before the promise resolved) does not start
   * another: the one under way also takes what became due meanwhile.
   * Throws or rejects with EngineError VAD_MODEL, and with whatever the callback throws.
   */
  run(onProbability: OnProbability): void | Promise<void> {
    if (this.#running) return this.#running === true ? undefined : this.#running;
    if (this.#dueWindows === 0) return;
    this.#running = true;
    try {
      while (this.#collect() > 0) {
        const pending = this.#engine.infer(this.#rows);
        if (pending) return (this.#running = this.#finishLater(pending, onProbability));
        this.#report(onProbability);
      }
      this.#running = null;
    } finally {
      if (this.#running === true) this.#stopRunning();
    }
  }

  /** Frees the engine, once a run under way has ended. */
  async dispose(): Promise<void> {
    if (this.#running && this.#running !== true) await this.#running.catch(() => {});
    await this.#engine.close();
  }

  async #finishLater(pending: Promise<void>, onProbability: OnProbability): Promise<void> {
    try {
      await pending;
      this.#report(onProbability);
      while (this.#collect() > 0) {
        await this.#engine.infer(this.#rows);
        this.#report(onProbability);
      }
    } finally {
      this.#stopRunning();
    }
  }

  #stopRunning(): void {
    this.#running = null;
    this.#rows = 0;
  }

  /** Takes one due window of each stream into the round; returns how many. */
  #collect(): number {
    const { offsets, streams } = this.#round;
    let rows = 0;
    for (let stream = 0; stream < this.#isOpen.length && this.#dueWindows > 0; stream++) {
      if (this.#isOpen[stream] === 0 || this.#dueOf(stream) === 0) continue;
      offsets[rows] = stream * PENDING_SAMPLES + this.#readAt[stream];
      streams[rows] = stream;
      const behind = this.#writeAt[stream] - this.#readAt[stream] - INPUT_SAMPLES;
      this.#sound.take(stream, offsets[rows] + CONTEXT_SAMPLES, behind / SAMPLES_PER_MS);
      this.#passWindow(stream);
      this.#dueWindows--;
      this.#rowEndSample[rows++] = this.#judgedSamples[stream];
    }
    // Before the network, which may be asynchronous: the samples may have moved by then.
    this.#sound.run(this.#round.samples);
    return (this.#rows = rows);
  }

  #report(onProbability: OnProbability): void {
    const { streams, probabilities } = this.#round;
    for (let row = 0; row < this.#rows; row++) {
      const stream = streams[row];
      if (stream < 0) continue;
      const sound = this.#sound.windowOf(stream, probabilities[row]);
      onProbability(stream, probabilities[row], this.#rowEndSample[row], sound);
    }
    this.#rows = 0;
  }

  #dueOf(stream: number): number {
    const whole = this.#writeAt[stream] - this.#readAt[stream] - INPUT_SAMPLES;
    return whole < 0 ? 0 : Math.floor(whole / WINDOW_SAMPLES) + 1;
  }

  #passWindow(stream: number): void {
    this.#readAt[stream] += WINDOW_SAMPLES;
    this.#judgedSamples[stream] += WINDOW_SAMPLES;
  }

  /** Moves what is pending to the front of the stream's room; drops whole windows when that is not enough. */
  #makeRoom(stream: number, count: number): void {
    while (this.#writeAt[stream] - this.#readAt[stream] + count > PENDING_SAMPLES) {
      this.#passWindow(stream);
      this.skippedWindows++;
    }
    const base = stream * PENDING_SAMPLES;
    const { samples } = this.#round;
    samples.copyWithin(base, base + this.#readAt[stream], base + this.#writeAt[stream]);
    this.#writeAt[stream] -= this.#readAt[stream];
    this.#readAt[stream] = 0;
  }
}
