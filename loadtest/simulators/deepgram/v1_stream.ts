// One v1 (Nova) stream: turns what is heard into Results, SpeechStarted and UtteranceEnd in the vendor's order. Driven
// by audio received alone; how late a message leaves is the outbox's business, and so is the socket.

import type { Ear } from './hearing.js';
import type { V1Options } from './listen_query.js';
import type { StreamOutbox } from './outbox.js';
import { metadataMessage, type ResultFlags, resultsMessage, type StreamIdentity } from './v1_messages.js';

/** A span this long is made final in mid-speech; silence likewise. */
const SPAN_MAX_MS = 4000;
/** Finalize with less than this since the last final gets no answer ("no significant amount of audio"). */
const FINALIZE_MIN_MS = 60;
/** A Finalize after this much silence says that the speaker has stopped. */
const FINALIZE_PAUSE_MS = 60;

export class V1Stream {
  #spanStartMs = 0;
  #lastResultMs = 0;
  /** Words that the last interim held. */
  #shown = 0;
  /** The endpointer has spoken in the present silence. */
  #endpointed = true;
  #utteranceEnded = true;

  constructor(
    readonly options: V1Options,
    readonly identity: StreamIdentity,
    readonly hearing: Ear,
    readonly outbox: StreamOutbox,
    readonly random: () => number,
    /** Words were queued that nobody asked for, as a final or as an interim. */
    readonly onWords: (kind: 'final' | 'interim') => void = () => {},
  ) {}

  /** One 10 ms window of audio was received. */
  window(loud: boolean): void {
    const { hearing, options } = this;
    if (hearing.step(loud)) {
      this.#endpointed = false;
      this.#utteranceEnded = false;
      if (options.vadEvents)
        this.outbox.send(
          'interim',
          `{"type":"SpeechStarted","channel":[0,1],"timestamp":${(hearing.speechStartMs / 1000).toFixed(2)}}`,
        );
    }
    if (hearing.speaking) {
      this.#utteranceEnded = false;
      if (hearing.audioMs - this.#spanStartMs >= SPAN_MAX_MS && hearing.pending.length > 0) this.#final({});
      else if (hearing.audioMs - this.#lastResultMs >= hearing.interimEveryMs && hearing.pending.length > 0)
        this.#interim();
    } else this.#silence();
  }

  /** Everything heard so far becomes final now. Returns false when there is too little to answer. */
  finalize(): boolean {
    this.hearing.endPause(FINALIZE_PAUSE_MS);
    if (this.hearing.pending.length === 0 && this.hearing.audioMs - this.#spanStartMs < FINALIZE_MIN_MS) return false;
    const endpointingMs = this.options.endpointingMs ?? Number.POSITIVE_INFINITY;
    const speechFinal = !this.hearing.speaking && this.hearing.silenceMs >= endpointingMs;
    if (speechFinal) this.#endpointed = true;
    this.#final({ speechFinal, fromFinalize: true }, 'finalize');
    return true;
  }

  /** CloseStream: last results, then Metadata. The server closes after it. */
  finish(): void {
    this.hearing.endPause(FINALIZE_PAUSE_MS);
    this.#final({}, 'finalize');
    this.outbox.send('finalize', metadataMessage(this.identity, this.hearing.audioMs));
  }

  /** Repeats words that were already final, long after: what the `late_final` failure sends. */
  lateFinal(text: string): void {
    const words = [{ text, startMs: this.#spanStartMs, endMs: this.hearing.audioMs }];
    this.outbox.send('finalize', this.#results(words, { isFinal: true }));
  }

  #silence(): void {
    const { hearing, options } = this;
    const { silenceMs, audioMs } = hearing;
    const endpointMs = options.endpointingMs === null ? Number.POSITIVE_INFINITY : Math.max(10, options.endpointingMs);
    if (silenceMs >= endpointMs && !hearing.stirring && (!this.#endpointed || hearing.pending.length > 0)) {
      hearing.endPause();
      this.#endpointed = true;
      this.#final({ speechFinal: true });
    }
    // A result each `interimEveryMs` of audio, whether or not the speaker pauses: the last word of a turn is in one.
    if (hearing.pending.length > this.#shown && audioMs - this.#lastResultMs >= hearing.interimEveryMs) this.#interim();
    // Silence is transcribed too: an empty final moves the span on. The gap between two words is no end of speech.
    if (audioMs - this.#spanStartMs >= SPAN_MAX_MS) this.#final({ speechFinal: silenceMs >= endpointMs });
    if (options.utteranceEndMs === null || this.#utteranceEnded || hearing.lastWordEndMs < 0) return;
    if (audioMs - hearing.lastWordEndMs < options.utteranceEndMs) return;
    this.#utteranceEnded = true;
    const lastWordEnd = (hearing.lastWordEndMs / 1000).toFixed(2);
    this.outbox.send('interim', `{"type":"UtteranceEnd","channel":[0,1],"last_word_end":${lastWordEnd}}`);
  }

  #interim(): void {
    this.#lastResultMs = this.hearing.audioMs;
    this.#shown = this.hearing.pending.length;
    if (!this.options.interimResults) return;
    const words = [...this.hearing.pending];
    const last = words.at(-1);
    // The newest word is often misheard until more is known: interim text may change.
    if (last && last.text.length > 4 && this.random() < 0.3)
      words[words.length - 1] = { ...last, text: last.text.slice(0, -2) };
    this.outbox.send('interim', this.#results(words, {}));
    this.onWords('interim');
  }

  #final(flags: Partial<ResultFlags>, kind: 'final' | 'finalize' = 'final'): void {
    const words = this.hearing.takeWords();
    this.outbox.send(kind, this.#results(words, { ...flags, isFinal: true }));
    if (kind === 'final' && words.length > 0) this.onWords('final');
    this.#shown = 0;
    this.#spanStartMs = this.hearing.audioMs;
    this.#lastResultMs = this.hearing.audioMs;
  }

  #results(words: Parameters<typeof resultsMessage>[1], flags: Partial<ResultFlags>): string {
    const span = { startMs: this.#spanStartMs, endMs: this.hearing.audioMs };
    return resultsMessage(this.identity, words, span, flags, this.options.punctuate);
  }
}
