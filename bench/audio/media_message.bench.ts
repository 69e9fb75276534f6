// Twilio's media messages: from bytes to samples, and from mu-law to bytes. Against what everybody writes: JSON.parse,
// Buffer and a table of 256 samples; JSON.stringify on the way out. Varies: audio in an outbound message.

import { type Dsp, fallbackDsp, mediaMessageSize } from '../../src/audio/kernels/addon.js';
import { FRAME_MS, FRAME_SAMPLES } from '../../src/audio_format.js';
import type { BenchOptions, BenchResult } from '../bench_result.js';
import { VOICE_MULAW } from './bench_audio.js';
import { bytesOf, contest, ourContenders } from './kernel_contest.js';

/** One second of a call. */
const MESSAGES = 50;
const STREAM_SID = 'MZ18ad3ab5a668481ce02b83e7395059f0';

export async function bench(options: BenchOptions): Promise<BenchResult[]> {
  const twilio = Array.from({ length: MESSAGES }, (_, i) => Buffer.from(JSON.stringify(inboundMessage(i))));
  return [
    ...(await benchInbound(options, twilio)),
    ...(await benchOutbound(options, FRAME_SAMPLES)),
    ...(await benchOutbound(options, 3 * FRAME_SAMPLES)),
  ];
}

/** As Twilio sends it, in the order of its fields. */
function inboundMessage(index: number) {
  const payload = Buffer.from(VOICE_MULAW.slice(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES)).toString('base64');
  const media = { track: 'inbound', chunk: `${index + 1}`, timestamp: `${index * FRAME_MS}`, payload };
  return { event: 'media', sequenceNumber: `${index + 2}`, media, streamSid: STREAM_SID };
}

/** What both ways leave behind for each message. */
class Received {
  readonly pcm = new Int16Array(MESSAGES * FRAME_SAMPLES);
  readonly mulaw = new Uint8Array(MESSAGES * FRAME_SAMPLES);
  readonly timestampMs = new Int32Array(MESSAGES);

  bytes(): Uint8Array {
    return Buffer.concat([bytesOf(this.pcm), this.mulaw, new Uint8Array(this.timestampMs.buffer)]);
  }
}

function benchInbound(options: BenchOptions, messages: readonly Buffer[]): Promise<BenchResult[]> {
  const sid = Buffer.from(STREAM_SID);
  const ours = (dsp: Dsp) => {
    const received = new Received();
    const timestampMs = new Int32Array(1);
    const run = () => {
      for (let i = 0; i < messages.length; i++) {
        const { pcm, mulaw } = received;
        const at = i * FRAME_SAMPLES;
        dsp.parseMedia(messages[i], 0, messages[i].length, sid, mulaw, at, pcm, at, timestampMs);
        received.timestampMs[i] = timestampMs[0];
      }
    };
    return { run, result: () => received.bytes() };
  };

  const theirs = new Received();
  const table = new Int16Array(256);
  fallbackDsp.mulawDecode(
    Uint8Array.from({ length: 256 }, (_, code) => code),
    0,
    table,
    0,
    256,
  );
  const run = () => {
    for (let i = 0; i < messages.length; i++) {
      const message = JSON.parse(messages[i].toString());
      if (message.event !== 'media' || message.streamSid !== STREAM_SID || message.media.track !== 'inbound') continue;
      const payload = Buffer.from(message.media.payload, 'base64');
      const at = i * FRAME_SAMPLES;
      theirs.mulaw.set(payload, at);
      for (let j = 0; j < payload.length; j++) theirs.pcm[at + j] = table[payload[j]];
      theirs.timestampMs[i] = Number(message.media.timestamp);
    }
  };
  const contender = { name: 'JSON.parse, Buffer, table', run, result: () => theirs.bytes() };
  return contest(options, 'media message to PCM', MESSAGES, [...ourContenders(ours), contender]);
}

function benchOutbound(options: BenchOptions, samples: number): Promise<BenchResult[]> {
  const prefix = Buffer.from(`{"event":"media","streamSid":"${STREAM_SID}","media":{"payload":"`);
  const length = mediaMessageSize(prefix.length, samples);
  const count = Math.floor(VOICE_MULAW.length / samples);
  const ours = (dsp: Dsp) => {
    const message = new Uint8Array(length);
    const run = () => {
      for (let i = 0; i < count; i++) dsp.buildMedia(prefix, VOICE_MULAW, i * samples, samples, message, 0);
    };
    return { run, result: () => message };
  };
  const pieces = Array.from({ length: count }, (_, i) =>
    Buffer.from(VOICE_MULAW.slice(i * samples, (i + 1) * samples)),
  );
  let message = Buffer.alloc(0);
  const run = () => {
    for (const piece of pieces) {
      const media = { payload: piece.toString('base64') };
      message = Buffer.from(JSON.stringify({ event: 'media', streamSid: STREAM_SID, media }));
    }
  };
  const contender = { name: 'JSON.stringify, Buffer', run, result: () => message };
  const name = `mu-law to media message, ${(samples / FRAME_SAMPLES) * FRAME_MS} ms`;
  return contest(options, name, count, [...ourContenders(ours), contender]);
}
