// One utterance: text goes in piece by piece, audio and word times come out, however many vendor contexts that takes. A
// context ends early when the language model is slow (it expires), or with its socket; the utterance goes on in a new
// one as long as nothing is spoken twice. Sockets are cartesia_pool.ts.

import { BYTES_PER_MS, RATE_HZ } from '../../audio_format.js';
import { type BackoffOptions, backoffMs } from '../../backoff.js';
import { nowMs } from '../../clock.js';
import { EngineError } from '../../errors.js';
import type { Sweep, Swept } from '../shared/liveness.js';
import { logFault, type ProviderHooks } from '../shared/provider_hooks.js';
import type { TtsHandlers, TtsUtterance } from '../tts.js';
import type { CartesiaPool } from './cartesia_pool.js';
import type { CartesiaContextSink, CartesiaSocket } from './cartesia_socket.js';

export interface CartesiaTuning {
  /** First text of a context to its first audio, attempts and connecting included. */
  firstAudioTimeoutMs: number;
  /** Later text, or the end of the text, to the next audio (or the end). */
  stallTimeoutMs: number;
  /** After a refusal (429, or a connection that could not be made). */
  retryBackoff: BackoffOptions;
}
export const CARTESIA_TUNING = {
  firstAudioTimeoutMs: 4000,
  stallTimeoutMs: 4000,
  retryBackoff: { baseMs: 250, capMs: 2000 },
} as const satisfies CartesiaTuning;

/** What every message of a context repeats, identical each time, or the vendor refuses it. */
export interface CartesiaVoice {
  modelId: string;
  voiceId: string;
  language: string;
}

export interface CartesiaUtteranceContext {
  pool: CartesiaPool;
  tuning: CartesiaTuning;
  hooks: ProviderHooks;
  sweeper: Sweep;
  nextContextId(): string;
  /** The utterance needs nothing any more. */
  onOver(utterance: CartesiaUtterance): void;
}

const OUTPUT_FORMAT = { container: 'raw', encoding: 'pcm_mulaw', sample_rate: RATE_HZ } as const;
/** Something that must make a sound when spoken. */
const SPEAKABLE = /[\p{L}\p{N}]/u;

/**
 * `idle`: no context (none yet, or the last one is over). `placing`: text waits for a socket or for a retry.
 * `live`: the context's text is with the vendor.
 */
type State = 'idle' | 'placing' | 'live' | 'over';

export class CartesiaUtterance implements TtsUtterance, CartesiaContextSink, Swept {
  readonly #context: CartesiaUtteranceContext;
  readonly #voice: CartesiaVoice;
  #handlers: TtsHandlers | null;
  #state: State = 'idle';
  #contextId = '';
  #socket: CartesiaSocket | null = null;
  /** Text pushed since the last audio came: what must be said again when this context is lost. */
  #tail = '';
  /** Spaces that wait for text to go with. */
  #held = '';
  #lastPushed = false;
  /** Audio bytes of the whole utterance, and of this context. */
  #audioBytes = 0;
  #contextBytes = 0;
  /** Where this context's audio begins in the utterance. */
  #baseMs = 0;
  #firstAudioDueMs = Number.POSITIVE_INFINITY;
  #stallDueMs = Number.POSITIVE_INFINITY;
  #retryAtMs = Number.POSITIVE_INFINITY;
  #refusals = 0;
  /** The text of a context without a sound was repeated once already. */
  #repeated = false;
  #lastError: EngineError | null = null;

  constructor(context: CartesiaUtteranceContext, voice: CartesiaVoice, handlers: TtsHandlers) {
    this.#context = context;
    this.#voice = voice;
    this.#handlers = handlers;
    context.sweeper.add(this);
  }

