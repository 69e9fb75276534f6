// What the voice has made of a reply before it may be heard: sound and word times wait here, in order. At most a clause of
// text is given to the voice that early, so there is little of it. Whether it is ever heard, reply.ts knows.

import type { ReplyHandlers } from './reply_parts.js';

interface Timed {
  words: readonly string[];
  startMs: readonly number[];
  endMs: readonly number[];
}

export class Rehearsal {
  readonly #sound: Uint8Array[] = [];
  readonly #words: Timed[] = [];

  /** The view may be used again by the voice: it is copied. */
  audio(bytes: Uint8Array): void {
    this.#sound.push(bytes.slice());
  }

  words(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void {
    this.#words.push({ words, startMs, endMs });
  }

  /** It may be heard now: all of it goes out, words before sound. */
  perform({ onWords, onAudio }: Pick<ReplyHandlers, 'onWords' | 'onAudio'>): void {
    for (const { words, startMs, endMs } of this.#words.splice(0)) onWords(words, startMs, endMs);
    for (const bytes of this.#sound.splice(0)) onAudio(bytes);
  }
}
