// What the engine asks of a streaming language model. One run per reply (or per discarded draft).

import type { EngineError } from '../errors.js';

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

export interface LlmRequest {
  messages: readonly ChatMessage[];
  maxTokens: number;
  temperature: number;
}

export interface LlmUsage {
  promptTokens: number;
  completionTokens: number;
}

export interface LlmHandlers {
  /** A piece of text, never empty. */
  onText(text: string): void;
  /** The reply is complete. `finishReason` as the provider names it (`stop`, `length`, `content_filter`, …). */
  onDone(result: { finishReason: string; usage: LlmUsage | null }): void;
  /** The run failed; nothing more follows. */
  onError(error: EngineError): void;
}

export interface LlmRun {
  /** Stops the run and its request. Safe twice and after the end. No handler is called afterwards. */
  cancel(): void;
}

export interface LlmProvider {
  /** Opens a spare connection so that the first request saves its set-up. Never throws. */
  warm(): void;
  start(request: LlmRequest, handlers: LlmHandlers): LlmRun;
  close(): void;
}
