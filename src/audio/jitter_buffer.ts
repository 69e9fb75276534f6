// Turns the caller's media messages, which come in bursts and with gaps, into one steady stream of 20 ms frames for VAD,
// STT and recording. Pure: time comes in as an argument. The making up of frames is Dsp.conceal; the beat that pulls is
// worker/frame_clock.ts.
//
// Twilio delivers over TCP, so messages are late together but never out of order, and waiting for a missing one is of
// no use. Hence no play-out delay at all: what came in order goes out with the next pull. The policies:
//
//   burst         at the start of a stream, after a stall: goes out up to `pullsPerRoundMax` frames a round, everything
//                 when the buffer is more than half full
//   gap           timestamps skip while media flows: lost on the way to Twilio. Up to `gapMsMax` is made up at once, so
//                 that VAD and STT hear a hole as long as it was; a longer one is cut to that, not to hold up what follows
//   pause         nothing comes at all: after `holdMs` frames are made up at real-time pace, so that time goes on for
//                 VAD and STT and a turn can end; after `pauseMsMax` no more, for then nobody may be there
//   late          speech that comes after its time was made up in a pause is delivered nevertheless, and counted. The
//                 STT thus hears some silence too much in the middle of the caller's words, which costs nothing;
//                 dropping would cost the words. `timestampMs` steps back to the true time, so a recording by timestamp
//                 puts the words over the made-up silence, and the timeline is right again from there on
//   duplicate     older than what was already delivered: dropped. Three in a row that follow one another are
//                 no duplicates but a new timeline
//   jump          more than `jumpMsMax` forwards or backwards: the timeline starts anew there, nothing is made up
//   no timestamp  (negative, not finite): taken as the next in order
//   full          the oldest frame is dropped and counted as overflowed

import { assert } from '../assert.js';
import { BYTES_PER_MS, FRAME_MS, FRAME_SAMPLES, MULAW_SILENCE } from '../audio_format.js';
import { type Dsp, dsp as defaultDsp } from './kernels/addon.js';

export interface JitterBufferOptions {
  /** Frames kept at most; a power of two. 128 = 2.56 s, 20 KB: more than a stalled ring can hold back. */
  capacityFrames: number;
  /** Frames that go out of a burst within one round, so that one caller's stall does not become everybody's. */
  pullsPerRoundMax: number;
  /** How overdue a message is when frames begin to be made up; above the jitter of a healthy network. */
  holdMs: number;
  /** The most that is made up for one gap in the timestamps. */
  gapMsMax: number;
  /** The most that is made up in one pause. */
  pauseMsMax: number;
  /** A larger step of the timestamps is not a gap but a new timeline. */
  jumpMsMax: number;
  dsp: Dsp;
}
export const JITTER_BUFFER_DEFAULTS = {
  capacityFrames: 128,
  pullsPerRoundMax: 5,
  holdMs: 60,
  gapMsMax: 200,
  pauseMsMax: 10_000,
  jumpMsMax: 10_000,
  dsp: defaultDsp,
} as const satisfies JitterBufferOptions;

/** Pulls within this time of the first belong to one round. Less than a frame, because clocks tick unevenly. */
const ROUND_MS = 10;
/** Timestamps may be off by less than half a frame without meaning anything. */
const TOLERANCE_MS = FRAME_MS / 2;
/** Stale messages in a row that are taken for a new timeline. */
const STALE_RUN_MAX = 3;
/** Comfort noise is as loud as the quietest of this many frames before the gap, and at most NOISE_LEVEL_DB_MAX. */
const NOISE_FRAMES = 16;
const NOISE_LEVEL_DB_MAX = -45;
/** Real frames that concealment looks back at. */
const PAST_FRAMES = 2;
/** A frame in 32-bit words: copying those takes a quarter of the time, and no view of a part, an object per frame. */
const FRAME_WORDS = FRAME_SAMPLES / 4;

/** One frame in both forms. One for all calls of a thread is enough. */
export class AudioFrame {
  readonly mulaw = new Uint8Array(FRAME_SAMPLES);
  readonly pcm = new Int16Array(FRAME_SAMPLES);
  /** `mulaw` once more, to copy it by. */
  readonly words = new Int32Array(this.mulaw.buffer);
}

