// The rounds of tools inside one reply: the model asks, the tools run, the model is asked again with what they brought, up
// to a limit. Says something when the caller would wait in silence. What a tool does is call_tools.ts; what is said with
// the results, reply.ts.

import type { ChatMessage, LlmRequest, ToolCall } from '../providers/llm.js';
import type { ToolResult } from '../tools/tool.js';

/** What a reply needs of its call's tools. */
export interface ReplyTools {
  /** One result a call, in their order; never rejects. */
  run(calls: readonly ToolCall[]): Promise<ToolResult[]>;
  fillerOf(calls: readonly ToolCall[]): string;
}

export interface ToolRoundHandlers {
  /** How much of the reply the caller has still to hear, ms. */
  leftMs(): number;
  /** Something to say while the tools run. */
  onFiller(line: string): void;
  /** The tools are done: ask the model this; null = nothing is left to say. */
  onNext(request: LlmRequest | null): void;
}

/** Requests of one answer that may bring tool calls; then the model has to speak. */
const ROUNDS_MAX = 6;
/** Silence that a caller hears without a word from us. The model's own second comes on top. */
const SILENCE_MS = 700;
/** Nobody wants to be told to wait every second. */
const FILLERS_MAX = 2;
const FILLER_EVERY_MS = 5000;

export class ToolRounds {
  readonly #tools: ReplyTools;
  readonly #handlers: ToolRoundHandlers;
  #rounds = 0;
  #fillers = 0;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(tools: ReplyTools, handlers: ToolRoundHandlers) {
    this.#tools = tools;
    this.#handlers = handlers;
  }

  /** Runs `calls`, which `request` brought behind the words `said`; '' = none. */
  begin(request: LlmRequest, calls: readonly ToolCall[], said: string): void {
    this.#rounds++;
    this.#wait(calls, SILENCE_MS);
    void this.#tools.run(calls).then((results) => {
      this.#stopWaiting();
      if (!this.#isOver) this.#handlers.onNext(this.#next(request, calls, said, results));
    });
  }

  /** The reply is over: nothing reaches the handlers any more, the tools go on. Safe twice. */
  cancel(): void {
    this.#isOver = true;
    this.#stopWaiting();
  }

  #next(
    request: LlmRequest,
    calls: readonly ToolCall[],
    said: string,
    results: readonly ToolResult[],
  ): LlmRequest | null {
    // A model that has asked already is not asked for.
    const say = /[?？]\s*$/.test(said)
      ? ''
      : (results.find(({ pending }) => pending !== undefined)?.pending?.say ?? '');
    if (say !== '') this.#handlers.onFiller(say);
    if ((said !== '' || say !== '') && results.every(({ isLast }) => isLast === true)) return null;
    const asked: ChatMessage = { role: 'assistant', content: said, toolCalls: calls };
    const answers = results.map(({ content }, i): ChatMessage => ({ role: 'tool', toolCallId: calls[i].id, content }));
    const { tools, ...rest } = request;
    const messages = [...request.messages, asked, ...answers];
    return this.#rounds < ROUNDS_MAX ? { ...rest, tools, messages } : { ...rest, messages };
  }

  #wait(calls: readonly ToolCall[], forMs: number): void {
    this.#stopWaiting();
    this.#timer = setTimeout(() => {
      const leftMs = this.#handlers.leftMs();
      if (leftMs > 0) return this.#wait(calls, leftMs + SILENCE_MS);
      this.#handlers.onFiller(this.#tools.fillerOf(calls));
      if (++this.#fillers < FILLERS_MAX) this.#wait(calls, FILLER_EVERY_MS);
    }, forMs);
  }

  #stopWaiting(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
