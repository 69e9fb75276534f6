// What the engine asks of a streaming text-to-speech provider. One utterance (provider "context") per reply.

import type { AudioFormat } from '../audio_format.js';
import type { EngineError } from '../errors.js';

export interface TtsHandlers {
  /** Audio in the provider's `format`, any length. The view is valid only during the call: copy what you keep. */
  onAudio(bytes: Uint8Array): void;
  /** Word times in milliseconds from the utterance's first sample. May arrive before or after the audio; may never. */
  onWords(words: readonly string[], startMs: readonly number[], endMs: readonly number[]): void;
  /** So many characters of the text that is being pushed are ready-made, and cost nothing. */
  onReady?(characters: number): void;
  /** All audio of all pushed text has been delivered (only after `push(…, true)` or the provider's expiry). */
  onDone(): void;
  /** The utterance failed; nothing more follows. */
  onError(error: EngineError): void;
}

export interface TtsUtterance {
  /** Adds text, verbatim: spaces between pieces matter. `last` ends the utterance (text may then be empty). */
  push(text: string, last: boolean): void;
  /** Stops it: nothing already under way reaches the handlers any more. Safe twice and after the end. */
  cancel(): void;
}

export interface TtsOptions {
  voiceId: string;
  language: string;
  /** Absent = the configured one. */
  model?: string | undefined;
}

export interface TtsProvider {
  /** Of all audio it delivers; mono. What the line needs is made of it by worker/phone_voice.ts. */
  readonly format: AudioFormat;
  /** Makes sure a socket is open before it is needed. Never throws. */
  warm(): void;
  open(options: TtsOptions, handlers: TtsHandlers): TtsUtterance;
  close(): void;
}
