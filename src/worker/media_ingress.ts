// The caller's side of the media path: drains a call's ingress ring, takes Twilio's messages apart, smooths the audio
// and delivers 20 ms frames in order. What the frames mean is decided elsewhere. No allocation per media message.

import { AudioFrame, JitterBuffer } from '../audio/jitter_buffer.js';
import type { Dsp } from '../audio/kernels/addon.js';
import { BYTES_PER_MS } from '../audio_format.js';
import type { CounterName } from '../metrics/metric_names.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import { INGRESS } from '../threads/record_types.js';
import type { SpscRing } from '../threads/spsc_ring.js';
import { parseTwilioMessage, type TwilioMedia, type TwilioStart } from '../twilio/media_wire.js';
import { MediaClock } from './media_clock.js';
import type { Timeline } from './timeline.js';

/** Messages within a minute that are no JSON before the connection is given up as "not Twilio". */
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
  /** Somebody on our side asks that nothing be kept from now on, or that all be kept again. */
  onOffRecord(isOff: boolean): void;
  /** The carrier's word for who answered. */
  onAnsweredBy(answeredBy: string): void;
  /** An operator does something to the call: JSON of a CallAct. */
  onAct(json: string): void;
  /** Too much of what came is no JSON. */
  onProtocolError(): void;
}

/** Scratch that all calls of a worker share: a message is handled before the next one is read. */
export class IngressBuffers {
  /** A message's frame on its way in, and each frame on its way out. */
  readonly frame = new AudioFrame();
  readonly timestampMs = new Int32Array(4);
  /** For messages of other sizes and spellings. */
  readonly base64 = Buffer.alloc(1 << 16);
  readonly mulaw = new Uint8Array(1 << 16);
  readonly decoder = new TextDecoder('utf-8', { fatal: true });
}

const NOTHING = new Uint8Array(0);
const NOT_ASCII = /[^\x20-\x7e]/;

/** Troubles of the jitter buffer and the metrics that count them. */
const TROUBLES = [
  ['lost', 'frames_lost'],
  ['late', 'frames_late'],
  ['concealedCount', 'frames_concealed'],
  ['duplicates', 'media_duplicates'],
  ['jumps', 'media_jumps'],
  ['overflowed', 'frames_overflowed'],
] as const satisfies [keyof JitterBuffer, CounterName][];

export class MediaIngress {
  readonly jitter = new JitterBuffer();
  framesIn = 0;
  readonly #ring: SpscRing;
  readonly #dsp: Dsp;
  readonly #metrics: ThreadMetrics;
  readonly #buffers: IngressBuffers;
  readonly #handlers: IngressHandlers;
  readonly #clock = new MediaClock();
  #started = false;
  #streamSid = '';
  /** The same as the kernel compares it. */
  #streamSidBytes = NOTHING;
  #badMessages = 0;
  #badMinuteEndsMs = 0;
  /** How much of each of TROUBLES, and of the clock's corrections, is in the metrics. */
  readonly #counted = new Float64Array(TROUBLES.length);
  #troublesSeen = 0;
  #countedCorrections = 0;

  constructor(ring: SpscRing, dsp: Dsp, metrics: ThreadMetrics, buffers: IngressBuffers, handlers: IngressHandlers) {
    this.#ring = ring;
    this.#dsp = dsp;
    this.#metrics = metrics;
    this.#buffers = buffers;
    this.#handlers = handlers;
  }

  /** Its zero is `start`, until the first media messages tell better. */
  get timeline(): Timeline {
    return this.#clock;
  }

  /** The stream began in another worker: what it learnt from `start`. */
  takeOver(streamSid: string, originMs: number): void {
    this.#started = true;
    this.#know(streamSid);
    this.#clock.goOn(originMs);
  }

  /** Handles everything that is in the ring, then delivers the frames that are due. Returns whether anything was there. */
  drain(nowMs: number): boolean {
    const ring = this.#ring;
    if (!ring.hasUnread) {
      if (this.#started) this.#deliver(nowMs);
      return false;
    }
    this.#metrics.observe('ring_depth_bytes', ring.depthBytes);
    while (ring.next()) {
      if (ring.type === INGRESS.MESSAGE) this.#onMessage(nowMs);
      else this.#onControl(nowMs);
    }
    ring.release();
    if (this.#clock.settle(nowMs)) this.jitter.forgetPause();
    this.#deliver(nowMs);
    return true;
  }

  #know(streamSid: string): void {
    this.#streamSid = streamSid;
    this.#streamSidBytes = new TextEncoder().encode(streamSid);
  }

  #onMessage(nowMs: number): void {
    const { frame, timestampMs } = this.#buffers;
    const ring = this.#ring;
    const samples = this.#dsp.parseMedia(
      ring.bytes,
      ring.offset,
      ring.length,
      this.#streamSidBytes,
      frame.mulaw,
      0,
      frame.pcm,
      0,
      timestampMs,
    );
    if (samples > 0 && this.#started) this.#onMedia(timestampMs[0], frame.mulaw, samples, nowMs);
    else this.#onOther(nowMs);
  }

