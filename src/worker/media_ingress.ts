// The caller's side of the media path: drains a call's ingress ring, takes Twilio's messages apart, smooths the audio
// and delivers 20 ms frames in order. What the frames mean is decided elsewhere. No allocation per media message.

import { JitterBuffer } from '../audio/jitter_buffer.js';
import type { Dsp } from '../audio/kernels/addon.js';
import { BYTES_PER_MS, FRAME_SAMPLES } from '../audio_format.js';
import type { CounterName } from '../metrics/metric_names.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { INGRESS } from '../threads/record_types.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import { parseTwilioMessage, type TwilioStart } from '../twilio/media_messages.js';

/** Messages refused before the connection is given up as "not Twilio": noise is survived, nonsense is not served. */
const BAD_MESSAGES_MAX = 50;

export interface IngressHandlers {
  onSocketOpen(): void;
  onStart(start: TwilioStart): void;
  /** One frame, valid during the call only. `callMs` is where it begins on the call's timeline. */
  onFrame(mulaw: Uint8Array, pcm: Int16Array, callMs: number): void;
  onMark(name: string): void;
  onDtmf(digit: string): void;
  onStop(): void;
  onSocketClosed(code: number): void;
  onHangup(reason: string): void;
  /** Too much of what came is not the Twilio protocol. */
  onProtocolError(): void;
}

/** Scratch that all calls of a worker share: a message is handled before the next one is read. */
export class IngressBuffers {
  readonly mulaw = new Uint8Array(1 << 16);
  readonly pcm = new Int16Array(1 << 16);
  readonly frameMulaw = new Uint8Array(FRAME_SAMPLES);
  readonly framePcm = new Int16Array(FRAME_SAMPLES);
  readonly meta = new Int32Array(4);
  readonly decoder = new TextDecoder('utf-8', { fatal: true });
}

const NOTHING = new Uint8Array(0);

export class MediaIngress {
  readonly jitter = new JitterBuffer();
  framesIn = 0;
  /** Engine clock at which the call's timeline begins: at `start`, until the first media messages tell it better. */
  originMs = Number.POSITIVE_INFINITY;
  private started = false;
  private streamSid = NOTHING;
  private firstTimestampMs: number | null = null;
  private badMessages = 0;
  private counted = { lost: 0, late: 0, concealed: 0 };

  constructor(
    private readonly ring: SpscRing,
    private readonly dsp: Dsp,
    private readonly metrics: ThreadMetrics,
    private readonly buffers: IngressBuffers,
    private readonly handlers: IngressHandlers,
  ) {}

  /** Handles everything that is in the ring, then delivers the frames that are due. */
  drain(nowMs: number): void {
    const ring = this.ring;
    if (ring.isEmpty) {
      if (this.started) this.deliver(nowMs);
      return;
    }
    this.metrics.observe('ring_depth_bytes', ring.depthBytes);
    while (ring.next()) {
      if (ring.type === INGRESS.MESSAGE) this.onMessage(nowMs);
      else this.onControl();
    }
    ring.release();
    this.deliver(nowMs);
  }

  private onMessage(nowMs: number): void {
    const { ring, buffers } = this;
    const samples = this.dsp.parseMedia(
      ring.bytes,
      ring.offset,
      ring.length,
      this.streamSid,
      buffers.mulaw,
      0,
      buffers.pcm,
      0,
      buffers.meta,
    );
    if (samples > 0) {
      if (!this.started) return this.refuse('bad_order');
      // The difference of two 32-bit stamps, signed: what came in while this batch was drained is younger than `nowMs`.
      this.metrics.observe('ingress_delay_ms', Math.max(0, ((nowMs >>> 0) - ring.stampMs) | 0));
      this.onMedia(buffers.meta[0], samples, nowMs);
    } else if (samples === 0) this.onOther(nowMs);
    else if (samples === -3) this.refuse('bad_stream_sid');
    else this.refuse(samples === -1 ? 'bad_json' : 'bad_payload');
  }

  private onMedia(timestampMs: number, samples: number, nowMs: number): void {
    this.firstTimestampMs ??= timestampMs;
    // Twilio bursts at the start of a stream: the message that travelled fastest tells best when the call began.
    const originMs = nowMs - samples / BYTES_PER_MS - (timestampMs - this.firstTimestampMs);
    if (this.framesIn < 100 && originMs < this.originMs) this.originMs = originMs;
    this.jitter.push(timestampMs, this.buffers.mulaw, 0, this.buffers.pcm, 0, samples, nowMs);
  }

  private deliver(nowMs: number): void {
    const { jitter, buffers, metrics } = this;
    while (jitter.pull(nowMs, buffers.frameMulaw, buffers.framePcm)) {
      this.framesIn++;
      metrics.add('frames_in');
      this.handlers.onFrame(buffers.frameMulaw, buffers.framePcm, jitter.timestampMs - (this.firstTimestampMs ?? 0));
    }
    this.count('frames_lost', 'lost', jitter.lost);
    this.count('frames_late', 'late', jitter.late);
    this.count('frames_concealed', 'concealed', jitter.concealedCount);
  }

  private count(metric: CounterName, field: 'lost' | 'late' | 'concealed', total: number): void {
    if (total === this.counted[field]) return;
    this.metrics.add(metric, total - this.counted[field]);
    this.counted[field] = total;
  }

  /** The rare messages: a few a call, so they may be parsed with comfort. */
  private onOther(nowMs: number): void {
    const { ring, buffers, handlers } = this;
    let text: string;
    try {
      // TextDecoder refuses shared memory, hence the copy.
      text = buffers.decoder.decode(ring.bytes.slice(ring.offset, ring.offset + ring.length));
    } catch {
      return this.refuse('bad_json');
    }
    const parsed = parseTwilioMessage(text);
    if (!parsed.ok) return this.refuse(parsed.problem === 'unknown_event' ? 'bad_event' : 'bad_json');
    const message = parsed.message;
    if (message.event === 'connected') return;
    if (message.event === 'start') {
      if (this.started) return this.refuse('bad_order');
      this.started = true;
      this.streamSid = new TextEncoder().encode(message.streamSid);
      this.originMs = nowMs;
      return handlers.onStart(message);
    }
    if (!this.started) return this.refuse('bad_order');
    if (message.streamSid !== new TextDecoder().decode(this.streamSid)) return this.refuse('bad_stream_sid');
    if (message.event === 'mark') handlers.onMark(message.mark.name);
    else if (message.event === 'dtmf') handlers.onDtmf(message.dtmf.digit);
    else if (message.event === 'stop') handlers.onStop();
  }

  private onControl(): void {
    const { ring, handlers } = this;
    if (ring.type === INGRESS.SOCKET_OPEN) return handlers.onSocketOpen();
    if (ring.type === INGRESS.BINARY) return this.refuse('bad_binary');
    const payload = Buffer.from(ring.bytes.slice(ring.offset, ring.offset + ring.length)).toString('utf8');
    if (ring.type === INGRESS.SOCKET_CLOSED) handlers.onSocketClosed(Number(payload));
    else if (ring.type === INGRESS.HANGUP) handlers.onHangup(payload);
  }

  private refuse(metric: CounterName): void {
    this.metrics.add(metric);
    if (++this.badMessages === BAD_MESSAGES_MAX) this.handlers.onProtocolError();
  }
}
