// What a reply is made with, whom it tells, and when what happened to it. Types only; the reply itself is reply.ts.

import type { Logger } from 'pino';
import type { SentenceSplitter } from '../conversation/text/sentence_splitter.js';
import type { EngineError } from '../errors.js';
import type { LlmProvider, LlmUsage } from '../providers/llm.js';
import type { TtsOptions, TtsProvider } from '../providers/tts.js';
import type { PhraseCache } from './phrase_cache.js';
import type { ReplyTools } from './tool_rounds.js';

export interface ReplyServices {
  llm: LlmProvider;
  tts: TtsProvider;
  ttsOptions: TtsOptions;
  phrases: PhraseCache;
  /** What the model may do; null = nothing. */
  tools: ReplyTools | null;
  newSplitter(): SentenceSplitter;
  log: Logger;
}

export interface ReplyHandlers {
  /** Text that goes to the voice now, in order. */
  onPiece(text: string): void;
  /** Mu-law audio; the view is valid only during the call. */
  onAudio(bytes: Uint8Array): void;
  onWords(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void;
  /** All text was given and all audio delivered. */
  onComplete(): void;
  /** The voice broke off: what is left to say of the pieces so far, and where in the reply its audio will begin. */
  onVoiceBroken(): { rest: string; baseMs: number };
  onFailed(error: EngineError): void;
  /** How much of the reply so far the caller has still to hear, ms. */
  leftMs(): number;
  onUsage(usage: LlmUsage): void;
  /** Text was given to the voice, which charges by the character; ready-made audio costs none. */
  onCharacters(count: number): void;
}

/** What was paid for: the model's tokens, read and written, and characters given to the voice. */
export interface Spent {
  tokens: number;
  characters: number;
}

/** When things happened, engine clock in ms; null = not yet. */
export interface ReplyTimes {
  requestMs: number | null;
  firstTokenMs: number | null;
  /** No more text will come. */
  writtenMs: number | null;
  releasedMs: number | null;
  firstPieceMs: number | null;
  firstAudioMs: number | null;
}
