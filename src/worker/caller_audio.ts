// Where a caller's 20 ms frames go: into the recording, to speech recognition in small batches, and to the VAD, whose
// probabilities come back here and become "began to speak" and "fell silent", on the engine's clock.

import type { CallPlan } from '../agents/call_plan.js';
import type { SoundFeatures } from '../audio/sound/sound_batch.js';
import { SpeechDetector } from '../audio/vad/speech_detector.js';
import type { VadBatch } from '../audio/vad/vad_batch.js';
import { BYTES_PER_MS, FRAME_MS, FRAME_SAMPLES, MULAW_SILENCE } from '../audio_format.js';
import type { SttSession } from '../providers/stt.js';
import type { Recorder } from './recorder.js';

/** Audio sent to STT at once while the caller speaks: what it costs to send is per message, what it delays is this. */
const STT_BATCH_SPEECH = 60 * BYTES_PER_MS;
/** The same while we only listen: the words that count are those behind Finalize, which sends what there is before it. */
const STT_BATCH_LISTENING = 100 * BYTES_PER_MS;
/** The same in silence, where nobody waits for the words. */
const STT_BATCH_SILENCE = 240 * BYTES_PER_MS;
/** What is taken in instead of a caller who is not to be heard. */
const SILENT_MULAW = new Uint8Array(FRAME_SAMPLES).fill(MULAW_SILENCE);
const SILENT_PCM = new Int16Array(FRAME_SAMPLES);
/** Sound is judged as at most this old: audio that was held up longer was still heard by us only now. */
const JUDGED_LATE_MAX_MS = 1000;

export interface CallerAudioHandlers {
  /**
   * A window that ended at `atMs`, before what the VAD makes of it. Only where the VAD was asked to describe the stream; the
   * object is filled anew each time.
   */
  onWindow?(window: SoundFeatures, atMs: number, nowMs: number): void;
  /** The VAD is sure that the caller speaks, and has since `startMs`. */
  onSpeechStart(startMs: number, nowMs: number): void;
  /** The VAD hears silence within speech, perhaps its end, since `audioMs` on the recogniser's clock. */
  onSpeechPause(audioMs: number, nowMs: number): void;
  /** It was none: speech goes on. */
  onSpeechResume(nowMs: number): void;
  /** The VAD is sure that the caller fell silent at `endMs`; `audioMs` = the same on the recogniser's clock. */
  onSpeechEnd(endMs: number, audioMs: number, nowMs: number): void;
}

export class CallerAudio {
  recorder: Recorder | null = null;
  stt: SttSession | null = null;
  /** Nothing of ours is said or being made that a word of the caller's could stop. */
  wordsMayWait = false;
  /** Call time before which nothing may be heard of the caller; infinite = not heard at all. */
  #deafToMs = Number.NEGATIVE_INFINITY;
  /** Seconds of audio given to STT, for the bill. */
  sttSeconds = 0;
  readonly #vad: VadBatch;
  readonly #vadStream: number;
  readonly #handlers: CallerAudioHandlers;
  readonly #detector: SpeechDetector;
  readonly #batch = new Uint8Array(STT_BATCH_SILENCE);
  #batched = 0;
  /** Audio that recognition was given, in ms: its clock. What is still in the batch will be. */
  #sttMs = 0;
  /** Our clock less the recogniser's, as of the last window. */
  behindMs = 0;
  #pushedSamples = 0;
  #frameEndCallMs = 0;

  constructor(vad: VadBatch, vadStream: number, options: CallPlan['vad'], handlers: CallerAudioHandlers) {
    this.#vad = vad;
    this.#vadStream = vadStream;
    this.#handlers = handlers;
    this.#detector = new SpeechDetector(options);
  }

  /** Recognition begins here, with a clock of its own. What is collected is for it. */
  begin(stt: SttSession): void {
    this.stt = stt;
    this.#sttMs = 0;
  }

  /** Nobody of ours is to hear the caller: VAD and recognition get silence, and keep their clocks. */
  get isDeaf(): boolean {
    return this.#deafToMs === Number.POSITIVE_INFINITY;
  }

  /** The caller is not to be heard from now on, or again from `callMs` on: what was said before may still come in. */
  deafen(isDeaf: boolean, callMs: number): void {
    this.#deafToMs = isDeaf ? Number.POSITIVE_INFINITY : callMs;
  }

  /** One frame that begins at `callMs` on the call's timeline. No allocation. */
  frame(mulaw: Uint8Array, pcm: Int16Array, callMs: number): void {
    const isDeaf = callMs < this.#deafToMs;
    this.recorder?.caller(callMs, mulaw);
    this.#frameEndCallMs = callMs + FRAME_MS;
    this.#vad.push(this.#vadStream, isDeaf ? SILENT_PCM : pcm, 0, FRAME_SAMPLES, this.#frameEndCallMs);
    this.#pushedSamples += FRAME_SAMPLES;
    this.#batch.set(isDeaf ? SILENT_MULAW : mulaw, this.#batched);
    this.#batched += FRAME_SAMPLES;
    if (this.#batched >= this.#batchBytes()) this.flushStt();
  }

  #batchBytes(): number {
    if (!this.#detector.speaking) return STT_BATCH_SILENCE;
    return this.wordsMayWait ? STT_BATCH_LISTENING : STT_BATCH_SPEECH;
  }

  /** Sends what is collected; before Finalize, so that nothing said is missing from the answer. */
  flushStt(): void {
    if (this.#batched === 0) return;
    if (this.stt) {
      this.stt.sendAudio(this.#batch.subarray(0, this.#batched));
      this.#sttMs += this.#batched / BYTES_PER_MS;
    }
    this.sttSeconds += this.#batched / BYTES_PER_MS / 1000;
    this.#batched = 0;
  }

  /** One VAD window that ended with the stream's sample `endSample`. `originMs` = engine time of call time zero. */
  probability(
    probability: number,
    endSample: number,
    originMs: number,
    nowMs: number,
    sound: SoundFeatures | null = null,
  ): void {
    const behindMs = (this.#pushedSamples - endSample) / BYTES_PER_MS;
    const saidMs = originMs + this.#frameEndCallMs - behindMs;
    const atMs = Math.min(Math.max(saidMs, nowMs - JUDGED_LATE_MAX_MS), nowMs);
    this.behindMs = atMs - (this.#sttMs + this.#batched / BYTES_PER_MS - behindMs);
    if (sound !== null) this.#handlers.onWindow?.(sound, atMs, nowMs);
    const change = this.#detector.push(probability, atMs);
    if (change === 'speech_start') this.#handlers.onSpeechStart(this.#detector.speechStartMs, nowMs);
    else if (change === 'speech_pause')
      this.#handlers.onSpeechPause(this.#detector.pauseStartMs - this.behindMs, nowMs);
    else if (change === 'speech_resume') this.#handlers.onSpeechResume(nowMs);
    else if (change === 'speech_end') {
      const { speechEndMs } = this.#detector;
      // In audio, not by the clock, which may be put right at any time.
      this.#handlers.onSpeechEnd(speechEndMs, speechEndMs - this.behindMs, nowMs);
    }
  }
}
