// The one record of what the caller really heard. Chat history, transcript, recording and the hang-up after a goodbye
// all ask here. It joins three sources: what we handed to Twilio and when (play_head.ts), mark echoes (proof), and the
// TTS's word times (heard_text.ts). It sends nothing: worker/media_egress.ts reports to it what it did.

import { assert } from '../../assert.js';
import { FRAME_SAMPLES } from '../../audio_format.js';
import { type HeardText, heardText } from './heard_text.js';
import { type EchoVerdict, MarkBook } from './mark_book.js';
import { BYTES_PER_MS, PLAY_HEAD_DEFAULTS, PlayHead, type PlayHeadOptions } from './play_head.js';
import { ReplyTrack } from './reply_track.js';
import { UnsentAudio } from './unsent_audio.js';

/** Ascending from 1 within a call. A reply is one stretch of agent speech: greeting, answer, idle prompt, goodbye. */
export type ReplyId = number;

/** Replies remembered; older ones can't be asked about any more. A turn asks about one or two. */
const REPLIES_KEPT = 16;
/** How long past the modelled end an outstanding last mark is waited for before the model is believed. */
const MARK_GRACE_MS = 1500;

export interface HeardReply {
  /** What the caller heard, ending at a word's end. */
  text: string;
  /** The rest of the text that was pushed to the TTS. */
  cutText: string;
  /** Everything was heard and nothing more will come. */
  complete: boolean;
  heardMs: number;
  /** The heard position is right to within this many ms. 0 when marks prove it. */
  errorMs: number;
  basis: HeardText['basis'];
}

export interface ClearedPlayout {
  /** The reply whose audio was playing, or was next to play; null when nothing was unplayed. */
  reply: ReplyId | null;
  /** Of that reply: bytes heard. */
  heardBytes: number;
  /** Handed to Twilio, never played. All replies. */
  droppedBytes: number;
  /** Queued locally, never sent: the caller of `cleared` throws these away. All replies. */
  unsentBytes: number;
  /** On the clock of `sent`'s result: audio scheduled at or after this moment was not heard. Null when none was cut. */
  cutAtMs: number | null;
}

export interface TakenBack {
  /** So many of the bytes sent last wait to be sent again. */
  bytes: number;
  /** On the clock of `sent`'s result: audio scheduled at or after this moment was not heard. */
  cutAtMs: number | null;
}

export class PlayoutLedger {
  readonly #head: PlayHead;
  readonly #replies = new Map<ReplyId, ReplyTrack>();
  #nextReply = 1;
  readonly #unsent = new UnsentAudio();
  #lastSent: ReplyTrack | null = null;
  readonly #marks = new MarkBook();

  constructor(options: Partial<PlayHeadOptions> = {}) {
    this.#head = new PlayHead({ ...PLAY_HEAD_DEFAULTS, ...options });
  }

  /** Before anything else: the stream was fed by `lives` others before us, whose audio plays until `playEndMs`. */
  goOn(lives: number, playEndMs: number): void {
    this.#marks.goOn(lives);
    this.#head.follow(playEndMs);
  }

  /** Changes at each clear; audio and marks of an earlier one are history. */
  get generation(): number {
    return this.#marks.generation;
  }

  /** Bytes added but not yet reported as sent. */
  get queuedBytes(): number {
    return this.#unsent.bytes;
  }

  /** Bytes ever sent: the stream position of the next one. */
  get sentBytes(): number {
    return this.#head.sentBytes;
  }

  /** A new reply begins. */
  beginReply(): ReplyId {
    const id = this.#nextReply++;
    this.#replies.set(id, new ReplyTrack(id));
    this.#replies.delete(id - REPLIES_KEPT);
    return id;
  }

  /** More of it may come: neither finished nor cancelled nor forgotten. */
  isOpen(id: ReplyId): boolean {
    return this.#replies.get(id)?.state === 'open';
  }

  /** The first byte of its audio was sent. */
  hasStarted(id: ReplyId): boolean {
    return this.#replies.get(id)?.sentTo != null;
  }

