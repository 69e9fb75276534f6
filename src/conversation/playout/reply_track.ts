// One reply on its way to the caller's ear: its text, when its words are spoken, and which stretches of the outgoing stream
// carry its audio. Knows positions only; where the play head stands, and what is sent when, is playout_ledger.ts.

import { alignWords, CHARS_PER_MS } from './heard_text.js';
import { BYTES_PER_MS } from './play_head.js';
import { restToSay } from './rest_to_say.js';

/** Times of words are about this exact: a word is not cut by a stop this near to its edge. */
const WORD_EDGE_MS = 30;

export class ReplyTrack {
  state: 'open' | 'finished' | 'cancelled' = 'open';
  /** Text and audio cover each other, also after a clear cut them. */
  allIn = false;
  text = '';
  readonly words: string[] = [];
  /** In ms from the reply's first sample. Parallel to `words`. */
  readonly wordStartMs: number[] = [];
  readonly wordEndMs: number[] = [];
  /** Added so far, and of it what was not sent yet. */
  audioBytes = 0;
  queuedBytes = 0;
  /** Decided by a clear; -1 while undecided. */
  cutHeardBytes = -1;
  cutErrorMs = 0;
  /** When the first and the last byte play, on the clock of PlayHead.sent; null before any was sent. */
  startMs: number | null = null;
  endMs: number | null = null;
  // Stretches of the outgoing stream that hold this reply's audio, and from which byte of the reply on. More than one only
  // when silence was sent between, or when a word that silence had cut off was sent again from its start.
  readonly #partStart: number[] = [];
  readonly #partBytes: number[] = [];
  readonly #partFrom: number[] = [];

  /** Where each word ends in the text, -1 = not found there; and how many of them were handed over whole, up to where. */
  readonly #wordEnds: number[] = [];
  #wordsSent = 0;
  #sentEnd = 0;

  constructor(readonly id: number) {}

