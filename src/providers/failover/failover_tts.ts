// Several voices as one: the next is given the same text when one fails or makes no sound in time, and the first that
// makes a sound speaks the whole utterance. All must deliver the same format; each has a voice of its own.

import { assert } from '../../assert.js';
import type { AudioFormat } from '../../audio_format.js';
import { nowMs } from '../../clock.js';
import type { EngineError } from '../../errors.js';
import type { Swept } from '../shared/liveness.js';
import type { TtsHandlers, TtsOptions, TtsProvider, TtsUtterance } from '../tts.js';
import { type FailoverOptions, type Ranked, Ranking } from './ranking.js';

export interface RankedVoice extends Ranked<TtsProvider> {
  /** An agent's voice and model are the first vendor's; this is what another one speaks with. */
  voiceId: string;
}

export class FailoverTts implements TtsProvider {
  readonly format: AudioFormat;
  readonly #ranking: Ranking<TtsProvider>;
  readonly #voices: readonly RankedVoice[];
  readonly #options: FailoverOptions;

  /** @param vendors at least one, the preferred first */
  constructor(vendors: readonly RankedVoice[], options: FailoverOptions) {
    this.#voices = vendors;
    this.#ranking = new Ranking(vendors, options.coolMs);
    this.#options = options;
    this.format = vendors[0].provider.format;
    const { encoding, rateHz } = this.format;
    const isSame = ({ provider }: RankedVoice) =>
      provider.format.encoding === encoding && provider.format.rateHz === rateHz;
    assert(vendors.every(isSame), 'voices of one format');
  }

  warm(): void {
    this.#ranking.order(this.#options.clock?.())[0].provider.warm();
  }

  open(options: TtsOptions, handlers: TtsHandlers): TtsUtterance {
    const optionsOf = (vendor: Ranked<TtsProvider>): TtsOptions => {
      const rank = this.#voices.indexOf(vendor as RankedVoice);
      return rank === 0 ? options : { ...options, voiceId: this.#voices[rank].voiceId, model: undefined };
    };
    return new FailoverUtterance(this.#ranking, this.#options, optionsOf, handlers);
  }

  close(): void {
    for (const { provider } of this.#ranking.all) provider.close();
  }
}

interface Attempt {
  vendor: Ranked<TtsProvider>;
  utterance: TtsUtterance | null;
  isOver: boolean;
  /** Word times that came before its first sound. */
  words: [words: readonly string[], startMs: readonly number[], endMs: readonly number[]][];
}

class FailoverUtterance implements TtsUtterance, Swept {
  readonly #ranking: Ranking<TtsProvider>;
  readonly #options: FailoverOptions;
  readonly #optionsOf: (vendor: Ranked<TtsProvider>) => TtsOptions;
  readonly #waiting: Ranked<TtsProvider>[];
  readonly #attempts: Attempt[] = [];
  #handlers: TtsHandlers | null;
  #winner: Attempt | null = null;
  /** Everything pushed, while it may have to be said by somebody else. */
  #text = '';
  #lastPushed = false;
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(
    ranking: Ranking<TtsProvider>,
    options: FailoverOptions,
    optionsOf: (vendor: Ranked<TtsProvider>) => TtsOptions,
    handlers: TtsHandlers,
  ) {
    this.#ranking = ranking;
    this.#options = options;
    this.#optionsOf = optionsOf;
    this.#handlers = handlers;
    this.#waiting = ranking.order(this.#now());
    options.sweeper.add(this);
    this.#openNext();
  }

  push(text: string, last: boolean): void {
    if (this.#handlers === null || this.#lastPushed) return;
    this.#lastPushed = last;
    if (this.#winner !== null) {
      this.#winner.utterance?.push(text, last);
      return;
    }
    // The clock runs from the first words: before them there is nothing to be late with.
    if (this.#text === '' && text !== '') this.#deadlineMs = this.#now() + this.#options.deadlineMs;
    this.#text += text;
    for (const { utterance } of [...this.#attempts]) utterance?.push(text, last);
  }

  cancel(): void {
    this.#finish();
  }

  sweep(now: number): void {
    if (now >= this.#deadlineMs) this.#openNext();
  }

  #now(): number {
    return this.#options.clock?.() ?? nowMs();
  }

  #openNext(): void {
    const vendor = this.#waiting.shift();
    const isDue = this.#waiting.length > 0 && this.#text !== '';
    this.#deadlineMs = isDue ? this.#now() + this.#options.deadlineMs : Number.POSITIVE_INFINITY;
    if (vendor === undefined) return;
    const attempt: Attempt = { vendor, utterance: null, isOver: false, words: [] };
    this.#attempts.push(attempt);
    const utterance = vendor.provider.open(this.#optionsOf(vendor), {
      onAudio: (bytes) => {
        this.#win(attempt);
        if (attempt === this.#winner) this.#handlers?.onAudio(bytes);
      },
      onWords: (words, startMs, endMs) => {
        if (attempt === this.#winner) this.#handlers?.onWords(words, startMs, endMs);
        else if (this.#winner === null) attempt.words.push([words, startMs, endMs]);
      },
      onDone: () => {
        if (this.#winner === null && this.#othersLeft(attempt)) return this.#lost(attempt, null);
        this.#win(attempt);
        if (attempt === this.#winner) this.#end((handlers) => handlers.onDone());
      },
      onError: (error) => {
        if (attempt !== this.#winner) return this.#lost(attempt, error);
        // Whoever says the rest of the reply should be somebody else.
        this.#ranking.failed(attempt.vendor, this.#now());
        this.#end((handlers) => handlers.onError(error));
      },
    });
    if (attempt.isOver || this.#handlers === null) return utterance.cancel();
    attempt.utterance = utterance;
    if (this.#text !== '' || this.#lastPushed) utterance.push(this.#text, this.#lastPushed);
  }

  #othersLeft(attempt: Attempt): boolean {
    return this.#waiting.length > 0 || this.#attempts.some((each) => each !== attempt && !each.isOver);
  }

  #win(attempt: Attempt): void {
    if (this.#winner !== null || attempt.isOver || this.#handlers === null) return;
    this.#winner = attempt;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#text = '';
    this.#ranking.succeeded(attempt.vendor);
    const [first] = this.#attempts;
    if (first !== attempt) {
      this.#ranking.failed(first.vendor, this.#now());
      this.#options.onFailover(first.vendor.name, attempt.vendor.name);
    }
    for (const each of this.#attempts) if (each !== attempt) this.#drop(each);
    for (const [words, startMs, endMs] of attempt.words) this.#handlers?.onWords(words, startMs, endMs);
  }

  #lost(attempt: Attempt, error: EngineError | null): void {
    if (attempt.isOver || this.#winner !== null || this.#handlers === null) return;
    const isLast = !this.#othersLeft(attempt);
    attempt.isOver = true;
    attempt.utterance = null;
    this.#ranking.failed(attempt.vendor, this.#now());
    if (!isLast) return this.#openNext();
    if (error !== null) this.#end((handlers) => handlers.onError(error));
  }

  #drop(attempt: Attempt): void {
    attempt.isOver = true;
    attempt.utterance?.cancel();
    attempt.utterance = null;
  }

  #end(tell: (handlers: TtsHandlers) => void): void {
    const handlers = this.#handlers;
    this.#finish();
    if (handlers !== null) tell(handlers);
  }

  /** Safe twice. */
  #finish(): void {
    this.#handlers = null;
    this.#options.sweeper.delete(this);
    for (const each of this.#attempts) this.#drop(each);
  }
}