  /** Of its text, the characters whose sound was handed over, up to the end of a word. No allocation as a rule. */
  sentCharacters(id: ReplyId): number {
    return this.#replies.get(id)?.sentCharacters() ?? 0;
  }

  /** Text handed to the TTS for this reply, verbatim and in order. False = the reply is cancelled or forgotten. */
  addText(id: ReplyId, text: string): boolean {
    const reply = this.#open(id);
    if (reply === null) return false;
    reply.text += text;
    return true;
  }

  /** Word times in ms from the reply's first sample (not from a TTS context opened later within it). */
  addWords(id: ReplyId, words: readonly string[], startMs: readonly number[], endMs: readonly number[]): boolean {
    const reply = this.#open(id);
    if (reply === null) return false;
    reply.addWords(words, startMs, endMs);
    return true;
  }

  /** `bytes` of this reply's audio wait locally. 'stale' = cancelled or cleared: the caller must throw them away. */
  addAudio(id: ReplyId, bytes: number): 'queued' | 'stale' {
    const reply = this.#open(id);
    if (reply === null) return 'stale';
    if (bytes <= 0) return 'queued';
    reply.addAudio(bytes);
    this.#unsent.append(reply, bytes);
    return 'queued';
  }

  /**
   * Nothing more of the reply will come. `allIn` = its audio says all of its text; false when the voice failed on the way,
   * so that the words it did not get to are not taken for spoken. Safe twice and after a cancel.
   */
  replyFinished(id: ReplyId, allIn = true): void {
    const reply = this.#open(id);
    if (reply === null) return;
    reply.state = 'finished';
    reply.allIn = allIn;
  }

  /**
   * The reply is given up without a clear (nothing of it reached Twilio, or what did may play on). Its locally queued
   * bytes are dropped; returns how many. Later text, words and audio of it are refused.
   */
  cancelReply(id: ReplyId): number {
    const reply = this.#replies.get(id);
    if (reply === undefined || reply.state === 'cancelled') return 0;
    const dropped = reply.queuedBytes;
    if (reply.state === 'finished' && dropped === 0) return 0;
    this.#unsent.drop(reply);
    reply.queuedBytes = 0;
    reply.state = 'cancelled';
    return dropped;
  }

  /**
   * `bytes` were handed to Twilio now, taken from the local queue in order; what exceeds the queue was silence put in
   * to fill a frame. Returns when the first of them plays (`playStartMs`, for the recorder): pieces of an unbroken
   * stretch join exactly. No allocation while one reply plays on; runs per media message.
   */
  sent(bytes: number, nowMs: number): number {
    let position = this.#head.sentBytes;
    const playStartMs = this.#head.sent(bytes, nowMs);
    let left = bytes;
    let playMs = playStartMs;
    for (let reply = this.#unsent.next; left > 0 && reply !== null; reply = this.#unsent.next) {
      const count = this.#unsent.take(left);
      this.#lastSent = reply;
      reply.sent(position, count, playMs);
      playMs += count / BYTES_PER_MS;
      position += count;
      left -= count;
    }
    return playStartMs;
  }

  /**
   * Playout had stopped and goes on. Returns how many of the bytes sent last should be sent again, at most `keptBytes`, so
   * that it goes on from the start of a word: the one that silence cut off. They are queued again by this.
   */
  rewindToWord(keptBytes: number): number {
    const reply = this.#lastSent;
    if (reply === null || reply.state === 'cancelled') return 0;
    const count = reply.bytesIntoWord;
    if (count === 0 || count > keptBytes) return 0;
    reply.rewind(count);
    this.#unsent.putBack(reply, count);
    return count;
  }

  /** Silence that waits in front is passed over, at most `bytes` of it; returns how many. */
  skip(bytes: number): number {
    const reply = this.#unsent.next;
    if (reply === null || bytes <= 0) return 0;
    const count = this.#unsent.take(bytes);
    reply.skip(count);
    return count;
  }

