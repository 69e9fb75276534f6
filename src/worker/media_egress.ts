// The agent's side of the media path, and the one place that paces: reply audio waits here and goes to Twilio on
// absolute deadlines, a fixed lead ahead of what the caller hears. A small lead keeps barge-in exact, a stall shorter
// than the lead is not heard, and after a longer one the schedule catches up instead of drifting.

import type { Dsp } from '../audio/kernels/addon.js';
import { BYTES_PER_MS, FRAME_SAMPLES, MULAW_SILENCE } from '../audio_format.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { EGRESS } from '../threads/record_types.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import { clearMessage, markMessage, mediaPrefix } from '../twilio/media_wire.js';
import { ByteQueue } from './byte_queue.js';

export interface EgressOptions {
  /** How far ahead of the caller's ear audio is handed over. */
  leadMs: number;
  /** Audio in one media message: fewer, larger messages cost less on both sides. */
  messageMs: number;
}

/** A mark after this much audio: often enough to know what was heard, rare enough to cost nothing. */
const MARK_EVERY_BYTES = 500 * BYTES_PER_MS;
/** The play head may lag this little before the gap counts: one sample of rounding is no gap. */
const GAP_MS = 1;
/** A ring that stays full this long has no reader any more. */
const BACKLOG_MAX = 64;
/** JSON around the payload, with the longest streamSid Twilio makes. */
const MESSAGE_OVERHEAD_BYTES = 160;

export interface EgressHandlers {
  /** The first `count` of `bytes` were handed over; valid during the call only. */
  onSent(bytes: Uint8Array, count: number): void;
  /** A mark is due; gives its name. */
  nextMark(): string;
  /** Something is in the egress ring. */
  onDirty(): void;
}

/** Scratch that all calls of a worker share. */
export class EgressBuffers {
  readonly mulaw = new Uint8Array(1 << 13);
}

export class MediaEgress {
  framesOut = 0;
  underruns = 0;
  private readonly queue = new ByteQueue();
  private readonly messageBytes: number;
  private prefix: Uint8Array | null = null;
  private streamSid = '';
  /** Engine clock until which Twilio has audio to play. */
  private playEndMs = 0;
  /** Since when there has been something to send. */
  private readyMs = 0;
  private replySentBytes = 0;
  private sinceMarkBytes = 0;
  private finishing = false;
  /** The last audio due met a full ring. */
  private held = false;
  /** Marks and clears that met a full ring. They may be late, never lost: a lost clear is an agent that talks on. */
  private backlog: string[] = [];

  constructor(
    private readonly ring: SpscRing,
    private readonly dsp: Dsp,
    private readonly metrics: ThreadMetrics,
    private readonly buffers: EgressBuffers,
    private readonly options: EgressOptions,
    private readonly handlers: EgressHandlers,
  ) {
    this.messageBytes = options.messageMs * BYTES_PER_MS;
  }

  /** The stream is known: from now on audio can go out. */
  open(streamSid: string): void {
    this.streamSid = streamSid;
    this.prefix = mediaPrefix(streamSid);
  }

  /** A new reply follows; what is still queued of the one before plays first. */
  begin(): void {
    this.replySentBytes = 0;
    this.finishing = false;
  }

  /** Queues reply audio; false = the reply is longer than the queue may hold, and this chunk is lost. */
  append(mulaw: Uint8Array, nowMs: number): boolean {
    const before = this.queue.length;
    if (!this.queue.append(mulaw)) return false;
    if (before < FRAME_SAMPLES && this.queue.length >= FRAME_SAMPLES) this.readyMs = nowMs;
    return true;
  }

  /** No more audio comes for this reply: send the rest, padded to a frame, and a last mark. */
  finish(): void {
    this.finishing = true;
    if (this.queue.length === 0 && this.sinceMarkBytes > 0) this.sendMark();
  }

  /** Reply audio that waits here. */
  get queuedMs(): number {
    return this.queue.length / BYTES_PER_MS;
  }

  /** What Twilio still has to play, by our clock; negative = the line has been silent for so long. */
  aheadMs(nowMs: number): number {
    return this.playEndMs - nowMs;
  }