  #onMedia(timestampMs: number, mulaw: Uint8Array, samples: number, nowMs: number): void {
    const { jitter } = this;
    // The difference of two 32-bit stamps, signed: what came in while this batch was drained is younger than `nowMs`.
    this.#metrics.observe('ingress_delay_ms', Math.max(0, ((nowMs >>> 0) - this.#ring.stampMs) | 0));
    if (!jitter.push(timestampMs, mulaw, samples, nowMs)) return;
    this.#clock.heard(jitter.endMs, samples / BYTES_PER_MS, jitter.jumps, nowMs);
  }

  #deliver(nowMs: number): void {
    const { jitter } = this;
    const { frame } = this.#buffers;
    const before = this.framesIn;
    while (jitter.pull(nowMs, frame)) {
      this.framesIn++;
      this.#handlers.onFrame(frame.mulaw, frame.pcm, this.#clock.callMs(jitter.timestampMs, jitter.timeline, nowMs));
    }
    if (this.framesIn === before) return;
    this.#metrics.add('frames_in', this.framesIn - before);
    this.#countTroubles();
  }

  #countTroubles(): void {
    const { troubles } = this.jitter;
    if (troubles !== this.#troublesSeen) this.#countEach(troubles);
    const { corrections } = this.#clock;
    if (corrections === this.#countedCorrections) return;
    this.#metrics.add('media_clock_corrections', corrections - this.#countedCorrections);
    this.#countedCorrections = corrections;
  }

  /** Rare. Which of them it was is looked up by name, which is too dear for each frame. */
  #countEach(troubles: number): void {
    this.#troublesSeen = troubles;
    for (let i = 0; i < TROUBLES.length; i++) {
      const total = this.jitter[TROUBLES[i][0]];
      if (total === this.#counted[i]) continue;
      this.#metrics.add(TROUBLES[i][1], total - this.#counted[i]);
      this.#counted[i] = total;
    }
  }

  /** Everything but the usual media messages: a few a call, so they may be parsed with comfort. */
  #onOther(nowMs: number): void {
    const handlers = this.#handlers;
    const ring = this.#ring;
    let text: string;
    try {
      // TextDecoder refuses shared memory, hence the copy.
      text = this.#buffers.decoder.decode(ring.bytes.slice(ring.offset, ring.offset + ring.length));
    } catch {
      return this.#onNonsense('bad_json', nowMs);
    }
    const parsed = parseTwilioMessage(text);
    if (!parsed.ok) {
      if (parsed.problem === 'json') return this.#onNonsense('bad_json', nowMs);
      return this.#metrics.add(parsed.problem === 'unknown_event' ? 'bad_event' : 'bad_fields');
    }
    const message = parsed.message;
    if (message.event === 'connected') return;
    if (message.event === 'start') {
      if (this.#started) return this.#metrics.add('bad_order');
      this.#started = true;
      this.#know(message.streamSid);
      this.#clock.start(nowMs);
      return handlers.onStart(message);
    }
    if (!this.#started) return this.#metrics.add('bad_order');
    if (message.streamSid !== this.#streamSid) return this.#metrics.add('bad_stream_sid');
    if (message.event === 'media') this.#onUnusualMedia(message.media, nowMs);
    else if (message.event === 'mark') handlers.onMark(message.mark.name);
    else if (message.event === 'dtmf') handlers.onDtmf(message.dtmf.digit);
    else if (message.event === 'stop') handlers.onStop();
  }

  /** Audio in another spelling costs ten times as much, and objects; should it be the rule one day, a metric tells. */
  #onUnusualMedia({ track, timestampMs, payload }: TwilioMedia['media'], nowMs: number): void {
    if (track !== 'inbound' || payload === '') return;
    const { base64, mulaw } = this.#buffers;
    const isAscii = payload !== null && !NOT_ASCII.test(payload);
    const samples = isAscii ? this.#dsp.base64Decode(base64, 0, base64.write(payload, 'latin1'), mulaw, 0) : -1;
    if (samples <= 0) return this.#metrics.add('bad_payload');
    this.#metrics.add('media_unusual');
    this.#onMedia(timestampMs, mulaw, samples, nowMs);
  }

  #onControl(nowMs: number): void {
    const handlers = this.#handlers;
    const ring = this.#ring;
    if (ring.type === INGRESS.SOCKET_OPEN) return handlers.onSocketOpen();
    if (ring.type === INGRESS.BINARY) return this.#onNonsense('bad_binary', nowMs);
    const payload = Buffer.from(ring.bytes.slice(ring.offset, ring.offset + ring.length)).toString('utf8');
    if (ring.type === INGRESS.SOCKET_CLOSED) handlers.onSocketClosed(Number(payload));
    else if (ring.type === INGRESS.HANGUP) handlers.onHangup(payload);
    else if (ring.type === INGRESS.OFF_RECORD) handlers.onOffRecord(payload === 'on');
    else if (ring.type === INGRESS.ANSWERED_BY) handlers.onAnsweredBy(payload);
    else if (ring.type === INGRESS.ACT) handlers.onAct(payload);
  }

  /** No JSON. What is JSON but not understood is counted and ignored: Twilio may send more tomorrow than today. */
  #onNonsense(metric: CounterName, nowMs: number): void {
    this.#metrics.add(metric);
    if (nowMs >= this.#badMinuteEndsMs) {
      this.#badMinuteEndsMs = nowMs + 60_000;
      this.#badMessages = 0;
    }
    if (++this.#badMessages === BAD_MESSAGES_MAX) this.#handlers.onProtocolError();
  }
}