/** What a gap is made up from. Used up before it is filled again, so one for the thread is enough. */
const past = new Int16Array(PAST_FRAMES * FRAME_SAMPLES);

export class JitterBuffer {
  /** Of the frame that `pull` gave last: whether it was made up, and its time on the stream's timeline. */
  concealed = false;
  timestampMs = 0;
  /** Of the same frame: which timeline that time is on. Each jump begins the next one; `jumps` is the newest. */
  timeline = 0;

  /** Frames that never came. */
  lost = 0;
  /** Frames delivered after their time had been made up. */
  late = 0;
  /** Frames made up, for whatever reason. */
  concealedCount = 0;
  /** Messages dropped because their time had been delivered already. */
  duplicates = 0;
  /** Times the timeline started anew. */
  jumps = 0;
  /** Frames dropped because the buffer was full. */
  overflowed = 0;

  /** All of the counters above together, to see at once that none has moved. */
  get troubles(): number {
    return this.lost + this.late + this.concealedCount + this.duplicates + this.jumps + this.overflowed;
  }

  readonly #options: JitterBufferOptions;
  readonly #dsp: Dsp;
  readonly #mask: number;
  // Slots of one frame each, as mu-law: frame number n is in slot n & mask, and stays there until a new one needs it.
  readonly #mulaw: Uint8Array;
  readonly #words: Int32Array;
  readonly #timestamps: Float64Array;
  readonly #timelines: Int32Array;
  /** Frames to make up before this one. */
  readonly #gapBefore: Int32Array;
  /** Numbers of the next frame to go out and to come in. */
  #head = 0;
  #tail = 0;
  /** Samples of frame #tail that are there already (messages that are no whole frames), and its gap. */
  #partial = 0;
  #partialGap = 0;

  #started = false;
  /** Timestamp of the next message if it follows the last one, as if no pause had been bridged. */
  #nextMs = 0;
  /** Frames made up in the pause that is going on. */
  #bridged = 0;
  /** Media before this time is late. */
  #lateUntilMs = 0;
  #lastArrivalMs = 0;
  #staleRun = 0;
  #staleNextMs = 0;

  #roundStartMs = Number.NEGATIVE_INFINITY;
  #roundPulls = 0;
  /** Of the gap being made up: samples done, and loudness of its background. */
  #gapElapsed = 0;
  #gapNoiseRms = 0;
  #gapSeed = 0;

  constructor(options: Partial<JitterBufferOptions> = {}) {
    this.#options = { ...JITTER_BUFFER_DEFAULTS, ...options };
    const { capacityFrames } = this.#options;
    assert(capacityFrames >= 4 && (capacityFrames & (capacityFrames - 1)) === 0, 'capacityFrames is a power of two');
    this.#dsp = this.#options.dsp;
    this.#mask = capacityFrames - 1;
    this.#mulaw = new Uint8Array(capacityFrames * FRAME_SAMPLES).fill(MULAW_SILENCE);
    this.#words = new Int32Array(this.#mulaw.buffer);
    this.#timestamps = new Float64Array(capacityFrames);
    this.#timelines = new Int32Array(capacityFrames);
    this.#gapBefore = new Int32Array(capacityFrames);
  }

  /** Whole frames waiting, without those yet to be made up. */
  get depthFrames(): number {
    return this.#tail - this.#head;
  }

  /** Where on the newest timeline the audio taken so far ends. */
  get endMs(): number {
    return this.#nextMs;
  }