  /**
   * A `clear` goes to Twilio now, and what it drops is to be sent again later: it is queued again by this. Outstanding marks
   * are stale then. At most `keptBytes` can be taken back. Null, and nothing changes, when that is not enough, when nothing
   * is unplayed, or when some of it belongs to an earlier reply or to one that was given up.
   */
  takeBack(nowMs: number, keptBytes: number): TakenBack | null {
    const reply = this.#lastSent;
    if (reply === null || reply.state === 'cancelled' || reply.sentFrom === null) return null;
    const heardTo = this.#head.bytesAtClear(nowMs);
    const unplayed = reply.sentBytes - reply.bytesBefore(heardTo);
    if (heardTo < reply.sentFrom || unplayed <= 0 || unplayed > keptBytes) return null;
    const cutAtMs = this.#head.playMsOf(heardTo);
    const bytes = reply.takeBack(heardTo, cutAtMs);
    this.#unsent.putBack(reply, bytes);
    this.#head.cleared();
    this.#marks.cleared();
    return { bytes, cutAtMs };
  }

  /**
   * The voice broke off in this reply, the newest with audio. Returns the text that another utterance has to say, from a
   * word's start; how many of the queued bytes must be dropped at their end (a word that is not whole); and where in the
   * reply the other utterance's audio will begin. Null when the reply is over.
   */
  breakOff(id: ReplyId): { rest: string; dropBytes: number; baseMs: number } | null {
    const reply = this.#open(id);
    if (reply === null) return null;
    const { from, dropBytes } = reply.breakOff();
    this.#unsent.dropLast(reply, dropBytes);
    return { rest: reply.text.slice(from), dropBytes, baseMs: reply.audioBytes / BYTES_PER_MS };
  }

  /** A mark is sent now, behind everything sent so far. Returns its name: unique in the call, tagged with the generation. */
  markSent(nowMs: number): string {
    return this.#marks.send(this.#head.sentBytes, this.#head.markReachMs(nowMs));
  }

  /**
   * Twilio echoed a mark. 'played' = everything sent before it was heard. 'stale' = it was outstanding when a clear went
   * out (Twilio sends those back at once, unplayed), or came back before. 'unknown' = we never sent it.
   */
  markEchoed(name: string, nowMs: number): EchoVerdict {
    const verdict = this.#marks.echoed(name);
    if (verdict === 'played') this.#head.echoed(this.#marks.position, this.#marks.reachMs, nowMs);
    return verdict;
  }

  /** Marks sent and neither echoed nor made stale. */
  get marksOutstanding(): number {
    return this.#marks.outstanding;
  }

  /**
   * A `clear` goes to Twilio now and the local queue is thrown away. Decides for good what was heard of every reply,
   * cancels every reply that is open or lost audio, and makes outstanding marks stale. Safe when nothing is queued.
   */
  cleared(nowMs: number): ClearedPlayout {
    const heardTo = this.#head.bytesAtClear(nowMs);
    const errorMs = this.#head.errorMs(nowMs, heardTo);
    const droppedBytes = this.#head.sentBytes - heardTo;
    const cutAtMs = droppedBytes > 0 ? this.#head.playMsOf(heardTo) : null;
    const unsentBytes = this.#unsent.bytes;
    let playing: ReplyTrack | null = null;
    for (const reply of this.#replies.values()) {
      if (reply.cutHeardBytes >= 0) continue;
      const heardBytes = reply.bytesBefore(heardTo);
      const lost = reply.audioBytes - heardBytes;
      if (lost > 0 && playing === null && reply.state !== 'cancelled') playing = reply;
      if (reply.state === 'finished' && lost <= 0) continue;
      reply.cut(heardBytes, lost > 0 ? errorMs : 0);
      if (lost > 0 && reply.endMs !== null && cutAtMs !== null && reply.endMs > cutAtMs) {
        reply.endMs = heardBytes > 0 ? cutAtMs : null;
        if (heardBytes === 0) reply.startMs = null;
      }
    }
    this.#unsent.clear();
    this.#lastSent = null;
    this.#head.cleared();
    this.#marks.cleared();
    return {
      reply: playing?.id ?? null,
      heardBytes: playing === null ? 0 : playing.cutHeardBytes,
      droppedBytes,
      unsentBytes,
      cutAtMs,
    };
  }

  /** Bytes of the outgoing stream that Twilio has played (or dropped by a clear) by now: the best estimate. */
  playHeadBytes(nowMs: number): number {
    return this.#head.bytesAt(nowMs);
  }

