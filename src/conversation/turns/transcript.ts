// What the caller said in one utterance, put together from speech-to-text results: finals add up, interims replace one
// another. Whether the utterance is over is endpointing.ts.

import type { SttTranscript } from '../../providers/stt.js';

/** What `add` did with a result. `late` = its audio belongs to text that `reset` already handed over. */
export type TranscriptChange = 'final' | 'interim' | 'empty' | 'duplicate' | 'late';

/** Spans of repeated results differ by rounding only. */
const SPAN_TOLERANCE_MS = 20;
/**
 * Text of one utterance is bounded: a radio left on near the phone must not fill the memory. What is kept is the end,
 * where the question stands after a long story.
 */
const CHARS_MAX = 8000;

/** A recogniser makes a lone full stop or a note sign of a noise: nobody said a word. */
const HAS_WORDS = /[\p{L}\p{N}]/u;

interface Span {
  text: string;
  startMs: number;
  endMs: number;
}

export class UtteranceTranscript {
  /** When the newest final with text arrived; null = none since the last reset. */
  lastFinalAtMs: number | null = null;
  /** The recogniser's clock at the end of the newest final, with words or without; -Infinity = none yet. Before it nothing more comes. */
  finalHeardToMs = Number.NEGATIVE_INFINITY;
  /** The same for any result: so far it has heard. */
  heardToMs = Number.NEGATIVE_INFINITY;
  #finals: Span[] = [];
  #interim: Span | null = null;
  #joined = '';
  // What was handed over at the last reset: audio up to here, and the words of it that were still interim.
  #consumedToMs = Number.NEGATIVE_INFINITY;
  #consumedInterim: string[] = [];

  /** Finals so far, joined by spaces. */
  get finalText(): string {
    return this.#joined;
  }

  /** Finals and the current interim. */
  get text(): string {
    return join(this.#joined, this.#interim?.text ?? '');
  }

  /** There is text that may still change. */
  get hasPendingInterim(): boolean {
    return this.#interim !== null;
  }

  get wordCount(): number {
    return words(this.text).length;
  }

  /** Takes one result, in order of arrival, with the time it came. O(finals of this utterance). */
  add(transcript: SttTranscript, nowMs: number): TranscriptChange {
    const { startMs, endMs } = transcript;
    this.heardToMs = Math.max(this.heardToMs, endMs);
    if (transcript.isFinal) this.finalHeardToMs = Math.max(this.finalHeardToMs, endMs);
    if (endMs > startMs && endMs <= this.#consumedToMs + SPAN_TOLERANCE_MS) return 'late';
    const whole = HAS_WORDS.test(transcript.text) ? newest(transcript.text.trim()) : '';
    const text = this.#withoutConsumed(whole, startMs);
    if (!transcript.isFinal) {
      const covered = this.#finals.some((final) => final.endMs > final.startMs && endMs <= final.endMs);
      if (covered) return 'duplicate';
      this.#interim = text === '' ? null : { text, startMs, endMs };
      return text === '' ? 'empty' : 'interim';
    }
    const known = this.#finals.findIndex((final) => sameSpan(final, startMs, endMs));
    if (known >= 0 && (text === '' || normal(this.#finals[known].text) === normal(text))) return 'duplicate';
    // A final covers what was interim before it, whether it kept the words or found there were none.
    if (this.#interim !== null && (endMs <= startMs || this.#interim.startMs < endMs)) this.#interim = null;
    if (text === '') return whole === '' ? 'empty' : 'late';
    const span = { text, startMs, endMs };
    if (known >= 0)
      this.#finals[known] = span; // the provider thought again
    else this.#finals.push(span);
    this.#dropOldest();
    this.#joined = this.#finals.reduce((all, final) => join(all, final.text), '');
    this.lastFinalAtMs = nowMs;
    return 'final';
  }

  /**
   * The utterance was used (or thrown away): begin the next. Results that come later for the same audio are recognised
   * and not taken for new speech.
   */
  reset(): void {
    for (const final of this.#finals) this.#consumedToMs = Math.max(this.#consumedToMs, final.endMs);
    this.#consumedInterim = words(this.#interim?.text ?? '').map(normal);
    if (this.#interim !== null) this.#consumedToMs = Math.max(this.#consumedToMs, this.#interim.endMs);
    this.#finals = [];
    this.#interim = null;
    this.#joined = '';
    this.lastFinalAtMs = null;
  }

  /** Keeps to the limit. What is dropped counts as handed over: the same audio again is no new speech. */
  #dropOldest(): void {
    let length = this.#finals.reduce((sum, final) => sum + final.text.length + 1, -1);
    while (length > CHARS_MAX && this.#finals.length > 1) {
      const { text, endMs } = this.#finals.shift()!;
      length -= text.length + 1;
      this.#consumedToMs = Math.max(this.#consumedToMs, endMs);
      this.#consumedInterim = [];
    }
  }

  /** A later result that begins inside the consumed audio repeats the interim words that were used; only the rest is new. */
  #withoutConsumed(text: string, startMs: number): string {
    if (this.#consumedInterim.length === 0 || startMs >= this.#consumedToMs - SPAN_TOLERANCE_MS) return text;
    const parts = words(text);
    const repeated = this.#consumedInterim.every((word, index) => normal(parts[index] ?? '') === word);
    return repeated ? parts.slice(this.#consumedInterim.length).join(' ') : text;
  }
}

/** The same words, whatever capitals and punctuation stand around them. */
export function sameWords(a: string, b: string): boolean {
  return a === b || normal(a).replace(/ +/g, ' ').trim() === normal(b).replace(/ +/g, ' ').trim();
}

/** Real spans only: a provider that gives none has no duplicates we could know. */
function sameSpan(span: Span, startMs: number, endMs: number): boolean {
  return (
    endMs > startMs &&
    Math.abs(span.startMs - startMs) <= SPAN_TOLERANCE_MS &&
    Math.abs(span.endMs - endMs) <= SPAN_TOLERANCE_MS
  );
}

/** The end of a text that is longer than the limit, from the beginning of a word. */
function newest(text: string): string {
  if (text.length <= CHARS_MAX) return text;
  const end = text.slice(-CHARS_MAX);
  return end.slice(end.search(/\s/) + 1).replace(/^[\udc00-\udfff]/, '');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function normal(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N} ]/gu, '');
}

function join(a: string, b: string): string {
  return a !== '' && b !== '' ? `${a} ${b}` : a + b;
}
