// The agent's audio on its way to the caller's ear, and the one place that paces: reply audio waits here and goes to Twilio
// on absolute deadlines, a fixed lead ahead of what the caller hears. A small lead keeps barge-in exact, a stall shorter
// than the lead is not heard, and after a longer one the schedule catches up instead of drifting.
//
// Queue, ledger, the recording's agent channel and the levels we play are told of each byte here and nowhere else, so they can't disagree.
//
//   hold    nothing more is handed over; costs nothing until the lead has run out, the caller hears no gap till then
//   pause   a hold that is heard at once: what Twilio has not played is taken back
//   resume  goes on: where it was if the lead still lasts, else from the start of the word that the silence cut off
//   cut     what is not heard yet never will be; decides for good what was heard
//
// Whose turn it is, what is said and why is not known here.

import type { PlayedLevels } from '../audio/sound/played_levels.js';
import { BYTES_PER_MS, FRAME_SAMPLES } from '../audio_format.js';
import { PlayoutLedger, type ReplyId } from '../conversation/playout/playout_ledger.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { ByteQueue } from './byte_queue.js';
import type { MediaEgress } from './media_egress.js';
import type { Recorder } from './recorder.js';
import type { Timeline } from './timeline.js';

export interface PacingOptions {
  /** How far ahead of the caller's ear audio is handed over. */
  leadMs: number;
  /** Audio in one media message: fewer, larger messages cost less on both sides. */
  messageMs: number;
}

/** How much of a reply the caller heard, and on the engine clock when. */
export interface Heard {
  text: string;
  complete: boolean;
  startMs: number | null;
  endMs: number | null;
}

/** A mark after this much audio: often enough to know what was heard, rare enough to cost nothing. */
const MARK_EVERY_BYTES = 500 * BYTES_PER_MS;
/** The play head may lag this little before the gap counts: one sample of rounding is no gap. */
const GAP_MS = 1;
/** Nearer than this to running dry, audio does not wait for the next beat. */
const URGENT_MS = 20;
/** A pause this short in the middle of a word is not noticed: to say the word again would be. */
const UNHEARD_PAUSE_MS = 40;
/** Silence before a cut tells that it cut no word off, whatever the voice says about the word's end. */
const SILENT_EDGE_BYTES = 40 * BYTES_PER_MS;
/** So much silence before the word we go on with is left out at most. */
const SKIPPED_BYTES_MAX = 160 * BYTES_PER_MS;

export class Playout {
  recorder: Recorder | null = null;
  /** Is told how loud we are when; null = nobody compares the caller with us. */
  played: PlayedLevels | null = null;
  framesOut = 0;
  underruns = 0;
  readonly #ledger = new PlayoutLedger();
  readonly #queue = new ByteQueue();
  readonly #egress: MediaEgress;
  readonly #metrics: ThreadMetrics;
  readonly #options: PacingOptions;
  readonly #timeline: Timeline;
  readonly #onSent: () => void;
  readonly #messageBytes: number;
  /** Engine clock until which Twilio has audio to play. */
  #playEndMs = 0;
  /** The same of what was sent before us. */
  #othersEndMs = 0;
  /** Since when there has been something to send. */
  #readyMs = 0;
  /** Before this the lead is full: a beat has nothing to do. 0 = not known. */
  #dueMs = 0;
  #replySentBytes = 0;
  #sinceMarkBytes = 0;
  #latest: ReplyId | null = null;
  #finishing = false;
  #held = false;
  /** When the last CLEAR was written; 0 = a mark has come back for it. */
  #clearedMs = 0;

  /** @param onSent a message of audio went out */
  constructor(
    egress: MediaEgress,
    metrics: ThreadMetrics,
    options: PacingOptions,
    timeline: Timeline,
    onSent: () => void,
  ) {
    this.#egress = egress;
    this.#metrics = metrics;
    this.#options = options;
    this.#timeline = timeline;
    this.#onSent = onSent;
    this.#messageBytes = options.messageMs * BYTES_PER_MS;
  }