  /** Hands over what is due. Call on every tick. */
  tick(nowMs: number): void {
    if (!this.prefix || (this.backlog.length > 0 && !this.flushBacklog())) return;
    while (this.queue.length > 0) {
      let count = Math.min(this.queue.length, this.messageBytes);
      if (!this.finishing) count -= count % FRAME_SAMPLES;
      if (count === 0) return;
      const frames = Math.ceil(count / FRAME_SAMPLES);
      const aheadMs = this.playEndMs - nowMs;
      if (aheadMs + (frames * FRAME_SAMPLES) / BYTES_PER_MS > this.options.leadMs) return;
      if (count < this.messageBytes && !this.finishing && aheadMs > this.options.leadMs / 2) {
        // A partial message is worth its cost only when the caller would otherwise run dry. Waiting is not lateness.
        this.readyMs = nowMs;
        return;
      }
      if (!this.send(count, frames * FRAME_SAMPLES, nowMs)) return;
    }
  }

  /**
   * The caller took the floor: drops what is queued and tells Twilio to drop what it holds. Depends on unplayed audio,
   * not on whether a reply is still being made; `unplayed` is the ledger's word on it, which knows the network's delay.
   * Returns false when there was nothing to drop.
   */
  clear(nowMs: number, unplayed = this.playEndMs > nowMs || this.queue.length > 0): boolean {
    this.queue.clear();
    this.sinceMarkBytes = 0;
    this.replySentBytes = 0;
    this.finishing = false;
    if (!unplayed || !this.prefix) return false;
    this.playEndMs = nowMs;
    this.write(clearMessage(this.streamSid));
    return true;
  }

  /** Closes the media socket after everything written so far. */
  close(): void {
    if (!this.ring.tryWriteText(EGRESS.CLOSE, '')) this.metrics.add('ring_dropped_egress');
    this.prefix = null;
    this.queue.clear();
    this.handlers.onDirty();
  }

  private send(count: number, paddedCount: number, nowMs: number): boolean {
    const at = this.ring.reserve(EGRESS.MESSAGE, MESSAGE_OVERHEAD_BYTES + Math.ceil(paddedCount / 3) * 4);
    if (at < 0) {
      // Nothing is lost: the audio stays queued and every tick tries again.
      if (!this.held) this.metrics.add('egress_held');
      this.held = true;
      return false;
    }
    this.held = false;
    const { mulaw } = this.buffers;
    this.queue.take(mulaw, 0, count);
    if (paddedCount > count) mulaw.fill(MULAW_SILENCE, count, paddedCount);
    this.ring.commit(this.dsp.buildMedia(this.prefix!, mulaw, 0, paddedCount, this.ring.bytes, at));
    this.account(paddedCount, nowMs);
    this.handlers.onSent(mulaw, paddedCount);
    this.sinceMarkBytes += paddedCount;
    const last = this.finishing && this.queue.length === 0;
    if (last || this.sinceMarkBytes >= MARK_EVERY_BYTES) this.sendMark();
    this.handlers.onDirty();
    return true;
  }

  private account(count: number, nowMs: number): void {
    const { metrics } = this;
    const frames = count / FRAME_SAMPLES;
    this.framesOut += frames;
    metrics.add('frames_out', frames);
    if (this.replySentBytes > 0 && nowMs - this.playEndMs > GAP_MS) {
      // The caller heard a hole. Ours if the audio lay here in time, the provider's if it did not.
      const ours = this.readyMs < this.playEndMs - GAP_MS;
      if (ours) this.underruns++;
      metrics.add(ours ? 'underruns' : 'tts_gaps');
    }
    // Due is when there was audio and room for it inside the lead.
    const dueMs = Math.max(this.readyMs, this.playEndMs + count / BYTES_PER_MS - this.options.leadMs);
    metrics.observe('frame_late_ms', Math.max(0, nowMs - dueMs));
    this.playEndMs = Math.max(this.playEndMs, nowMs) + count / BYTES_PER_MS;
    this.replySentBytes += count;
  }

  private sendMark(): void {
    this.sinceMarkBytes = 0;
    this.write(markMessage(this.streamSid, this.handlers.nextMark()));
  }

  private write(message: string): void {
    if (this.backlog.length > 0 || !this.ring.tryWriteText(EGRESS.MESSAGE, message)) {
      if (this.backlog.length < BACKLOG_MAX) this.backlog.push(message);
      else this.metrics.add('ring_dropped_egress');
    }
    this.handlers.onDirty();
  }

  private flushBacklog(): boolean {
    while (this.backlog.length > 0) {
      if (!this.ring.tryWriteText(EGRESS.MESSAGE, this.backlog[0])) return false;
      this.backlog.shift();
    }
    return true;
  }
}
