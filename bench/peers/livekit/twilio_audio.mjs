// An AgentSession's ear and mouth on a Twilio media socket. The ear gives each 20 ms message on as one frame. The mouth sends
// frames as soon as they come, because Twilio keeps the queue and plays it in real time, and learns from a mark when a
// segment has been heard; an interruption clears the queue. That is less work than the framework's own room output, which
// paces in real time.

import { ReadableStream } from 'node:stream/web';
import { voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';

const RATE_HZ = 8000;
const { AudioInput, AudioOutput } = voice;

/** G.711 mu-law, both directions by table (ITU-T G.711: 14 bit magnitude, bias 33, here scaled to 16 bit). */
const DECODED = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
});
const ENCODED = Uint8Array.from({ length: 65536 }, (_, index) => encode((index << 16) >> 16));

function encode(sample) {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32635) + 0x84;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

export class TwilioAudioInput extends AudioInput {
  #controller;
  #closed = false;

  constructor() {
    super();
    this.multiStream.addInputStream(
      new ReadableStream({
        start: (controller) => {
          this.#controller = controller;
        },
      }),
    );
  }

  push(mulaw) {
    if (this.#closed) return;
    const pcm = new Int16Array(mulaw.length);
    for (let i = 0; i < mulaw.length; i++) pcm[i] = DECODED[mulaw[i]];
    this.#controller.enqueue(new AudioFrame(pcm, RATE_HZ, 1, pcm.length));
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#controller.close();
    await super.close();
  }
}

export class TwilioAudioOutput extends AudioOutput {
  #socket;
  #streamSid;
  #pushedS = 0;
  #startedAtMs = 0;
  /** Segments that were flushed and wait for their mark. */
  #segments = 0;
  #waiting = null;
  #heard = Promise.resolve();
  #onHeard = () => {};
  /** Counts interruptions: a frame that waited through one belongs to what was interrupted. */
  #generation = 0;

  constructor(socket, streamSid) {
    super(RATE_HZ, undefined, { pause: false });
    this.#socket = socket;
    this.#streamSid = streamSid;
  }

  async captureFrame(frame) {
    const generation = this.#generation;
    if (this.#waiting !== null) await this.#heard;
    if (generation !== this.#generation) return;
    await super.captureFrame(frame);
    if (generation !== this.#generation) return;
    if (this.#pushedS === 0) {
      this.#startedAtMs = Date.now();
      this.onPlaybackStarted(this.#startedAtMs);
    }
    this.#pushedS += frame.samplesPerChannel / frame.sampleRate;
    const { data } = frame;
    const mulaw = Buffer.allocUnsafe(data.length);
    for (let i = 0; i < data.length; i++) mulaw[i] = ENCODED[data[i] & 0xffff];
    this.#send({ event: 'media', media: { payload: mulaw.toString('base64') } });
  }

  flush() {
    super.flush();
    if (this.#pushedS === 0 || this.#waiting !== null) return;
    this.#waiting = `segment ${++this.#segments}`;
    this.#heard = new Promise((resolve) => {
      this.#onHeard = resolve;
    });
    this.#send({ event: 'mark', mark: { name: this.#waiting } });
  }

  clearBuffer() {
    this.#generation++;
    if (this.pendingPlayoutSegments === 0) return;
    this.#send({ event: 'clear' });
    super.flush();
    this.#finish(true);
  }

  markEchoed(name) {
    // The marks of what was cleared come back too.
    if (name === this.#waiting) this.#finish(false);
  }

  lineClosed() {
    if (this.pendingPlayoutSegments === 0) return;
    super.flush();
    this.#finish(true);
  }

  #finish(interrupted) {
    const elapsedS = (Date.now() - this.#startedAtMs) / 1000;
    const playbackPosition = interrupted ? Math.min(elapsedS, this.#pushedS) : this.#pushedS;
    this.#pushedS = 0;
    this.#waiting = null;
    this.#onHeard();
    this.onPlaybackFinished({ playbackPosition, interrupted });
  }

  #send(message) {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify({ ...message, streamSid: this.#streamSid }));
  }
}