  push(text: string, last: boolean): void {
    if (this.#state === 'over' || this.#lastPushed) return;
    let piece = this.#held + text;
    this.#held = '';
    this.#lastPushed = last;
    if (piece.trim() === '') {
      if (!last) {
        this.#held = piece;
        return;
      }
      piece = '';
    }
    this.#tail += piece;
    this.#context.hooks.metrics?.count('tts_characters', piece.length);
    switch (this.#state) {
      case 'idle':
        if (piece === '') this.#finish();
        else this.#begin();
        break;
      case 'live':
        this.#send(piece);
        break;
      case 'placing':
        break; // goes out with the rest
    }
  }

  cancel(): void {
    if (this.#state !== 'over') this.#over();
  }

  sweep(now: number): void {
    const { firstAudioTimeoutMs } = this.#context.tuning;
    if (now >= this.#firstAudioDueMs) {
      // When nothing at all came over this socket either, don't let others wait for it as long.
      if (this.#state === 'live' && (this.#socket?.lastReceivedMs ?? now) < now - firstAudioTimeoutMs) {
        const socket = this.#socket;
        this.#fail(this.#lastError ?? stalled('no audio'));
        socket?.terminate();
        return;
      }
      this.#fail(this.#lastError ?? stalled(this.#state === 'placing' ? 'no socket' : 'no audio'));
    } else if (now >= this.#stallDueMs) {
      this.#fail(stalled('audio stopped'));
    } else if (now >= this.#retryAtMs) {
      this.#place();
    }
  }

  onSocketOpen(): void {
    if (this.#state === 'placing') this.#goLive();
  }

  onAudio(bytes: Uint8Array): void {
    if (this.#audioBytes === 0) this.#context.hooks.onResult?.(null);
    this.#audioBytes += bytes.length;
    this.#contextBytes += bytes.length;
    this.#tail = '';
    this.#repeated = false;
    this.#refusals = 0;
    this.#lastError = null;
    this.#firstAudioDueMs = Number.POSITIVE_INFINITY;
    // With all text so far perhaps spoken, silence is the language model's; only after the last text is an end due.
    this.#stallDueMs = this.#lastPushed ? nowMs() + this.#context.tuning.stallTimeoutMs : Number.POSITIVE_INFINITY;
    try {
      this.#handlers?.onAudio(bytes);
    } catch (thrown) {
      logFault(this.#context.hooks, thrown);
    }
  }

  onWords(words: readonly string[], startS: readonly number[], endS: readonly number[]): void {
    const toMs = (seconds: number) => this.#baseMs + seconds * 1000;
    try {
      this.#handlers?.onWords(words, startS.map(toMs), endS.map(toMs));
    } catch (thrown) {
      logFault(this.#context.hooks, thrown);
    }
  }

  onContextDone(): void {
    this.#leave();
    if (SPEAKABLE.test(this.#tail)) {
      // The context ended without the text we sent last: it had expired when that arrived. Say it in a new one. Text
      // that makes no sound twice is not going to.
      if (this.#contextBytes > 0 || !this.#repeated) {
        this.#repeated = this.#contextBytes === 0;
        this.#context.hooks.metrics?.count('retries', 1);
        this.#begin();
      } else {
        this.#fail(new EngineError('TTS_REQUEST', { provider: 'cartesia', detail: 'no audio for the text' }));
      }
      return;
    }
    this.#tail = '';
    if (this.#lastPushed) this.#finish();
    else this.#toIdle();
  }

  onContextError(error: EngineError): void {
    this.#leave();
    this.#context.hooks.log.warn(
      { code: error.code, status: error.status, detail: error.message },
      'tts context refused',
    );
    if (this.#contextBytes > 0) {
      // Text sent to a context that had just expired may be refused instead of ignored; it was not spoken.
      const expired = error.status !== undefined && error.status < 500 && error.status !== 429;
      if (expired && SPEAKABLE.test(this.#tail)) this.#begin();
      else this.#fail(error);
    } else if (error.status === 429) {
      this.#retryLater(error);
    } else if (error.retryable && !this.#repeated) {
      this.#repeated = true;
      this.#lastError = error;
      this.#context.hooks.metrics?.count('retries', 1);
      this.#place();
    } else {
      this.#fail(error);
    }
  }

  onSocketLost(error: EngineError): void {
    this.#socket = null;
    const wasLive = this.#state === 'live';
    if (!error.retryable) {
      this.#fail(error);
    } else if (!wasLive) {
      this.#retryLater(error);
    } else if (this.#contextBytes > 0) {
      // A clean close while nothing is outstanding is the vendor tidying up an idle socket.
      if (error.status === 1000 && this.#tail === '' && !this.#lastPushed) this.#toIdle();
      else this.#fail(error);
    } else if (!this.#repeated) {
      this.#repeated = true;
      this.#lastError = error;
      this.#context.hooks.metrics?.count('retries', 1);
      this.#place();
    } else {
      this.#fail(error);
    }
  }

  /** A new context for what is in the tail. */
  #begin(): void {
    this.#contextBytes = 0;
    this.#baseMs = this.#audioBytes / BYTES_PER_MS;
    this.#stallDueMs = Number.POSITIVE_INFINITY;
    this.#firstAudioDueMs = nowMs() + this.#context.tuning.firstAudioTimeoutMs;
    this.#place();
  }

  /** Finds a socket for this context; its deadline runs on. */
  #place(): void {
    this.#state = 'placing';
    this.#retryAtMs = Number.POSITIVE_INFINITY;
    const { pool } = this.#context;
    const socket = pool.acquire();
    if (!socket) {
      this.#retryAtMs = Math.max(nowMs(), pool.nextConnectMs);
      return;
    }
    this.#contextId = this.#context.nextContextId();
    this.#socket = socket;
    socket.attach(this.#contextId, this);
    if (socket.state === 'open') this.#goLive();
  }

  #goLive(): void {
    this.#state = 'live';
    this.#send(this.#tail);
  }

  #send(text: string): void {
    this.#socket?.send(this.#contextId, {
      model_id: this.#voice.modelId,
      voice: this.#voice.voiceId,
      language: this.#voice.language,
      output_format: OUTPUT_FORMAT,
      // Pieces come speakable from the sentence splitter: the vendor's default would hold short ones back for 3 s.
      max_buffer_delay_ms: 0,
      add_timestamps: true,
      context_id: this.#contextId,
      transcript: text,
      continue: !this.#lastPushed,
    } as Parameters<CartesiaSocket['send']>[1]);
    if (this.#contextBytes > 0) this.#stallDueMs = nowMs() + this.#context.tuning.stallTimeoutMs;
  }

  #retryLater(error: EngineError): void {
    const { pool, tuning, hooks } = this.#context;
    this.#lastError = error;
    const atMs = Math.max(nowMs() + backoffMs(this.#refusals++, tuning.retryBackoff), pool.nextConnectMs);
    if (atMs >= this.#firstAudioDueMs) {
      this.#fail(error);
      return;
    }
    hooks.metrics?.count('retries', 1);
    this.#state = 'placing';
    this.#retryAtMs = atMs;
  }

  #toIdle(): void {
    this.#state = 'idle';
    this.#firstAudioDueMs = Number.POSITIVE_INFINITY;
    this.#stallDueMs = Number.POSITIVE_INFINITY;
    if (this.#lastPushed) this.#finish();
  }

  /** The socket has let go of this context. */
  #leave(): void {
    this.#socket = null;
    this.#stallDueMs = Number.POSITIVE_INFINITY;
  }

  #finish(): void {
    const handlers = this.#handlers;
    this.#over();
    try {
      handlers?.onDone();
    } catch (thrown) {
      logFault(this.#context.hooks, thrown);
    }
  }

  #fail(error: EngineError): void {
    const handlers = this.#handlers;
    this.#over();
    this.#context.hooks.onResult?.(error);
    try {
      handlers?.onError(error);
    } catch (thrown) {
      logFault(this.#context.hooks, thrown);
    }
  }

  #over(): void {
    this.#state = 'over';
    this.#handlers = null;
    this.#context.sweeper.delete(this);
    this.#socket?.cancel(this.#contextId);
    this.#socket = null;
    this.#context.onOver(this);
  }
}

function stalled(detail: string): EngineError {
  return new EngineError('TTS_STALLED', { provider: 'cartesia', retryable: true, detail });
}
