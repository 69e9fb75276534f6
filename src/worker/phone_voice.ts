// A voice of any format as one that speaks mu-law at 8 kHz, which is all that the line and the ready-made phrases know:
// resamples and encodes what it delivers. One that speaks it already is left as it is and costs nothing.

import { assert } from '../assert.js';
import type { Dsp, Resampler } from '../audio/kernels/kernel_interface.js';
import { RATE_HZ, TELEPHONE_FORMAT } from '../audio_format.js';
import type { TtsHandlers, TtsOptions, TtsProvider, TtsUtterance } from '../providers/tts.js';

/** Samples worked on at once: a tenth of a second at 48 kHz. */
const BLOCK_SAMPLES = 4800;

export function phoneVoice(voice: TtsProvider, dsp: Dsp): TtsProvider {
  const { encoding, rateHz } = voice.format;
  if (encoding === 'mulaw' && rateHz === RATE_HZ) return voice;
  return new PhoneVoice(voice, dsp);
}

class PhoneVoice implements TtsProvider {
  readonly format = TELEPHONE_FORMAT;
  readonly #voice: TtsProvider;
  readonly #dsp: Dsp;

  constructor(voice: TtsProvider, dsp: Dsp) {
    assert(voice.format.encoding === 'pcm_s16le', 'a format that can be made mu-law');
    this.#voice = voice;
    this.#dsp = dsp;
  }

  warm(): void {
    this.#voice.warm();
  }

  open(options: TtsOptions, handlers: TtsHandlers): TtsUtterance {
    const audio = new PhoneAudio(this.#dsp, this.#voice.format.rateHz, (bytes) => handlers.onAudio(bytes));
    return this.#voice.open(options, {
      onAudio: (bytes) => audio.push(bytes),
      onWords: (words, startMs, endMs) => handlers.onWords(words, startMs, endMs),
      onDone: () => {
        audio.end();
        handlers.onDone();
      },
      onError: (error) => handlers.onError(error),
    });
  }

  close(): void {
    this.#voice.close();
  }
}

/** One utterance's samples on their way to mu-law. Buffers are reused: what goes out is valid during the call only. */
class PhoneAudio {
  readonly #dsp: Dsp;
  readonly #rateHz: number;
  readonly #resampler: Resampler;
  readonly #onAudio: (bytes: Uint8Array) => void;
  readonly #in = new Int16Array(BLOCK_SAMPLES);
  readonly #out: Int16Array;
  readonly #mulaw: Uint8Array;
  #count = 0;
  /** The first half of a sample that a chunk's end cut in two; -1 = none. */
  #low = -1;

  constructor(dsp: Dsp, rateHz: number, onAudio: (bytes: Uint8Array) => void) {
    this.#dsp = dsp;
    this.#rateHz = rateHz;
    this.#resampler = dsp.createResampler(rateHz, RATE_HZ);
    this.#onAudio = onAudio;
    this.#out = new Int16Array(Math.ceil((BLOCK_SAMPLES * RATE_HZ) / rateHz));
    this.#mulaw = new Uint8Array(this.#out.length);
  }

  /** 16-bit little-endian samples, cut anywhere. */
  push(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      if (this.#low < 0) {
        this.#low = bytes[i];
        continue;
      }
      this.#in[this.#count++] = this.#low | (bytes[i] << 8);
      this.#low = -1;
      if (this.#count === BLOCK_SAMPLES) this.#flush();
    }
    this.#flush();
  }

  /** The filter still holds the last few milliseconds. */
  end(): void {
    const delay = Math.ceil((this.#resampler.delaySamples * this.#rateHz) / RATE_HZ);
    for (let left = delay; left > 0; left -= BLOCK_SAMPLES) {
      this.#count = Math.min(left, BLOCK_SAMPLES);
      this.#in.fill(0, 0, this.#count);
      this.#flush();
    }
  }

  #flush(): void {
    if (this.#count === 0) return;
    const made = this.#resampler.process(this.#in, 0, this.#count, this.#out, 0);
    this.#count = 0;
    this.#dsp.mulawEncode(this.#out, 0, this.#mulaw, 0, made);
    if (made > 0) this.#onAudio(this.#mulaw.subarray(0, made));
  }
}
