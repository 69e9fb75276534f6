// Speech of a caller cut into ready-made media payloads: 20 ms of mu-law as base64 text each. Made once and shared by
// any number of calls, so that sending a frame is a copy of 216 bytes.

import { encodeMulaw, isLoud, sampleToMulaw } from './mulaw_codec.js';

/** mu-law bytes in one media message: 20 ms at 8 kHz. */
export const FRAME_BYTES = 160;
export const FRAME_MS = 20;
/** Characters of base64 that 160 bytes make: always padded with `==`. */
export const PAYLOAD_CHARS = 216;
const SILENCE = 0xff;

/** What a script may say: 16-bit samples at 8 kHz, mu-law bytes, or a clip made before. */
export type SpeechSource = Int16Array | Uint8Array | AudioClip;

export class AudioClip {
  /** One base64 payload (ASCII bytes) for each 20 ms. */
  readonly frames: readonly Uint8Array[];
  readonly mulaw: Uint8Array;
  /** Where the voice begins and ends inside the clip, ms; recordings carry silence at both ends. */
  readonly voiceStartMs: number;
  readonly voiceEndMs: number;

  /** `mulaw`: 8 kHz mu-law; a last part of a frame is filled up with silence. `text`: what is said, for reports. */
  constructor(
    mulaw: Uint8Array,
    readonly text = '',
  ) {
    const count = Math.ceil(mulaw.length / FRAME_BYTES);
    const padded = new Uint8Array(count * FRAME_BYTES).fill(SILENCE);
    padded.set(mulaw);
    this.mulaw = padded;
    const first = padded.findIndex(isLoud);
    this.voiceStartMs = first < 0 ? 0 : first / 8;
    this.voiceEndMs = (padded.findLastIndex(isLoud) + 1) / 8;
    const base64 = Buffer.allocUnsafeSlow(count * PAYLOAD_CHARS);
    this.frames = Array.from({ length: count }, (_, i) => {
      const payload = Buffer.from(padded.buffer, i * FRAME_BYTES, FRAME_BYTES).toString('base64');
      base64.write(payload, i * PAYLOAD_CHARS, 'latin1');
      return base64.subarray(i * PAYLOAD_CHARS, (i + 1) * PAYLOAD_CHARS);
    });
  }

  get durationMs(): number {
    return this.frames.length * FRAME_MS;
  }

  static from(source: SpeechSource, text = ''): AudioClip {
    if (source instanceof AudioClip) return source;
    return new AudioClip(source instanceof Int16Array ? encodeMulaw(source) : source, text);
  }
}

/** Digital silence, one frame. */
export const SILENCE_CLIP = new AudioClip(new Uint8Array(FRAME_BYTES).fill(SILENCE));

/** Two seconds of the faint hiss of a quiet room, about -70 dBFS; repeats without a click. */
export function comfortNoise(): AudioClip {
  const bytes = new Uint8Array(100 * FRAME_BYTES);
  let state = 0x2545f491;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[i] = sampleToMulaw((state >> 28) * 3);
  }
  return new AudioClip(bytes);
}
