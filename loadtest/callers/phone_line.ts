// The telephone's microphone and line: mixes what sounds around it, sends it through the telephone band and mu-law, frame by
// frame, remembers what it sent and which words a recogniser can find where. Seeded; time is counted in frames.

import type { CallerTruth, TrueWord } from '../simulators/deepgram/timed_hearing.js';
import { seededRandom } from '../simulators/latency.js';
import { FRAME_BYTES, FRAME_MS, PAYLOAD_CHARS } from '../simulators/twilio/audio_clip.js';
import type { Microphone } from '../simulators/twilio/media_client.js';
import { sampleToMulaw } from '../simulators/twilio/mulaw_codec.js';
import type { Playout } from '../simulators/twilio/playout.js';
import { Biquad } from './biquad.js';
import { lengthMs, type Utterance } from './person.js';

export interface LineOptions {
  seed: number;
  /** Level of the steady noise, dBFS; it drifts by 3 dB. Absent: the faint hiss of a quiet line. */
  noiseDbfs?: number;
  /** Seconds between two half seconds of muffling (a hand, a scarf: low-pass at 1.5 kHz); absent: never. */
  muffleEveryS?: number;
  /** What the earpiece plays comes back into the microphone, so much later and weaker. */
  echo?: { delayMs: number; db: number };
}

/** Something that sounds at the telephone. */
export interface Playing {
  /** When its first and last frame left, ms of the stream; known once they have. */
  startMs: number | null;
  readonly durationMs: number;
}

interface Source extends Playing {
  pcm: Float32Array;
  at: number;
  words: readonly TrueWord[];
}

/** A line without noise still has some: about -75 dBFS. */
const HISS_DBFS = -75;
const DRIFT_DB = 3;
const DRIFT_PERIOD_S = 11;
const MUFFLED_S = 0.5;
const KEPT_MS = 30_000;

export class PhoneLine implements Microphone, CallerTruth {
  readonly words: TrueWord[] = [];
  readonly #options: LineOptions;
  readonly #random: () => number;
  readonly #payload = Buffer.alloc(PAYLOAD_CHARS);
  readonly #frame = Buffer.alloc(FRAME_BYTES);
  readonly #band = [Biquad.highPass(300), Biquad.lowPass(3400)];
  readonly #noise = Biquad.lowPass(1800);
  readonly #muffle = Biquad.lowPass(1500);
  #sources: Source[] = [];
  #sent: Buffer = Buffer.alloc(1 << 20);
  #sentBytes = 0;
  #muted = false;
  #ear: Playout | null = null;
  #streamBeganMs = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /** Frames that have left. */
  get sentMs(): number {
    return this.#sentBytes / 8;
  }

  /** True while a sound of `play` goes on. */
  get isSounding(): boolean {
    return this.#sources.length > 0;
  }

  /** Sounds from the next frame on. `heardAs`: what a recogniser makes of it, absent = the words it has. */
  play(utterance: Utterance, heardAs: Utterance['words'] = utterance.words): Playing {
    const source: Source = {
      pcm: utterance.pcm,
      at: 0,
      startMs: null,
      durationMs: lengthMs(utterance),
      words: heardAs,
    };
    this.#sources.push(source);
    return source;
  }

  /** Whose sound comes back as an echo; `beganMs`: process clock at which the stream began. */
  attachEar(ear: Playout, beganMs: number): void {
    this.#ear = ear;
    this.#streamBeganMs = beganMs;
  }

  /** Everything that sounds stops in mid-word. */
  hush(): void {
    this.#sources = [];
    const nowMs = this.sentMs;
    const left = this.words.findIndex(({ endMs }) => endMs > nowMs);
    if (left >= 0) this.words.splice(left);
  }

  /** Nothing is sent but digital silence: the caller pressed mute. */
  set muted(muted: boolean) {
    this.#muted = muted;
  }

