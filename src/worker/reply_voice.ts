// The voice of one reply: pieces of its text go in, its sound and word times come out, however many utterances that takes.
// What a broken utterance did not say is given to another one. Its first piece may be made before it may be heard: then the
// sound waits here until `release()`. What is said, and when, is reply.ts.

import { nowMs } from '../clock.js';
import type { EngineError } from '../errors.js';
import type { TtsUtterance } from '../providers/tts.js';
import { Rehearsal } from './rehearsal.js';
import type { ReplyHandlers, ReplyServices, ReplyTimes } from './reply_parts.js';

/** How often what a broken voice did not say is given to another. */
const MENDS_MAX = 2;
/** A voice that has made no sound for so long is given up: what could be said by another one comes too late. */
const MEND_MS_MAX = 5000;
/** Something the voice can make a sound of. */
const SPEAKABLE = /[\p{L}\p{N}]/u;

export interface ReplyVoiceHandlers
  extends Pick<ReplyHandlers, 'onAudio' | 'onWords' | 'onVoiceBroken' | 'onCharacters'> {
  /** All text was given and all of it has sounded. */
  onDone(): void;
  onFailed(error: EngineError): void;
  /** It said a part, and another begins: its sound is not all of the text in one piece. */
  onMended(): void;
}

export class ReplyVoice {
  readonly #services: ReplyServices;
  readonly #times: ReplyTimes;
  readonly #handlers: ReplyVoiceHandlers;
  #utterance: TtsUtterance | null = null;
  /** What waits until it may be heard; null = nothing was made that early, or it was heard. */
  #rehearsal: Rehearsal | null = null;
  #mayRehearse = true;
  #revoiced = 0;
  /** Where in the reply the utterance under way begins. */
  #baseMs = 0;
  #lastSoundMs = 0;
  /** Characters of the piece that is being pushed for which the voice is not paid. */
  #ready = 0;
  /** No more text comes. */
  #ended = false;
  #over = false;

  /** @param times `firstPieceMs` and `firstAudioMs` are filled in here */
  constructor(services: ReplyServices, times: ReplyTimes, handlers: ReplyVoiceHandlers) {
    this.#services = services;
    this.#times = times;
    this.#handlers = handlers;
  }

  /** It was given something to say. */
  get hasBegun(): boolean {
    return this.#utterance !== null;
  }

  /** Its first piece is being made, or was, and waits. */
  get isRehearsed(): boolean {
    return this.#rehearsal !== null;
  }

  /** Makes the first piece of what may never be said; one only. */
  rehearse(piece: string): void {
    if (this.#rehearsal !== null || !this.#mayRehearse) return;
    this.#rehearsal = new Rehearsal();
    this.push(piece, false);
  }

  /** What was made so far may be heard, and all that comes. */
  release(): void {
    const rehearsal = this.#rehearsal;
    this.#rehearsal = null;
    rehearsal?.perform(this.#handlers);
  }

  /** The piece that was made is not what will be said. */
  takeBack(): void {
    this.#rehearsal = null;
    this.#utterance?.cancel();
    this.#utterance = null;
    this.#times.firstPieceMs = this.#times.firstAudioMs = null;
  }

  push(piece: string, last: boolean): void {
    this.#times.firstPieceMs ??= nowMs();
    if (last) this.#ended = true;
    this.#ready = 0;
    this.#open().push(piece, last);
    if (piece.length > this.#ready) this.#handlers.onCharacters(piece.length - this.#ready);
  }

  /** All text was given. */
  end(): void {
    this.#ended = true;
    this.#utterance?.push('', true);
  }

  /** Nothing of it reaches the handlers any more. Safe twice. */
  cancel(): void {
    this.#over = true;
    this.#rehearsal = null;
    this.#utterance?.cancel();
    this.#utterance = null;
  }

  #open(): TtsUtterance {
    this.#utterance ??= this.#services.tts.open(this.#services.ttsOptions, {
      onAudio: (bytes) => this.#onAudio(bytes),
      onWords: (words, starts, ends) => this.#onWords(words, starts, ends),
      onReady: (characters) => {
        this.#ready = characters;
      },
      onDone: () => {
        if (this.#ended && !this.#over) this.#handlers.onDone();
      },
      onError: (error) => this.#onBroken(error),
    });
    return this.#utterance;
  }

  #onAudio(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#lastSoundMs = nowMs();
    this.#times.firstAudioMs ??= this.#lastSoundMs;
    if (this.#rehearsal !== null) this.#rehearsal.audio(bytes);
    else this.#handlers.onAudio(bytes);
  }

  #onWords(words: readonly string[], starts: readonly number[], ends: readonly number[]): void {
    if (this.#over) return;
    if (this.#rehearsal !== null) return this.#rehearsal.words(words, starts, ends);
    const base = this.#baseMs;
    if (base === 0) return this.#handlers.onWords(words, starts, ends);
    this.#handlers.onWords(
      words,
      starts.map((ms) => ms + base),
      ends.map((ms) => ms + base),
    );
  }

  /** What it did not say is given to another utterance, which the provider may open with another vendor. */
  #onBroken(error: EngineError): void {
    if (this.#over) return;
    if (this.#rehearsal !== null) {
      // Nobody has heard anything of it: when the turn is decided it is begun anew.
      this.#mayRehearse = false;
      return this.takeBack();
    }
    this.#utterance = null;
    const sinceMs = Math.max(this.#lastSoundMs, this.#times.firstPieceMs ?? 0);
    const isLate = nowMs() - sinceMs > MEND_MS_MAX;
    if (!error.retryable || isLate || this.#revoiced >= MENDS_MAX) return this.#handlers.onFailed(error);
    this.#revoiced++;
    const { rest, baseMs } = this.#handlers.onVoiceBroken();
    this.#services.log.warn({ code: error.code, characters: rest.length }, 'voice broke off: the rest is said anew');
    this.#handlers.onMended();
    this.#baseMs = baseMs;
    if (SPEAKABLE.test(rest)) {
      this.#handlers.onCharacters(rest.length);
      this.#open().push(rest.trimStart(), this.#ended);
    } else if (this.#ended) this.#handlers.onDone();
  }
}
