// What the caller hears: Twilio's FIFO of audio and marks, played at exactly 8000 mu-law bytes a second. Pure: time is
// an argument. Nothing has to tick, because the moment at which anything queued will play is known when it is queued.
// It is the oracle for barge-in, pacing and underruns; who sends the echoes is media_client.ts.

import { decodeMulaw, isLoud } from './mulaw_codec.js';

const BYTES_PER_MS = 8;
/** Twilio holds at most ten minutes of audio for a stream; more is thrown away (warning 31931). */
export const BUFFER_MS_MAX = 10 * 60_000;
/** A payload with fewer loud samples is not a voice. */
const VOICED_SAMPLES_MIN = 4;

/** One stretch of audio without a hole. Times are ms on the caller's clock (the clock of the `nowMs` arguments). */
export interface HeardSegment {
  atMs: number;
  /** Bytes (samples) that were or will be heard; cut down when a clear came. */
  bytes: number;
  /** Where they begin in the audio log. */
  offset: number;
  /** A clear cut it off. */
  cleared: boolean;
  /** When the first sound louder than a quiet line came; null = none yet. */
  voicedAtMs: number | null;
}

/** The buffer ran dry and audio came again `gapMs` later. */
export interface PlayoutGap {
  atMs: number;
  gapMs: number;
  /** True when it fell inside an utterance: short, no clear and no caller's speech between. */
  underrun: boolean;
}

export interface MarkEcho {
  name: string;
  reason: 'played' | 'cleared';
}

export interface PlayoutOptions {
  /** Keep the audio for `heardAudio`; a fleet that only counts leaves it off. */
  keepAudio?: boolean;
  /** A hole shorter than this inside speech is an underrun; a longer one is a new utterance. */
  utteranceGapMsMax?: number;
}

export class Playout {
  readonly segments: HeardSegment[] = [];
  readonly gaps: PlayoutGap[] = [];
  underruns = 0;
  clears = 0;
  /** Audio thrown away by clears, and by the ten minute limit. */
  clearedBytes = 0;
  overflowBytes = 0;
  /** What was left to play when the stream ended. */
  unheardBytes = 0;
  /** Furthest the server ever was ahead of the caller's ear. */
  leadMsMax = 0;
  #log: Uint8Array;
  #logBytes = 0;
  #endsAtMs = 0;
  #voicedEndMs = -Infinity;
  #utteranceOpen = false;
  readonly #keepAudio: boolean;
  readonly #utteranceGapMsMax: number;
  // A FIFO by two arrays and a head; emptied in place whenever it runs dry, so it stays as long as the longest queue.
  readonly #markNames: string[] = [];
  readonly #markDueMs: number[] = [];
  #markHead = 0;

  constructor(options: PlayoutOptions = {}) {
    this.#keepAudio = options.keepAudio ?? true;
    this.#utteranceGapMsMax = options.utteranceGapMsMax ?? 1000;
    this.#log = new Uint8Array(this.#keepAudio ? 16_000 : 0);
  }

