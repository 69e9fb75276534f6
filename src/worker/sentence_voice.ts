// A voice that need not make anew what it has said often: the first sentence of an answer, when many answers begin with it ("Thank
// you for letting us know."). It is there at once then, costs nothing, and the voice makes what follows meanwhile. A sentence is
// kept when it was said a few times, by the voice, language and model that said it; where they are kept is phrase_cache.ts.

import { BYTES_PER_MS } from '../audio_format.js';
import type { ThreadMetrics } from '../metrics/shared_metrics.js';
import type { TtsHandlers, TtsOptions, TtsProvider, TtsUtterance } from '../providers/tts.js';
import { type PhraseCache, PhraseMaker } from './phrase_cache.js';

/** So often it was said before its sound is kept: what is said to one caller only, such as a name, never is. */
const SAID_MIN = 3;
/** A longer sentence is no phrase that comes again. */
const CHARS_MAX = 160;
/** The end of a sentence: what follows it may come from another utterance, and is not heard to. */
const WHOLE_SENTENCE = /\p{L}[^.!?…]*[.!?…]["'”’)]*\s*$/u;

export class SentenceVoice implements TtsProvider {
  readonly #voice: TtsProvider;
  readonly #phrases: PhraseCache;
  readonly #metrics: Pick<ThreadMetrics, 'add' | 'setGauge'>;

  /** @param voice speaks mu-law, 8 kHz */
  constructor(voice: TtsProvider, phrases: PhraseCache, metrics: Pick<ThreadMetrics, 'add' | 'setGauge'>) {
    this.#voice = voice;
    this.#phrases = phrases;
    this.#metrics = metrics;
  }

  get format() {
    return this.#voice.format;
  }

  warm(): void {
    this.#voice.warm();
  }

  close(): void {
    this.#voice.close();
  }

  open(options: TtsOptions, handlers: TtsHandlers): TtsUtterance {
    return new SentenceUtterance(this.#voice, this.#phrases, this.#metrics, options, handlers);
  }
}

class SentenceUtterance implements TtsUtterance {
  readonly #voice: TtsProvider;
  readonly #phrases: PhraseCache;
  readonly #metrics: Pick<ThreadMetrics, 'add' | 'setGauge'>;
  readonly #options: TtsOptions;
  readonly #handlers: TtsHandlers;
  #inner: TtsUtterance | null = null;
  #hasBegun = false;
  /** Length of what was ready-made, ms: the voice's own times begin there. */
  #baseMs = 0;
  /** The first sentence, while its sound is wanted; and the sound. */
  #sentence = '';
  #maker: PhraseMaker | null = null;
  /** Nothing but that sentence was given so far. */
  #isAlone = true;

  constructor(
    voice: TtsProvider,
    phrases: PhraseCache,
    metrics: Pick<ThreadMetrics, 'add' | 'setGauge'>,
    options: TtsOptions,
    handlers: TtsHandlers,
  ) {
    this.#voice = voice;
    this.#phrases = phrases;
    this.#metrics = metrics;
    this.#options = options;
    this.#handlers = handlers;
  }

  push(text: string, last: boolean): void {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    if (isFirst) {
      if (this.#isReady(text)) {
        if (last) this.#handlers.onDone();
        return;
      }
    } else if (text.trim() !== '') this.#isAlone = false;
    const mayBegin = this.#inner !== null || this.#baseMs === 0;
    if (!mayBegin && text.trim() === '') {
      if (last) this.#handlers.onDone();
      return;
    }
    const isOpen = this.#inner !== null;
    this.#inner ??= this.#open();
    this.#inner.push(isOpen || isFirst ? text : text.trimStart(), last);
  }

  cancel(): void {
    this.#maker = null;
    this.#inner?.cancel();
  }

  /** Says it, if its sound is here; otherwise it may be worth keeping. */
  #isReady(text: string): boolean {
    if (text.length > CHARS_MAX || !WHOLE_SENTENCE.test(text)) return false;
    const sentence = text.trim();
    const ready = this.#phrases.get(this.#options, sentence);
    if (ready === null) {
      this.#metrics.add('sentence_misses');
      if (this.#phrases.sighted(this.#options, sentence) < SAID_MIN) return false;
      this.#sentence = sentence;
      this.#maker = new PhraseMaker();
      return false;
    }
    this.#metrics.add('sentence_hits');
    this.#baseMs = ready.audio.length / BYTES_PER_MS;
    this.#handlers.onReady?.(text.length);
    this.#handlers.onWords(ready.words, ready.startMs, ready.endMs);
    this.#handlers.onAudio(ready.audio);
    return true;
  }

  #open(): TtsUtterance {
    const handlers = this.#handlers;
    return this.#voice.open(this.#options, {
      onAudio: (bytes) => {
        this.#maker?.audio(bytes);
        this.#keepBeginning();
        handlers.onAudio(bytes);
      },
      onWords: (words, startMs, endMs) => {
        this.#maker?.times(words, startMs, endMs);
        this.#keepBeginning();
        const base = this.#baseMs;
        if (base === 0) return handlers.onWords(words, startMs, endMs);
        const later = (ms: number) => ms + base;
        handlers.onWords(words, startMs.map(later), endMs.map(later));
      },
      onDone: () => {
        if (this.#isAlone && this.#maker !== null) this.#keep(this.#maker.phrase());
        handlers.onDone();
      },
      onError: (error) => {
        this.#maker = null;
        handlers.onError(error);
      },
    });
  }

  #keepBeginning(): void {
    if (this.#maker === null || this.#isAlone) return;
    const phrase = this.#maker.beginning(this.#sentence);
    if (phrase === false) this.#maker = null;
    else if (phrase !== null) this.#keep(phrase);
  }

  #keep(phrase: Parameters<PhraseCache['putSentence']>[2]): void {
    this.#maker = null;
    this.#phrases.putSentence(this.#options, this.#sentence, phrase);
    this.#metrics.setGauge('sentence_bytes', this.#phrases.sentenceBytes);
  }
}