  /** Audio the caller would still hear if nothing more were done: Twilio's buffer plus the local queue. */
  unplayedMs(nowMs: number): number {
    return (this.#head.sentBytes - this.#head.bytesAt(nowMs) + this.#unsent.bytes) / BYTES_PER_MS;
  }

  /** Of it, what lies with Twilio. */
  twilioBufferMs(nowMs: number): number {
    return (this.#head.sentBytes - this.#head.bytesAt(nowMs)) / BYTES_PER_MS;
  }

  /**
   * All queued audio was sent and has played. Proven by a mark when one stands at the end of the audio; if its echo stays
   * away, the model is believed MARK_GRACE_MS after its own estimate, so that a lost echo can't keep a call open.
   */
  drained(nowMs: number): boolean {
    if (this.#unsent.bytes > 0) return false;
    if (this.#head.provenBytes >= this.#head.sentBytes) return true;
    return nowMs >= this.drainedAtMs();
  }

  /** When `drained` turns true by itself, without an echo, if nothing more is sent. */
  drainedAtMs(): number {
    const awaited = this.#marks.awaits(this.#head.sentBytes);
    return this.#head.emptyAtMs + (awaited ? MARK_GRACE_MS : 0);
  }

  /** The reply is finished (or cancelled) and everything of it that was sent has played; the same proof as `drained`. */
  replyPlayed(id: ReplyId, nowMs: number): boolean {
    const reply = this.#replies.get(id);
    if (reply === undefined || reply.cutHeardBytes >= 0) return true;
    if (reply.state === 'open' || reply.queuedBytes > 0) return false;
    const end = reply.sentTo;
    if (end === null) return true;
    if (this.#head.provenBytes >= end) return true;
    // What fills its last frame is no other reply's: there is a mark behind it, and to believe the model a few ms too early
    // would have the tail of a last word cleared.
    return this.#head.sentBytes - end >= FRAME_SAMPLES ? this.#head.bytesAt(nowMs) >= end : this.drained(nowMs);
  }

  /** What the caller has heard of this reply by now; null when it is forgotten (the last 16 are kept). */
  heard(id: ReplyId, nowMs: number): HeardReply | null {
    const reply = this.#replies.get(id);
    if (reply === undefined) return null;
    const cut = reply.cutHeardBytes >= 0;
    const headBytes = this.#head.bytesAt(nowMs);
    const heardBytes = cut ? reply.cutHeardBytes : reply.bytesBefore(headBytes);
    const allHeard = heardBytes >= reply.audioBytes;
    const { end, basis } = heardText({
      text: reply.text,
      words: reply.words,
      wordStartMs: reply.wordStartMs,
      wordEndMs: reply.wordEndMs,
      heardMs: heardBytes / BYTES_PER_MS,
      audioMs: reply.audioBytes / BYTES_PER_MS,
      finished: reply.allIn,
    });
    return {
      text: reply.text.slice(0, end),
      cutText: reply.text.slice(end),
      complete: reply.allIn && allHeard && end === reply.text.length,
      heardMs: heardBytes / BYTES_PER_MS,
      errorMs: cut ? reply.cutErrorMs : allHeard && this.#proven(reply) ? 0 : this.#head.errorMs(nowMs, headBytes),
      basis,
    };
  }

  /** When the reply's first and last heard (or scheduled) byte plays, on the clock of `sent`'s result; null before audio. */
  playSpan(id: ReplyId): { startMs: number; endMs: number } | null {
    const reply = this.#replies.get(id);
    if (reply === undefined || reply.startMs === null || reply.endMs === null) return null;
    return { startMs: reply.startMs, endMs: reply.endMs };
  }

  #open(id: ReplyId): ReplyTrack | null {
    assert(id > 0 && id < this.#nextReply, 'replies begin with beginReply');
    const reply = this.#replies.get(id);
    return reply === undefined || reply.state !== 'open' ? null : reply;
  }

  #proven(reply: ReplyTrack): boolean {
    return this.#head.provenBytes >= (reply.sentTo ?? 0);
  }
}