  /**
   * Takes one media message: the first `samples` bytes of `mulaw`, with Twilio's timestamp (ms since the stream began;
   * negative or not finite = none). `nowMs`: when it arrived, on the clock that `pull` uses. Returns false when it was
   * dropped as a duplicate, or empty. No allocation; quickest for a whole frame in an array of just its size.
   */
  push(timestampMs: number, mulaw: Uint8Array, samples: number, nowMs: number): boolean {
    this.#lastArrivalMs = nowMs;
    if (samples <= 0) return false;
    const durationMs = samples / BYTES_PER_MS;
    const startMs = timestampMs >= 0 && Number.isFinite(timestampMs) ? timestampMs : this.#nextMs;
    let gapFrames = 0;
    if (!this.#started) {
      this.#started = true;
      this.#lateUntilMs = startMs;
    } else {
      const stepMs = startMs - this.#nextMs;
      if (Math.abs(stepMs) > this.#options.jumpMsMax) {
        this.#startAnew(startMs);
      } else if (stepMs < -TOLERANCE_MS) {
        if (!this.#isNewTimeline(startMs, durationMs)) return false;
        this.#startAnew(startMs);
      } else if (stepMs <= TOLERANCE_MS) {
        // Follows on; after a pause it is late. Its own timestamp counts, so small errors do not add up.
        if (this.#bridged > 0) this.#lateUntilMs = this.#nextMs + this.#bridged * FRAME_MS;
      } else {
        gapFrames = this.#noteGap(stepMs);
      }
      this.#bridged = 0;
    }
    this.#staleRun = 0;
    this.#nextMs = startMs + durationMs;
    this.#append(startMs, gapFrames, mulaw, samples);
    return true;
  }

  /**
   * Gives the next frame, if one is due; false = nothing now. To be called after `push` of everything that has arrived,
   * again and again until it returns false. No allocation.
   */
  pull(nowMs: number, frame: AudioFrame): boolean {
    if (nowMs - this.#roundStartMs >= ROUND_MS) {
      this.#roundStartMs = nowMs;
      this.#roundPulls = 0;
    }
    const depth = this.#tail - this.#head;
    if (this.#roundPulls >= this.#options.pullsPerRoundMax && depth * 2 <= this.#options.capacityFrames) return false;
    if (depth === 0) {
      if (!this.#isPauseFrameDue(nowMs)) return false;
      this.timestampMs = this.#nextMs + this.#bridged * FRAME_MS;
      this.timeline = this.jumps;
      this.#bridged++;
      this.#makeUp(frame);
    } else {
      const index = this.#head & this.#mask;
      this.timeline = this.#timelines[index];
      if (this.#gapBefore[index] > 0) {
        this.timestampMs = this.#timestamps[index] - this.#gapBefore[index]-- * FRAME_MS;
        this.#makeUp(frame);
      } else {
        this.#takeFrame(index, frame);
      }
    }
    this.#roundPulls++;
    return true;
  }

  /** The pause that was bridged was none of the stream's own time: what comes now is not late. */
  forgetPause(): void {
    this.#lateUntilMs = this.#nextMs;
  }

  #startAnew(startMs: number): void {
    // Part of a frame from before the jump: silence completes it.
    if (this.#partial > 0) this.#completePartial();
    this.jumps++;
    // What was made up in a pause before stays made up, and nobody can tell whether it was lost.
    this.#lateUntilMs = startMs;
  }

  /** Counts what a step forwards of the timestamps means and returns how many frames to make up for it now. */
  #noteGap(stepMs: number): number {
    const missing = Math.round(stepMs / FRAME_MS);
    this.lost += missing;
    if (missing < this.#bridged) {
      // A pause was bridged and speech from within it comes after all, but not from its beginning.
      this.#lateUntilMs = this.#nextMs + this.#bridged * FRAME_MS;
      return 0;
    }
    return Math.min(missing - this.#bridged, Math.floor(this.#options.gapMsMax / FRAME_MS));
  }

  /** A message from the past: dropped, unless it is the third in a row of messages that follow one another. */
  #isNewTimeline(startMs: number, durationMs: number): boolean {
    const follows = this.#staleRun > 0 && Math.abs(startMs - this.#staleNextMs) <= TOLERANCE_MS;
    this.#staleRun = follows ? this.#staleRun + 1 : 1;
    this.#staleNextMs = startMs + durationMs;
    if (this.#staleRun >= STALE_RUN_MAX) return true;
    this.duplicates++;
    return false;
  }

  #append(startMs: number, gapFrames: number, mulaw: Uint8Array, samples: number): void {
    // Part of a frame from before the gap: silence completes it.
    if (gapFrames > 0 && this.#partial > 0) this.#completePartial();
    if (this.#partial === 0) this.#partialGap = gapFrames;
    for (let done = 0; done < samples; ) {
      const index = this.#tail & this.#mask;
      if (this.#partial === 0) {
        this.#timestamps[index] = startMs + done / BYTES_PER_MS;
        this.#timelines[index] = this.jumps;
      }
      const at = index * FRAME_SAMPLES + this.#partial;
      const count = Math.min(samples - done, FRAME_SAMPLES - this.#partial);
      if (count === mulaw.length) this.#mulaw.set(mulaw, at);
      else for (let i = 0; i < count; i++) this.#mulaw[at + i] = mulaw[done + i];
      done += count;
      this.#partial += count;
      if (this.#partial === FRAME_SAMPLES) this.#commitFrame();
    }
  }

  #completePartial(): void {
    const index = this.#tail & this.#mask;
    this.#mulaw.fill(MULAW_SILENCE, index * FRAME_SAMPLES + this.#partial, (index + 1) * FRAME_SAMPLES);
    this.#commitFrame();
  }

  #commitFrame(): void {
    const index = this.#tail & this.#mask;
    this.#gapBefore[index] = this.#partialGap;
    this.#partial = 0;
    this.#partialGap = 0;
    if (this.#timestamps[index] < this.#lateUntilMs - TOLERANCE_MS) this.late++;
    this.#tail++;
    // One slot stays free for the frame that is being put together.
    if (this.#tail - this.#head > this.#mask) {
      this.overflowed++;
      this.#head++;
    }
  }

  #isPauseFrameDue(nowMs: number): boolean {
    if (!this.#started || this.#bridged * FRAME_MS >= this.#options.pauseMsMax) return false;
    return nowMs >= this.#lastArrivalMs + FRAME_MS + this.#options.holdMs + this.#bridged * FRAME_MS;
  }

  #takeFrame(index: number, frame: AudioFrame): void {
    const wordsAt = index * FRAME_WORDS;
    for (let i = 0; i < FRAME_WORDS; i++) frame.words[i] = this.#words[wordsAt + i];
    this.#dsp.mulawDecode(frame.mulaw, 0, frame.pcm, 0, FRAME_SAMPLES);
    this.timestampMs = this.#timestamps[index];
    this.concealed = false;
    this.#gapElapsed = 0;
    this.#head++;
  }

  #makeUp({ mulaw, pcm }: AudioFrame): void {
    if (this.#gapElapsed === 0) this.#measureBackground();
    for (let back = PAST_FRAMES; back >= 1; back--) this.#decodePast(back, (PAST_FRAMES - back) * FRAME_SAMPLES);
    const elapsed = this.#gapElapsed;
    this.#dsp.conceal(past, 0, past.length, elapsed, this.#gapNoiseRms, this.#gapSeed, pcm, 0, FRAME_SAMPLES);
    this.#dsp.mulawEncode(pcm, 0, mulaw, 0, FRAME_SAMPLES);
    this.#gapElapsed += FRAME_SAMPLES;
    this.concealed = true;
    this.concealedCount++;
  }

  #measureBackground(): void {
    this.#gapSeed = this.#head;
    // Frames that went out stay in their slots until new ones need them.
    const kept = Math.min(NOISE_FRAMES, this.#head, this.#mask - (this.#tail - this.#head));
    let quietestDb: number = NOISE_LEVEL_DB_MAX;
    for (let back = 1; back <= kept; back++) {
      this.#decodePast(back, 0);
      quietestDb = Math.min(quietestDb, this.#dsp.level(past, 0, FRAME_SAMPLES));
    }
    this.#gapNoiseRms = kept === 0 ? 0 : Math.round(32768 * 10 ** (quietestDb / 20));
  }

  /** The frame that went out `back` frames ago, into `past` from `at` on. */
  #decodePast(back: number, at: number): void {
    const slot = (this.#head - back) & this.#mask;
    this.#dsp.mulawDecode(this.#mulaw, slot * FRAME_SAMPLES, past, at, FRAME_SAMPLES);
  }
}
