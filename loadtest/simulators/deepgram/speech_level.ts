// Is somebody speaking? By loudness alone, in windows of 10 ms: the caller's channel of a simulated call carries
// nothing but the caller. (The engine's own detector is a neural network; this one must not share its mistakes.)

import type { AudioEncoding } from './listen_query.js';

export const WINDOW_MS = 10;

export interface SpeechLevelOptions {
  /** Mean level at which speech begins, dBFS. Telephone speech lies around -20, line noise below -55. */
  startDbfs: number;
  /** Mean level below which it is silence. */
  endDbfs: number;
}
export const SPEECH_LEVEL_DEFAULTS = { startDbfs: -42, endDbfs: -48 } as const satisfies SpeechLevelOptions;

/** |sample| / 32768 for each code, ITU-T G.711; the sign bit does not matter for loudness. */
const MULAW_LEVEL = Float32Array.from({ length: 256 }, (_, code) => {
  const inverted = ~code & 0x7f;
  return ((((inverted & 0x0f) * 8 + 132) << (inverted >> 4)) - 132) / 32768;
});
const ALAW_LEVEL = Float32Array.from({ length: 256 }, (_, code) => {
  const toggled = (code ^ 0x55) & 0x7f;
  const exponent = toggled >> 4;
  const mantissa = (toggled & 0x0f) * 16 + 8;
  return (exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1)) / 32768;
});

/** One stream's level meter. `push` gives one verdict per completed 10 ms window. No allocation per message. */
export class SpeechLevel {
  readonly #windowBytes: number;
  readonly #start: number;
  readonly #end: number;
  #sum = 0;
  #bytes = 0;
  #loud = false;

  constructor(
    readonly encoding: AudioEncoding,
    bytesPerSecond: number,
    options: SpeechLevelOptions = SPEECH_LEVEL_DEFAULTS,
  ) {
    this.#windowBytes = (bytesPerSecond * WINDOW_MS) / 1000;
    this.#start = 10 ** (options.startDbfs / 20);
    this.#end = 10 ** (options.endDbfs / 20);
  }

  /** Calls `onWindow(loud)` for every window that `audio` completes. */
  push(audio: Uint8Array, onWindow: (loud: boolean) => void): void {
    const { encoding } = this;
    if (encoding === 'unheard') return;
    const table = encoding === 'alaw' ? ALAW_LEVEL : MULAW_LEVEL;
    const step = encoding === 'linear16' ? 2 : 1;
    for (let i = 0; i < audio.length; i += step) {
      this.#sum += step === 1 ? table[audio[i]] : Math.abs((((audio[i + 1] ?? 0) << 24) >> 16) | audio[i]) / 32768;
      this.#bytes += step;
      if (this.#bytes < this.#windowBytes) continue;
      const mean = (this.#sum * step) / this.#bytes;
      this.#loud = mean >= (this.#loud ? this.#end : this.#start);
      this.#sum = 0;
      this.#bytes = 0;
      onWindow(this.#loud);
    }
  }
}
