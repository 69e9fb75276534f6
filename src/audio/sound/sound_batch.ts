// What the windows of all calls of one worker are like, beside whether they are speech: one native crossing for all that
// are due in a beat (kernels/sound_features.ts says what is computed). vad_batch.ts, which has the samples, drives it; what
// the numbers mean for the conversation is conversation/turns.

import { type Dsp, dsp } from '../kernels/addon.js';
import { SOUND_FEATURES, SOUND_MOMENTS, SOUND_PAST, SOUND_PLAYED } from '../kernels/kernel_interface.js';
import { PlayedLevels } from './played_levels.js';

/** Of one window; kernel_interface.ts tells units and ranges. */
export interface SoundFeatures {
  /** VAD: this window is speech, 0..1. */
  probability: number;
  levelDb: number;
  voicing: number;
  pitchHz: number;
  change: number;
  tilt: number;
  likeness: number;
  echo: number;
}

/** Nothing is allocated per window, and a stream that was not opened here costs nothing. */
export class SoundBatch {
  readonly #kernel: Dsp['soundFeatures'];
  readonly #played: (PlayedLevels | null)[];
  readonly #past: Int16Array;
  readonly #moments: Float64Array;
  readonly #levels: Int16Array;
  /** Call time at the end of what was pushed, per stream. */
  readonly #endMs: Float64Array;
  /** Of the round under way, per row. */
  readonly #offsets: Int32Array;
  readonly #streams: Int32Array;
  readonly #playedAt: Int32Array;
  readonly #numbers: Float32Array;
  /** Per stream its row in the round, -1 = none. */
  readonly #rowOf: Int32Array;
  // Begun with numbers that are no integers: a field that starts as one allocates at each change.
  readonly #window: SoundFeatures = {
    probability: Number.NaN,
    levelDb: Number.NaN,
    voicing: Number.NaN,
    pitchHz: Number.NaN,
    change: Number.NaN,
    tilt: Number.NaN,
    likeness: Number.NaN,
    echo: Number.NaN,
  };
  #rows = 0;

  constructor(streams: number, kernel: Dsp['soundFeatures'] = dsp.soundFeatures) {
    this.#kernel = kernel;
    this.#played = new Array(streams).fill(null);
    this.#past = new Int16Array(streams * SOUND_PAST);
    this.#moments = new Float64Array(streams * SOUND_MOMENTS);
    this.#levels = new Int16Array(streams * SOUND_PLAYED);
    this.#endMs = new Float64Array(streams);
    this.#offsets = new Int32Array(streams);
    this.#streams = new Int32Array(streams);
    this.#playedAt = new Int32Array(streams);
    this.#rowOf = new Int32Array(streams).fill(-1);
    this.#numbers = new Float32Array(streams * SOUND_FEATURES);
  }

  /** From now on this stream's windows are described. Returns where to tell what we play. */
  open(stream: number): PlayedLevels {
    this.#past.fill(0, stream * SOUND_PAST, (stream + 1) * SOUND_PAST);
    this.#moments.fill(0, stream * SOUND_MOMENTS, (stream + 1) * SOUND_MOMENTS);
    this.#endMs[stream] = 0;
    this.#rowOf[stream] = -1;
    const played = new PlayedLevels(this.#levels.subarray(stream * SOUND_PLAYED, (stream + 1) * SOUND_PLAYED));
    this.#played[stream] = played;
    return played;
  }

  /** Safe twice. */
  close(stream: number): void {
    this.#played[stream] = null;
    this.#rowOf[stream] = -1;
  }

  /** What was pushed into the stream so far ended at this call time. */
  pushed(stream: number, endMs: number): void {
    this.#endMs[stream] = endMs;
  }

  /** One window more for `run`: `behindMs` = what was pushed after it. A stream that is not open is left out. */
  take(stream: number, offset: number, behindMs: number): void {
    const played = this.#played[stream];
    if (played === null) return;
    this.#rowOf[stream] = this.#rows;
    this.#offsets[this.#rows] = offset;
    this.#streams[this.#rows] = stream;
    this.#playedAt[this.#rows] = played.binAt(this.#endMs[stream] - behindMs);
    this.#rows++;
  }

  /** Describes the windows that were taken; begins a new round. */
  run(samples: Int16Array): void {
    const count = this.#rows;
    this.#rows = 0;
    if (count === 0) return;
    this.#kernel(
      samples,
      this.#offsets,
      this.#streams,
      this.#playedAt,
      count,
      this.#past,
      this.#moments,
      this.#levels,
      this.#numbers,
    );
  }

  /** The stream's window of the round, null when it has none. The object is filled anew each time: do not keep it. */
  windowOf(stream: number, probability: number): SoundFeatures | null {
    const row = this.#rowOf[stream];
    if (row < 0) return null;
    const numbers = this.#numbers;
    const at = row * SOUND_FEATURES;
    const window = this.#window;
    window.probability = probability;
    window.levelDb = numbers[at];
    window.voicing = numbers[at + 1];
    window.pitchHz = numbers[at + 2];
    window.change = numbers[at + 3];
    window.tilt = numbers[at + 4];
    window.likeness = numbers[at + 5];
    window.echo = numbers[at + 6];
    return window;
  }
}
