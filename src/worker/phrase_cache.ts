// Ready-made audio: of lines that are said in many calls (greeting, apology, "are you still there"), and of sentences that the
// model begins its answers with again and again. One cache a worker. It costs nothing to say and needs no provider, so an
// apology can be spoken even while the voice is down. How sentences get here is sentence_voice.ts.

import { BYTES_PER_MS } from '../audio_format.js';
import type { TtsOptions, TtsProvider } from '../providers/tts.js';

/** Bytes of fixed lines kept at most: about 4 minutes of mu-law. The least recently used line goes first. */
const LINE_BYTES_MAX = 2 << 20;
/** Sentences counted before they are kept; the one seen longest ago is forgotten. */
const COUNTED_MAX = 2_000;

export interface Phrase {
  /** Mu-law, 8 kHz. */
  audio: Uint8Array;
  /** When each word is said, ms from the first sample; empty when the voice gave no times. */
  words: string[];
  startMs: number[];
  endMs: number[];
}

export class PhraseCache {
  readonly #lines = new Shelf(LINE_BYTES_MAX);
  readonly #sentences: Shelf;
  readonly #sightings = new Map<string, number>();

  /** @param sentenceBytesMax for sentences of answers, in bytes of mu-law; 0 = none is kept */
  constructor(sentenceBytesMax = 0) {
    this.#sentences = new Shelf(sentenceBytesMax);
  }

  /** Bytes of sentences. */
  get sentenceBytes(): number {
    return this.#sentences.bytes;
  }

  /** `text` as spoken by this voice in this language, or null. */
  get(voice: TtsOptions, text: string): Phrase | null {
    const key = keyOf(voice, text);
    return this.#lines.get(key) ?? this.#sentences.get(key);
  }

  /** Keeps a fixed line. */
  put(voice: TtsOptions, text: string, phrase: Phrase): void {
    this.#lines.put(keyOf(voice, text), phrase);
  }

  /** Keeps a sentence of an answer. No number of them drives a fixed line out. */
  putSentence(voice: TtsOptions, text: string, phrase: Phrase): void {
    this.#sentences.put(keyOf(voice, text), phrase);
  }

  /** A sentence that is not kept is said; returns how often that was so lately, this time included. */
  sighted(voice: TtsOptions, text: string): number {
    if (this.#sentences.bytesMax === 0) return 0;
    const key = keyOf(voice, text);
    const count = (this.#sightings.get(key) ?? 0) + 1;
    this.#sightings.delete(key);
    this.#sightings.set(key, count);
    if (this.#sightings.size > COUNTED_MAX) this.#sightings.delete(this.#sightings.keys().next().value!);
    return count;
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

/** Phrases up to a number of bytes; the least recently used goes first. */
class Shelf {
  bytes = 0;
  readonly #phrases = new Map<string, Phrase>();

  constructor(readonly bytesMax: number) {}

  get(key: string): Phrase | null {
    const phrase = this.#phrases.get(key);
    if (phrase === undefined) return null;
    this.#phrases.delete(key);
    this.#phrases.set(key, phrase);
    return phrase;
  }

  put(key: string, phrase: Phrase): void {
    const { length } = phrase.audio;
    if (length === 0 || length > this.bytesMax / 4 || this.#phrases.has(key)) return;
    this.#phrases.set(key, phrase);
    this.bytes += length;
    for (const [oldest, old] of this.#phrases) {
      if (this.bytes <= this.bytesMax) break;
      this.#phrases.delete(oldest);
      this.bytes -= old.audio.length;
    }
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

  /**
   * Its beginning, where that is `text`: cut in the silence between its last word and the next. null = not known yet: the next
   * word's time or the sound up to it is missing. false = it never will be: the voice counts its words otherwise.
   */
  beginning(text: string): Phrase | null | false {
    const count = this.#wordsOf(text);
    if (count <= 0) return count === 0 ? null : false;
    const cutMs = (this.#endMs[count - 1] + this.#startMs[count]) / 2;
    const bytes = Math.round(cutMs) * BYTES_PER_MS;
    if (!(bytes > 0)) return false;
    const length = this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (length < bytes) return null;
    return {
      audio: joined(this.#chunks).slice(0, bytes),
      words: this.#words.slice(0, count),
      startMs: this.#startMs.slice(0, count),
      endMs: this.#endMs.slice(0, count),
    };
  }

  /** How many of the words so far are `text`, one more being there; 0 = too few yet, -1 = they are others. */
  #wordsOf(text: string): number {
    const wanted = letters(text);
    let said = '';
    for (const [i, word] of this.#words.entries()) {
      if (said === wanted) return i;
      said += letters(word);
      if (!wanted.startsWith(said)) return -1;
    }
    return 0;
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

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}