  /** Appends `count` mu-law bytes. Returns how many were kept: fewer than `count` at the ten minute limit. */
  push(mulaw: Uint8Array, offset: number, count: number, nowMs: number): number {
    const leadMs = Math.max(0, this.#endsAtMs - nowMs);
    const kept = Math.min(count, Math.max(0, Math.floor((BUFFER_MS_MAX - leadMs) * BYTES_PER_MS)));
    this.overflowBytes += count - kept;
    if (kept === 0) return 0;
    if (leadMs === 0) this.#begin(nowMs);
    const segment = this.segments[this.segments.length - 1];
    if (isVoiced(mulaw, offset, kept)) {
      segment.voicedAtMs ??= this.#endsAtMs;
      this.#voicedEndMs = this.#endsAtMs + kept / BYTES_PER_MS;
    }
    if (this.#keepAudio) this.#remember(mulaw, offset, kept);
    this.#logBytes += kept;
    segment.bytes += kept;
    // From the segment's start, not added up: 1/8 ms is exact in binary, but the start need not be.
    this.#endsAtMs = segment.atMs + segment.bytes / BYTES_PER_MS;
    if (this.#endsAtMs - nowMs > this.leadMsMax) this.leadMsMax = this.#endsAtMs - nowMs;
    return kept;
  }

  /** Queues a mark behind the audio. True = nothing is before it: it must be echoed at once and is not queued. */
  mark(name: string, nowMs: number): boolean {
    if (this.#endsAtMs <= nowMs && this.#markHead === this.#markNames.length) return true;
    this.#markNames.push(name);
    this.#markDueMs.push(Math.max(nowMs, this.#endsAtMs));
    return false;
  }

  /** The next mark whose audio has played, or null. Call until null; send each as an echo. */
  takeReachedMark(nowMs: number): string | null {
    if (this.#markHead === this.#markNames.length || this.#markDueMs[this.#markHead] > nowMs) return null;
    return this.#takeMark();
  }

  /**
   * Throws away everything not heard yet. The marks still queued are returned in order: each is echoed at once.
   * Take the reached ones first (`takeReachedMark`), they were heard.
   */
  clear(nowMs: number): string[] {
    this.clears++;
    const cutBytes = this.#cut(nowMs);
    this.clearedBytes += cutBytes;
    if (cutBytes > 0) this.segments[this.segments.length - 1].cleared = true;
    this.#utteranceOpen = false;
    const names: string[] = [];
    while (this.#markHead < this.#markNames.length) names.push(this.#takeMark());
    return names;
  }

  /** The stream ends: what was not heard by now never will be. */
  end(nowMs: number): void {
    this.unheardBytes += this.#cut(nowMs);
  }

  /** The caller began to speak: a hole from here on is an answer being awaited, not an underrun. */
  callerSpoke(): void {
    this.#utteranceOpen = false;
  }

  /** True while something is left to play. */
  isPlaying(nowMs: number): boolean {
    return this.#endsAtMs > nowMs;
  }

  /** When the queue will be, or was, empty. 0 = nothing ever came. */
  get emptyAtMs(): number {
    return this.#endsAtMs;
  }

  /** When the last sound louder than a quiet line ends: for servers that stream silence between utterances. */
  get voicedEndMs(): number {
    return this.#voicedEndMs;
  }

  get marksQueued(): number {
    return this.#markNames.length - this.#markHead;
  }

  /** Everything the caller's ear got in [fromMs, toMs) at 8 kHz, silence and cut-off audio included. */
  heardAudio(fromMs: number, toMs: number): Int16Array {
    const pcm = new Int16Array(Math.max(0, Math.floor((toMs - fromMs) * BYTES_PER_MS)));
    for (const segment of this.segments) {
      const at = Math.round((segment.atMs - fromMs) * BYTES_PER_MS);
      const skip = Math.max(0, -at);
      const count = Math.min(segment.bytes - skip, pcm.length - Math.max(0, at));
      if (count > 0) decodeMulaw(this.#log, segment.offset + skip, count, pcm, at + skip);
    }
    return pcm;
  }

  /** The mu-law bytes of one segment; a view, valid until the next push. */
  segmentAudio(segment: HeardSegment): Uint8Array {
    return this.#log.subarray(segment.offset, segment.offset + segment.bytes);
  }

  /** Forgets what would play after `nowMs`; returns how many bytes that was. */
  #cut(nowMs: number): number {
    const unheardBytes = Math.max(0, Math.ceil((this.#endsAtMs - nowMs) * BYTES_PER_MS));
    if (unheardBytes === 0) return 0;
    this.segments[this.segments.length - 1].bytes -= unheardBytes;
    this.#logBytes -= unheardBytes;
    this.#endsAtMs = nowMs;
    this.#voicedEndMs = Math.min(this.#voicedEndMs, nowMs);
    return unheardBytes;
  }

  #begin(nowMs: number): void {
    const gapMs = nowMs - this.#endsAtMs;
    const last = this.segments[this.segments.length - 1];
    if (last !== undefined && gapMs === 0 && !last.cleared) return; // came in the very moment the queue ran dry
    if (last !== undefined && gapMs > 0) {
      const underrun = this.#utteranceOpen && gapMs < this.#utteranceGapMsMax;
      if (underrun) this.underruns++;
      this.gaps.push({ atMs: this.#endsAtMs, gapMs, underrun });
    }
    this.#utteranceOpen = true;
    this.#endsAtMs = nowMs;
    this.segments.push({ atMs: nowMs, bytes: 0, offset: this.#logBytes, cleared: false, voicedAtMs: null });
  }

  #remember(mulaw: Uint8Array, offset: number, count: number): void {
    const needed = this.#logBytes + count;
    if (needed > this.#log.length) {
      const grown = new Uint8Array(Math.max(needed, this.#log.length * 2));
      grown.set(this.#log.subarray(0, this.#logBytes));
      this.#log = grown;
    }
    this.#log.set(mulaw.subarray(offset, offset + count), this.#logBytes);
  }

  #takeMark(): string {
    const name = this.#markNames[this.#markHead++];
    if (this.#markHead === this.#markNames.length) {
      this.#markNames.length = this.#markDueMs.length = this.#markHead = 0;
    }
    return name;
  }
}

function isVoiced(mulaw: Uint8Array, offset: number, count: number): boolean {
  let loud = 0;
  for (let i = offset; i < offset + count; i++) {
    if (isLoud(mulaw[i]) && ++loud >= VOICED_SAMPLES_MIN) return true;
  }
  return false;
}