  next(streamMs: number): Uint8Array {
    const mixed = this.#mix(streamMs);
    for (let i = 0; i < FRAME_BYTES; i++) this.#frame[i] = sampleToMulaw(Math.round(mixed[i] * 32_767));
    if (this.#muted) this.#frame.fill(0xff);
    if (this.#sentBytes + FRAME_BYTES > this.#sent.length) this.#grow();
    this.#frame.copy(this.#sent, this.#sentBytes);
    this.#sentBytes += FRAME_BYTES;
    this.#payload.write(this.#frame.toString('base64'), 'latin1');
    return this.#payload;
  }

  locate(bytes: Uint8Array, expected: number): number {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    // By its end, then by its beginning: what was lost before Twilio is filled in, and is found nowhere.
    for (const from of [Math.max(0, piece.length - NEEDLE), 0, Math.max(0, (piece.length - NEEDLE) >> 1)]) {
      const needle = piece.subarray(from, from + NEEDLE);
      if (needle.every((code) => (code & 0x7f) === 0x7f)) continue;
      const there = expected + from;
      if (needle.equals(this.#sent.subarray(there, there + needle.length))) return expected;
      const oldest = Math.max(0, this.#sentBytes - KEPT_MS * 8);
      const found = this.#sent.subarray(0, this.#sentBytes).indexOf(needle, oldest);
      if (found >= 0) return Math.max(0, found - from);
    }
    return expected;
  }

  #mix(streamMs: number): Float64Array {
    const out = MIXED.fill(0);
    for (const source of this.#sources) {
      if (source.startMs === null) this.#begin(source, streamMs);
      const count = Math.min(FRAME_BYTES, source.pcm.length - source.at);
      for (let i = 0; i < count; i++) out[i] += source.pcm[source.at + i];
      source.at += count;
    }
    this.#sources = this.#sources.filter(({ at, pcm }) => at < pcm.length);
    const { echo } = this.#options;
    if (echo && this.#ear) {
      const toMs = this.#streamBeganMs + streamMs - echo.delayMs;
      const ours = this.#ear.heardAudio(toMs - FRAME_MS, toMs);
      for (let i = 0; i < ours.length && i < FRAME_BYTES; i++) out[i] += (ours[i] / 32_768) * 10 ** (-echo.db / 20);
    }
    const seconds = this.#sentBytes / 8000;
    const { noiseDbfs, muffleEveryS } = this.#options;
    const drift = DRIFT_DB * Math.sin((2 * Math.PI * seconds) / DRIFT_PERIOD_S);
    // Uniform noise in [-1, 1) has a mean square of 1/3; the low-pass takes about 3 dB more.
    const gain = noiseDbfs === undefined ? 0 : 10 ** ((noiseDbfs + drift + 8) / 20);
    const hiss = 10 ** ((HISS_DBFS + 5) / 20);
    const isMuffled = muffleEveryS !== undefined && seconds % muffleEveryS > muffleEveryS - MUFFLED_S;
    for (let i = 0; i < FRAME_BYTES; i++) {
      let sample = out[i];
      if (gain > 0) sample += this.#noise.step((this.#random() * 2 - 1) * gain);
      const dull = this.#muffle.step(sample);
      if (isMuffled) sample = dull;
      for (const filter of this.#band) sample = filter.step(sample);
      out[i] = Math.max(-1, Math.min(1, sample + (this.#random() * 2 - 1) * hiss));
    }
    return out;
  }

  #begin(source: Source, streamMs: number): void {
    source.startMs = streamMs;
    const fromMs = this.sentMs;
    for (const word of source.words)
      this.words.push({ ...word, startMs: fromMs + word.startMs, endMs: fromMs + word.endMs });
    this.words.sort((a, b) => a.endMs - b.endMs);
  }

  #grow(): void {
    const bigger = Buffer.alloc(this.#sent.length * 2);
    this.#sent.copy(bigger, 0, 0, this.#sentBytes);
    this.#sent = bigger;
  }
}

const MIXED = new Float64Array(FRAME_BYTES);
/** Enough of the hiss's randomness to be found in one place only. */
const NEEDLE = 120;
