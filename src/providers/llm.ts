// What the engine asks of a streaming language model. One run per reply (or per discarded draft).

import type { EngineError } from '../errors.js';

/** A tool the model wants to be run. */
export interface ToolCall {
  /** The model's own name for this call; its result is told under it. */
  id: string;
  name: string;
  /** JSON as the model wrote it: it may be cut off or wrong. */
  arguments: string;
}

/** What the model is told of a tool. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of an object. */
  parameters: Record<string, unknown>;
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: readonly ToolCall[] }
  | { role: 'tool'; toolCallId: string; content: string };

export interface LlmRequest {
  messages: readonly ChatMessage[];
  maxTokens: number;
  temperature: number;
  /** Absent = the configured one. */
  model?: string | undefined;
  /** What the model may ask for instead of words, or behind them; absent = nothing. */
  tools?: readonly ToolSpec[];
}

export interface LlmUsage {
  promptTokens: number;
  completionTokens: number;
}

export interface LlmHandlers {
  /** A piece of text, never empty. */
  onText(text: string): void;
  /**
   * The reply is complete. `finishReason` as the provider names it (`stop`, `length`, `content_filter`, `tool_calls`, …).
   * `toolCalls`: what the model wants to be run before it goes on, absent = nothing; results belong into the next request.
   */
  onDone(result: { finishReason: string; usage: LlmUsage | null; toolCalls?: readonly ToolCall[] }): void;
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
