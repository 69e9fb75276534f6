// Ready-made audio of lines that are said in many calls: greeting, apology, "are you still there". One cache a worker.
// A cached line costs nothing and needs no provider, so an apology can be spoken even while the voice is down.

import type { TtsOptions, TtsProvider } from '../providers/tts.js';

/** Bytes kept at most: about 4 minutes of mu-law. The least recently used line goes first. */
const CACHE_BYTES_MAX = 2 << 20;

export interface Phrase {
  /** Mu-law, 8 kHz. */
  audio: Uint8Array;
  /** When each word is said, ms from the first sample; empty when the voice gave no times. */
  words: string[];
  startMs: number[];
  endMs: number[];
}

export class PhraseCache {
  readonly #lines = new Map<string, Phrase>();
  #bytes = 0;

  /** `text` as spoken by this voice in this language, or null. */
  get(voice: TtsOptions, text: string): Phrase | null {
    const key = keyOf(voice, text);
    const phrase = this.#lines.get(key);
    if (!phrase) return null;
    this.#lines.delete(key);
    this.#lines.set(key, phrase);
    return phrase;
  }

  put(voice: TtsOptions, text: string, phrase: Phrase): void {
    const key = keyOf(voice, text);
    const { length } = phrase.audio;
    if (length === 0 || length > CACHE_BYTES_MAX / 4 || this.#lines.has(key)) return;
    this.#lines.set(key, phrase);
    this.#bytes += length;
    for (const [oldest, old] of this.#lines) {
      if (this.#bytes <= CACHE_BYTES_MAX) break;
      this.#lines.delete(oldest);
      this.#bytes -= old.audio.length;
    }
  }

  /** Synthesises the lines that are missing, one after the other. Resolves with how many failed; never rejects. */
  async warm(tts: TtsProvider, voice: TtsOptions, texts: readonly string[]): Promise<number> {
    let failed = 0;
    for (const text of texts) {
      if (this.get(voice, text)) continue;
      const phrase = await synthesise(tts, voice, text);
      if (phrase) this.put(voice, text, phrase);
      else failed++;
    }
    return failed;
  }
}

function keyOf({ voiceId, language, model = '' }: TtsOptions, text: string): string {
  return `${voiceId}\n${language}\n${model}\n${text}`;
}

/** Collects what a voice delivers for one line. */
export class PhraseMaker {
  readonly #chunks: Uint8Array[] = [];
  readonly #words: string[] = [];
  readonly #startMs: number[] = [];
  readonly #endMs: number[] = [];

  audio(bytes: Uint8Array): void {
    this.#chunks.push(bytes.slice());
  }

  times(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void {
    this.#words.push(...words);
    this.#startMs.push(...startMs);
    this.#endMs.push(...endMs);
  }

  phrase(): Phrase {
    return { audio: joined(this.#chunks), words: this.#words, startMs: this.#startMs, endMs: this.#endMs };
  }
}

function synthesise(tts: TtsProvider, options: TtsOptions, text: string): Promise<Phrase | null> {
  return new Promise((resolve) => {
    const maker = new PhraseMaker();
    const utterance = tts.open(options, {
      onAudio: (bytes) => maker.audio(bytes),
      onWords: (words, starts, ends) => maker.times(words, starts, ends),
      onDone: () => resolve(maker.phrase()),
      onError: () => resolve(null),
    });
    utterance.push(text, true);
  });
}

/** One array of all chunks. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