  /** Leaves out times that are none: providers have sent NaN, and ends before starts. */
  addWords(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void {
    const count = Math.min(words.length, startMs.length, endMs.length);
    for (let i = 0; i < count; i++) {
      if (!(endMs[i] >= startMs[i])) continue;
      this.words.push(words[i]);
      this.wordStartMs.push(startMs[i]);
      this.wordEndMs.push(endMs[i]);
    }
  }

  addAudio(bytes: number): void {
    this.audioBytes += bytes;
    this.queuedBytes += bytes;
  }

  /** The next `count` bytes went out at stream position `position`; the first of them plays at `playMs`. */
  sent(position: number, count: number, playMs: number): void {
    const from = this.audioBytes - this.queuedBytes;
    this.queuedBytes -= count;
    const last = this.#partStart.length - 1;
    const followsOn =
      last >= 0 &&
      this.#partStart[last] + this.#partBytes[last] === position &&
      this.#partFrom[last] + this.#partBytes[last] === from;
    if (followsOn) this.#partBytes[last] += count;
    else {
      this.#partStart.push(position);
      this.#partBytes.push(count);
      this.#partFrom.push(from);
    }
    this.startMs ??= playMs;
    this.endMs = playMs + count / BYTES_PER_MS;
  }

  /** Stream position behind the last byte sent; null before any. */
  get sentTo(): number | null {
    const last = this.#partStart.length - 1;
    return last < 0 ? null : this.#partStart[last] + this.#partBytes[last];
  }

  /** Characters of `text` that were handed over as sound: whole words. Each word is looked for in the text once. */
  sentCharacters(): number {
    if (this.allIn && this.queuedBytes === 0) return this.text.length;
    const sentMs = (this.audioBytes - this.queuedBytes) / BYTES_PER_MS;
    if (this.words.length === 0) {
      // No times of words: by the usual pace.
      const at = Math.min(this.text.length, Math.floor(sentMs * CHARS_PER_MS));
      return at === 0 ? 0 : this.text.lastIndexOf(' ', at) + 1;
    }
    if (this.#wordEnds.length < this.words.length) this.#placeWords();
    while (this.#wordsSent < this.words.length && this.wordEndMs[this.#wordsSent] - WORD_EDGE_MS <= sentMs) {
      const end = this.#wordEnds[this.#wordsSent++];
      if (end >= 0) this.#sentEnd = end;
    }
    return this.#sentEnd;
  }

  #placeWords(): void {
    const from = this.#wordEnds.findLast((end) => end >= 0) ?? 0;
    const ends = alignWords(this.text.slice(from), this.words.slice(this.#wordEnds.length));
    for (const end of ends) this.#wordEnds.push(end < 0 ? end : from + end);
  }

  /** How far into the reply stream position `position` reaches: bytes, each counted once however often it was sent. */
  bytesBefore(position: number): number {
    let bytes = 0;
    for (let i = 0; i < this.#partStart.length; i++) {
      const played = Math.min(this.#partBytes[i], position - this.#partStart[i]);
      if (played > 0) bytes = Math.max(bytes, this.#partFrom[i] + played);
    }
    return bytes;
  }

  /** Bytes of it that were sent; what was taken back counts again when it is sent again. */
  get sentBytes(): number {
    return this.audioBytes - this.queuedBytes;
  }

  /** Stream position of the first byte that was sent; null before any. */
  get sentFrom(): number | null {
    return this.#partStart[0] ?? null;
  }

  /** Bytes sent of the word in which sending stopped; 0 = between two words, or their times are not known. */
  get bytesIntoWord(): number {
    const sentMs = this.sentBytes / BYTES_PER_MS;
    for (let i = this.words.length - 1; i >= 0; i--) {
      if (this.wordStartMs[i] + WORD_EDGE_MS >= sentMs) continue;
      const isInside = sentMs < this.wordEndMs[i] - WORD_EDGE_MS;
      return isInside ? Math.round((sentMs - this.#wordStartBefore(i, sentMs)) * BYTES_PER_MS) : 0;
    }
    return 0;
  }

  /**
   * When the word began that is spoken at `atMs`, within timed word `index`. A voice that runs words together times them as one
   * ("of" for "of the"): they share its time by their letters.
   */
  #wordStartBefore(index: number, atMs: number): number {
    if (this.#wordEnds.length < this.words.length) this.#placeWords();
    const [end, nextEnd] = [this.#wordEnds[index], this.#wordEnds[index + 1] ?? -1];
    let startMs = this.wordStartMs[index];
    if (end < 0 || nextEnd < 0) return startMs;
    const more = this.text.slice(end, nextEnd).match(/\S+/gu)?.slice(0, -1) ?? [];
    const lengths = [this.words[index], ...more].map(({ length }) => length);
    const msPerLetter = (this.wordEndMs[index] - startMs) / lengths.reduce((sum, length) => sum + length, 0);
    for (const length of lengths) {
      const nextMs = startMs + length * msPerLetter;
      if (nextMs + WORD_EDGE_MS >= atMs) break;
      startMs = nextMs;
    }
    return startMs;
  }

  /**
   * The voice broke off. Forgets a word that is not whole, with its audio as far as that was not sent. Returns where in the
   * text another utterance goes on, and how many of the queued bytes, at their end, are to be dropped.
   */
  breakOff(): { from: number; dropBytes: number } {
    const { text, words, wordStartMs, wordEndMs } = this;
    const audioMs = this.audioBytes / BYTES_PER_MS;
    const sentMs = (this.audioBytes - this.queuedBytes) / BYTES_PER_MS;
    const rest = restToSay({ text, words, wordStartMs, wordEndMs, audioMs, sentMs });
    words.length = wordStartMs.length = wordEndMs.length = rest.words;
    this.#wordEnds.length = Math.min(this.#wordEnds.length, rest.words);
    this.#wordsSent = this.#sentEnd = 0;
    const dropBytes = Math.min(this.queuedBytes, Math.max(0, Math.round((audioMs - rest.keepMs) * BYTES_PER_MS)));
    this.audioBytes -= dropBytes;
    this.queuedBytes -= dropBytes;
    return { from: rest.from, dropBytes };
  }

  /** The next `count` bytes need not be sent: they are silence, and there was enough of that. */
  skip(count: number): void {
    this.queuedBytes -= count;
  }

  /** The last `count` sent bytes will be sent again. */
  rewind(count: number): void {
    this.queuedBytes += count;
    this.#wordsSent = this.#sentEnd = 0;
  }

  /**
   * What lies behind stream position `position` was taken back from the line before it played; the last byte that did
   * ended at `endMs`. Returns how many bytes that are: they are queued again.
   */
  takeBack(position: number, endMs: number | null): number {
    const heard = this.bytesBefore(position);
    while (this.#partStart.length > 0) {
      const last = this.#partStart.length - 1;
      const played = position - this.#partStart[last];
      if (played > 0) {
        this.#partBytes[last] = Math.min(this.#partBytes[last], played);
        break;
      }
      this.#partStart.pop();
      this.#partBytes.pop();
      this.#partFrom.pop();
    }
    this.endMs = heard === 0 ? null : (endMs ?? this.endMs);
    if (heard === 0) this.startMs = null;
    const count = this.sentBytes - heard;
    this.rewind(count);
    return count;
  }

  /** Cut for good: `heardBytes` were heard, right to within `errorMs`. Nothing of it is queued any more. */
  cut(heardBytes: number, errorMs: number): void {
    this.state = 'cancelled';
    this.queuedBytes = 0;
    this.cutHeardBytes = heardBytes;
    this.cutErrorMs = errorMs;
  }
}