  /** Before anything else: `lives` workers fed this stream before, and their audio plays until `playEndMs`. */
  goOn(lives: number, playEndMs: number): void {
    this.#playEndMs = this.#othersEndMs = playEndMs;
    this.#dueMs = 0;
    this.#ledger.goOn(lives, playEndMs);
  }

  /** A new reply follows; what is still queued of the one before plays first. A hold stays a hold. */
  begin(): ReplyId {
    this.#replySentBytes = 0;
    this.#finishing = false;
    this.#dueMs = 0;
    this.#latest = this.#ledger.beginReply();
    return this.#latest;
  }

  /** Text whose audio will follow, verbatim and in order. */
  text(id: ReplyId, text: string): void {
    this.#ledger.addText(id, text);
  }

  /** Word times in ms from the reply's first sample. */
  words(id: ReplyId, words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void {
    this.#ledger.addWords(id, words, startMs, endMs);
  }

  /** Audio of the reply, mu-law; copied. What belongs to a reply that was cut is dropped, counted. */
  audio(id: ReplyId, mulaw: Uint8Array, nowMs: number): void {
    if (!this.#ledger.isOpen(id)) return this.#metrics.add('stale_audio');
    if (id !== this.#latest) this.#follow(id);
    const before = this.#queue.length;
    if (!this.#queue.append(mulaw)) return this.#metrics.add('reply_too_long');
    this.#ledger.addAudio(id, mulaw.length);
    if (before < FRAME_SAMPLES && this.#queue.length >= FRAME_SAMPLES) this.#readyMs = nowMs;
    // The first audio is what the caller waits for, and audio that comes when the line is about to run dry is as urgent:
    // neither waits for the beat.
    if (this.#replySentBytes === 0 || this.aheadMs(nowMs) < URGENT_MS) this.tick(nowMs);
  }

  /** A reply begun before the newest has its first audio: it plays behind that, and is the one under way. */
  #follow(id: ReplyId): void {
    this.#latest = id;
    this.#finishing = false;
    this.#dueMs = 0;
    this.#replySentBytes = 0;
  }

  /**
   * No more audio comes for the reply: what is there is sent, padded to a frame, with a last mark.
   * `allIn` = its audio says all of its text; false when the voice failed on the way.
   */
  finish(id: ReplyId, nowMs: number, allIn = true): void {
    this.#ledger.replyFinished(id, allIn);
    if (id !== this.#latest) return;
    this.#finishing = true;
    this.#dueMs = 0;
    if (this.#queue.length === 0 && this.#sinceMarkBytes > 0) this.#sendMark(nowMs);
    this.tick(nowMs);
  }

  /**
   * The voice broke off in this reply, the newest: what is left to say of its text, from a word's start, and at which
   * millisecond of the reply the audio of that begins. What was begun of a word and is unsent is dropped.
   */
  breakOff(id: ReplyId): { rest: string; baseMs: number } {
    const broken = this.#ledger.breakOff(id);
    if (broken === null) return { rest: '', baseMs: 0 };
    this.#queue.dropLast(broken.dropBytes);
    this.#dueMs = 0;
    return broken;
  }

  /** Feeding stops; model and voice go on, and their audio waits. Safe twice. */
  hold(nowMs: number): void {
    if (this.#held) return;
    this.#held = true;
    // Its echo proves how far the caller has heard when it comes to a decision.
    if (this.#sinceMarkBytes > 0) this.#sendMark(nowMs);
  }

  /**
   * The caller hears nothing from now on, and nothing is given up: what lies with Twilio is taken back and waits here. Where
   * that is impossible, and for the last of a reply, a hold. Safe twice. Ends with `resume` or `cut`.
   */
  pause(nowMs: number): void {
    const taken =
      this.#queue.length > 0 && this.#egress.isOpen ? this.#ledger.takeBack(nowMs, this.#queue.keptBytes) : null;
    if (taken === null) return this.hold(nowMs);
    this.#held = true;
    this.#queue.unread(taken.bytes);
    this.#sinceMarkBytes = 0;
    this.#playEndMs = this.#clearedMs = nowMs;
    this.#dueMs = 0;
    this.#egress.clear();
    this.#tellCut(taken.cutAtMs);
  }

  /** Since when a hold or a pause has kept the caller in silence; null = there is none, or they still hear us. */
  silentSinceMs(nowMs: number): number | null {
    return this.#held && this.#playEndMs <= nowMs ? this.#playEndMs : null;
  }

  /** Feeding goes on after a hold. Nothing is skipped. Safe twice, and after a cut. */
  resume(nowMs: number): void {
    if (!this.#held) return;
    this.#held = false;
    this.#dueMs = 0;
    // Nothing waits: the silence did not come from the hold. Nothing sent yet: it cut no word of this reply.
    const isCut = this.#queue.length > 0 && this.#latest !== null && this.#ledger.hasStarted(this.#latest);
    if (this.#queue.length > 0 && this.#replySentBytes > 0 && nowMs > this.#playEndMs)
      this.#metrics.add('floor_pauses');
    if (isCut && nowMs - this.#playEndMs > UNHEARD_PAUSE_MS) this.#goToWord();
    // The silence was wanted: nobody was late, and what is sent first now makes no hole.
    this.#readyMs = nowMs;
    if (nowMs > this.#playEndMs) this.#replySentBytes = 0;
    this.tick(nowMs);
  }

  /** What comes next begins at the start of a word: of the one that was cut off, if one was. */
  #goToWord(): void {
    const queue = this.#queue;
    if (!queue.tookSilence(SILENT_EDGE_BYTES)) queue.unread(this.#ledger.rewindToWord(queue.keptBytes));
    // There has been silence enough, and a reply may end in some.
    if (queue.length > SKIPPED_BYTES_MAX) queue.skip(this.#ledger.skip(queue.silentBytes(SKIPPED_BYTES_MAX)));
  }

  get isHeld(): boolean {
    return this.#held;
  }

  /**
   * Nothing more is heard of any reply: drops what is queued and has Twilio drop what it holds. Depends on unplayed audio,
   * not on whether a reply is still being made. Ends a hold. Returns whether there was anything to drop.
   */
  cut(nowMs: number): boolean {
    const isUnplayed = this.#ledger.unplayedMs(nowMs) > 0 || nowMs < this.#othersEndMs;
    this.#queue.clear();
    this.#sinceMarkBytes = this.#replySentBytes = 0;
    this.#finishing = this.#held = false;
    this.#dueMs = 0;
    this.#tellCut(this.#ledger.cleared(nowMs).cutAtMs);
    if (!isUnplayed || !this.#egress.isOpen) return false;
    this.#playEndMs = this.#clearedMs = nowMs;
    this.#dueMs = 0;
    this.#egress.clear();
    return true;
  }

  /** A mark came back. */
  mark(name: string, nowMs: number): void {
    if (this.#ledger.markEchoed(name, nowMs) === 'played') return;
    this.#metrics.add('stale_marks');
    if (this.#clearedMs > 0) this.#metrics.observe('clear_echo_ms', nowMs - this.#clearedMs);
    this.#clearedMs = 0;
  }

  /** The first of its audio has gone out. */
  hasStarted(id: ReplyId): boolean {
    return this.#ledger.hasStarted(id);
  }

  /** Of its text, the characters whose sound has gone out. */
  sentCharacters(id: ReplyId): number {
    return this.#ledger.sentCharacters(id);
  }

  /** It is finished or cut, and the caller has heard all of it that was sent. */
  isOver(id: ReplyId, nowMs: number): boolean {
    return this.#ledger.replyPlayed(id, nowMs);
  }

  heard(id: ReplyId, nowMs: number): Heard {
    const heard = this.#ledger.heard(id, nowMs);
    const span = this.#ledger.playSpan(id);
    return {
      text: heard?.text.trim() ?? '',
      complete: heard?.complete ?? false,
      startMs: span?.startMs ?? null,
      endMs: span?.endMs ?? null,
    };
  }

  /** Reply audio that waits here. */
  get queuedMs(): number {
    return this.#queue.length / BYTES_PER_MS;
  }

  /** What Twilio still has to play, by our clock; negative = the line has been silent for so long. */
  aheadMs(nowMs: number): number {
    return this.#playEndMs - nowMs;
  }

  /** Hands over what is due. Call on every beat. No allocation. */
  tick(nowMs: number): void {
    if (!this.#egress.flush() || nowMs < this.#dueMs) return;
    const queue = this.#queue;
    if (!this.#egress.isOpen || this.#held) return;
    while (queue.length > 0) {
      let count = Math.min(queue.length, this.#messageBytes);
      if (!this.#finishing) count -= count % FRAME_SAMPLES;
      if (count === 0) return;
      const paddedCount = Math.ceil(count / FRAME_SAMPLES) * FRAME_SAMPLES;
      const aheadMs = this.#playEndMs - nowMs;
      const overMs = aheadMs + paddedCount / BYTES_PER_MS - this.#options.leadMs;
      if (overMs > 0) {
        // A reply that ends, or silence that is wanted, makes it sooner: they forget it.
        this.#dueMs = nowMs + overMs;
        return;
      }
      if (count < this.#messageBytes && !this.#finishing && aheadMs > this.#options.leadMs / 2) {
        // A partial message is worth its cost only when the caller would otherwise run dry. Waiting is not lateness.
        this.#readyMs = nowMs;
        return;
      }
      if (!this.#egress.media(queue, count, paddedCount)) return;
      this.#account(paddedCount, nowMs);
      const playMs = this.#ledger.sent(paddedCount, nowMs);
      const callMs = this.#timeline.toCallMs(playMs);
      const mulaw = this.#egress.sentMulaw(paddedCount);
      this.recorder?.agent(callMs, mulaw, 0, paddedCount);
      this.played?.sent(callMs, mulaw, 0, paddedCount);
      this.#onSent();
      this.#sinceMarkBytes += paddedCount;
      if ((this.#finishing && queue.length === 0) || this.#sinceMarkBytes >= MARK_EVERY_BYTES) this.#sendMark(nowMs);
    }
  }

  /** What was handed over and plays from `cutAtMs` on is not heard; null = there is none. */
  #tellCut(cutAtMs: number | null): void {
    if (cutAtMs === null) return;
    const callMs = this.#timeline.toCallMs(cutAtMs);
    this.recorder?.cleared(callMs);
    this.played?.cut(callMs);
  }

  #account(count: number, nowMs: number): void {
    const metrics = this.#metrics;
    const frames = count / FRAME_SAMPLES;
    this.framesOut += frames;
    metrics.add('frames_out', frames);
    if (this.#replySentBytes > 0 && nowMs - this.#playEndMs > GAP_MS) {
      // The caller heard a hole. Ours if the audio lay here in time, the provider's if it did not.
      const ours = this.#readyMs < this.#playEndMs - GAP_MS;
      if (ours) this.underruns++;
      metrics.add(ours ? 'underruns' : 'tts_gaps');
    }
    // Due is when there was audio and room for it inside the lead.
    const dueMs = Math.max(this.#readyMs, this.#playEndMs + count / BYTES_PER_MS - this.#options.leadMs);
    metrics.observe('frame_late_ms', Math.max(0, nowMs - dueMs));
    this.#playEndMs = Math.max(this.#playEndMs, nowMs) + count / BYTES_PER_MS;
    this.#replySentBytes += count;
  }

  #sendMark(nowMs: number): void {
    this.#sinceMarkBytes = 0;
    this.#egress.mark(this.#ledger.markSent(nowMs));
  }
}
