// One reply from the language model: request, stream, own watchdogs, own retries while nothing was delivered, one end.
// Connections and warming are openai_llm.ts. The SDK makes the request and names its errors; its timeout ends at the
// response headers, and its stream costs twice the CPU per token (bench/providers), so the body is read and watched here.

import type { Readable } from 'node:stream';
import OpenAI from 'openai';
import { type BackoffOptions, backoffMs } from '../../backoff.js';
import { nowMs } from '../../clock.js';
import { EngineError } from '../../errors.js';
import type { LlmHandlers, LlmRequest, LlmRun, LlmUsage, ToolCall } from '../llm.js';
import type { Sweep, Swept } from '../shared/liveness.js';
import { logFault, type ProviderHooks } from '../shared/provider_hooks.js';
import { failureWord, isRetryableStatus, retryAfterMs } from '../shared/provider_http.js';
import { SseReader } from '../shared/sse_reader.js';
import type { PoolResponse } from './openai_fetch.js';
import type { ChatParameters, OpenaiParameters } from './openai_parameters.js';
import { ToolCallCollector, wireMessages, wireTools } from './openai_tools.js';

export interface OpenaiTuning {
  firstTokenTimeoutMs: number;
  stallTimeoutMs: number;
  /** Attempts after the first, only while no text was delivered. */
  retries: number;
  backoff: BackoffOptions;
  /** A Retry-After up to this is waited for; a longer one fails the run at once, for a caller can't wait. */
  retryAfterMsMax: number;
  /** Usage comes in a message of its own after the finish reason; the reply does not wait longer than this for it. */
  usageWaitMs: number;
  /** A finished reply's body may take this long to end, so that its connection can be used again. */
  drainMs: number;
}
export const OPENAI_TUNING = {
  firstTokenTimeoutMs: 5000,
  stallTimeoutMs: 5000,
  retries: 2,
  backoff: { baseMs: 150, capMs: 1000 },
  retryAfterMsMax: 2000,
  usageWaitMs: 150,
  drainMs: 1000,
} as const satisfies OpenaiTuning;

export interface OpenaiRunContext {
  client: OpenAI;
  model: string;
  parameters: OpenaiParameters;
  tuning: OpenaiTuning;
  hooks: ProviderHooks;
  sweeper: Sweep;
  /** The run is over for good. `aborted`: its connection was thrown away. */
  onOver(run: OpenaiRun, aborted: boolean): void;
}

type ChatChunk = OpenAI.Chat.Completions.ChatCompletionChunk;
/** `over`: handlers are done with, the body may still be draining. */
type State = 'requesting' | 'streaming' | 'finishing' | 'backoff' | 'over';

/** Text that stops here was at least a whole sentence. */
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*\s*$/;

export class OpenaiRun implements LlmRun, Swept {
  #state: State = 'requesting';
  #handlers: LlmHandlers | null;
  #controller: AbortController | null = null;
  /** Attempts begun. */
  #attempt = 0;
  /** What the attempt under way was sent with. */
  #sent: ChatParameters = {};
  #deadlineMs = 0;
  #delivered = false;
  #text = '';
  #finishReason: string | null = null;
  #usage: LlmUsage | null = null;
  #released = false;
  /** Null where no tools are offered, or none was asked for yet. */
  #tools: ToolCallCollector | null = null;

  constructor(
    readonly context: OpenaiRunContext,
    readonly request: LlmRequest,
    handlers: LlmHandlers,
  ) {
    this.#handlers = handlers;
    context.sweeper.add(this);
    this.#begin();
  }

  cancel(): void {
    if (this.#handlers) this.#over(true);
  }

  /** Like `cancel`, but also gives up a finished reply's connection. */
  abandon(): void {
    this.#over(true);
  }

  sweep(now: number): void {
    if (now < this.#deadlineMs) return;
    switch (this.#state) {
      case 'requesting':
      case 'streaming':
        this.#failed(new EngineError('LLM_TIMEOUT', { provider: 'openai', retryable: true, detail: this.#state }));
        break;
      case 'finishing':
        this.#done();
        break;
      case 'backoff':
        this.#begin();
        break;
      case 'over':
        // The body never ended; give up its connection.
        this.#release(true);
        break;
    }
  }

  #begin(): void {
    this.#attempt++;
    this.context.hooks.metrics?.count('llm_requests', 1);
    this.#state = 'requesting';
    this.#deadlineMs = nowMs() + this.context.tuning.firstTokenTimeoutMs;
    // One controller per request: a shared signal would gather listeners.
    const controller = new AbortController();
    this.#controller = controller;
    void this.#read(controller);
  }

  /** Never rejects. Once `controller` is no longer the run's, this attempt is history and tells nobody anything. */
  async #read(controller: AbortController): Promise<void> {
    const { model, client, parameters } = this.context;
    const messages = wireMessages(this.request.messages);
    const { tools } = this.request;
    const offered = tools === undefined || tools.length === 0 ? {} : { tools: wireTools(tools) };
    this.#sent = parameters.of(this.request);
    this.#tools = null;
    try {
      const response = await client.chat.completions
        .create({ model, messages, stream: true, ...this.#sent, ...offered }, { signal: controller.signal })
        .asResponse();
      const { body } = response as unknown as PoolResponse;
      if (controller !== this.#controller) {
        body.destroy();
        return;
      }
      this.#listen(body, controller);
    } catch (thrown) {
      if (controller === this.#controller) this.#onThrown(thrown);
    }
  }

  #listen(body: Readable, controller: AbortController): void {
    const reader = new SseReader((data) => {
      if (controller === this.#controller) this.#onData(data);
    });
    body.on('data', (bytes: Uint8Array) => {
      if (controller !== this.#controller) return;
      try {
        reader.push(bytes);
      } catch (thrown) {
        this.#onThrown(thrown);
      }
    });
    body.on('error', (thrown) => {
      if (controller === this.#controller) this.#onThrown(thrown);
    });
    body.on('end', () => {
      if (controller === this.#controller) this.#onStreamEnd();
    });
  }

  /** One event of the stream. Throws what JSON.parse throws, and an EngineError for an error the vendor put there. */
  #onData(data: string): void {
    if (data === '[DONE]') {
      if (this.#state === 'finishing') this.#done();
      return;
    }
    const chunk = JSON.parse(data) as ChatChunk & { error?: { code?: unknown; type?: unknown } };
    if (typeof chunk !== 'object' || chunk === null) {
      this.context.hooks.metrics?.count('garbage', 1);
      return;
    }
    if (chunk.error) {
      const detail = String(chunk.error.code ?? chunk.error.type ?? 'error').slice(0, 60);
      throw new EngineError('LLM_STREAM', { provider: 'openai', retryable: true, detail });
    }
    this.#onChunk(chunk);
  }

  #onChunk(chunk: ChatChunk): void {
    if (this.#state === 'over') return; // draining
    const choice = chunk.choices?.[0];
    const text = textOf(choice?.delta);
    if (this.#state === 'requesting' || this.#state === 'streaming') {
      // The role message comes with the headers, long before the model has thought: only text counts as progress.
      if (text !== '') {
        this.#deadlineMs = nowMs() + this.context.tuning.stallTimeoutMs;
        this.#onText(text);
      }
      if (choice?.delta?.tool_calls) this.#onToolCalls(choice.delta.tool_calls);
      if (choice?.finish_reason) {
        this.#finishReason = String(choice.finish_reason).slice(0, 40);
        this.#state = 'finishing';
        this.#deadlineMs = nowMs() + this.context.tuning.usageWaitMs;
      }
    }
    if (chunk.usage) {
      this.#usage = { promptTokens: chunk.usage.prompt_tokens, completionTokens: chunk.usage.completion_tokens };
      if (this.#state === 'finishing') this.#done();
    }
  }

  #onText(text: string): void {
    this.#progressed();
    // Only the tail matters: whether the text so far ends in a whole sentence.
    this.#text = (this.#text + text).slice(-8);
    try {
      this.#handlers?.onText(text);
    } catch (thrown) {
      logFault(this.context.hooks, thrown);
    }
  }

  /** As good as text: the model has decided, and what it decided is not asked for a second time. */
  #onToolCalls(deltas: unknown): void {
    this.#tools ??= new ToolCallCollector();
    if (!this.#tools.add(deltas)) return;
    this.#deadlineMs = nowMs() + this.context.tuning.stallTimeoutMs;
    this.#progressed();
  }

  #toolCalls(): { toolCalls?: readonly ToolCall[] } {
    const calls = this.#tools?.calls ?? [];
    return calls.length === 0 ? {} : { toolCalls: calls };
  }

  #progressed(): void {
    if (this.#delivered) return;
    this.#delivered = true;
    this.#state = 'streaming';
    this.context.hooks.onResult?.(null);
  }

  #onStreamEnd(): void {
    if (this.#state === 'over') this.#release(false);
    else if (this.#finishReason !== null) this.#done();
    else if (this.#delivered && SENTENCE_END.test(this.#text)) {
      // Cut off between sentences: what was said can stand, and the finish reason tells the truth.
      this.#finishReason = 'truncated';
      this.#done();
    } else {
      this.#failed(new EngineError('LLM_STREAM', { provider: 'openai', retryable: true, detail: 'ended early' }));
    }
    // `done` leaves the run draining, and the body is at its end already.
    if (this.#state === 'over') this.#release(false);
  }

  #onThrown(thrown: unknown): void {
    if (this.#state === 'over') this.#release(true);
    else if (this.#state === 'finishing') this.#done();
    else if (!this.#learn(thrown)) this.#failed(this.#describe(thrown));
  }

  /** A refusal of a parameter we can do without is no failed attempt: asked again at once, from now on without it. */
  #learn(thrown: unknown): boolean {
    if (!(thrown instanceof OpenAI.APIError) || (thrown.status !== 400 && thrown.status !== 422)) return false;
    const { hooks, model, parameters } = this.context;
    const learned = parameters.learn(this.#sent, thrown);
    if (learned === null) return false;
    hooks.log.warn({ model, parameter: learned }, 'the model refuses a parameter: it is left out from now on');
    this.#attempt--;
    this.#begin();
    return true;
  }

  #describe(thrown: unknown): EngineError {
    const provider = 'openai' as const;
    if (thrown instanceof EngineError) return thrown;
    if (thrown instanceof OpenAI.APIConnectionTimeoutError) {
      return new EngineError('LLM_TIMEOUT', { provider, retryable: true, detail: 'connect' });
    }
    if (thrown instanceof OpenAI.APIConnectionError) {
      return new EngineError('LLM_REQUEST', { provider, retryable: true, detail: failureWord(thrown) });
    }
    // The vendor's message may quote the key or the prompt; its code and type are fixed words.
    if (thrown instanceof OpenAI.APIError) {
      const detail = String(thrown.code ?? thrown.type ?? 'error').slice(0, 60);
      if (thrown.status === undefined) return new EngineError('LLM_STREAM', { provider, retryable: true, detail });
      return new EngineError('LLM_REQUEST', {
        provider,
        status: thrown.status,
        retryable: isRetryableStatus(thrown.status) && thrown.code !== 'insufficient_quota',
        retryAfterMs: retryAfterMs(thrown.headers, Date.now()),
        detail: `status ${thrown.status} ${detail}`,
      });
    }
    return new EngineError('LLM_STREAM', { provider, retryable: true, detail: failureWord(thrown) });
  }

  /** This attempt is lost. Another one follows when that can help and nothing was delivered. */
  #failed(error: EngineError): void {
    const { tuning, hooks } = this.context;
    hooks.onResult?.(error);
    const waitMs = error.retryAfterMs ?? 0;
    const again =
      error.retryable && !this.#delivered && this.#attempt <= tuning.retries && waitMs <= tuning.retryAfterMsMax;
    hooks.log.warn(
      { code: error.code, status: error.status, detail: error.message, attempt: this.#attempt, again },
      'llm attempt failed',
    );
    if (again) {
      hooks.metrics?.count('retries', 1);
      this.#controller?.abort();
      this.#controller = null;
      this.#state = 'backoff';
      this.#deadlineMs = nowMs() + waitMs + backoffMs(this.#attempt - 1, tuning.backoff);
      return;
    }
    const handlers = this.#handlers;
    this.#over(true);
    try {
      handlers?.onError(error);
    } catch (thrown) {
      logFault(hooks, thrown);
    }
  }

  #done(): void {
    const finishReason = this.#finishReason ?? 'stop';
    // Whether what came can be spoken is judged by its owner, after the clean-up. Nothing at all is no success either.
    if (!this.#delivered) {
      const detail = `finish reason ${finishReason}`;
      this.context.hooks.onResult?.(new EngineError('LLM_EMPTY', { provider: 'openai', retryable: true, detail }));
    }
    const handlers = this.#handlers;
    this.#handlers = null;
    this.#state = 'over';
    this.#deadlineMs = nowMs() + this.context.tuning.drainMs;
    try {
      handlers?.onDone({ finishReason, usage: this.#usage, ...this.#toolCalls() });
    } catch (thrown) {
      logFault(this.context.hooks, thrown);
    }
  }

  #over(abort: boolean): void {
    this.#handlers = null;
    this.#state = 'over';
    this.#release(abort);
  }

  #release(abort: boolean): void {
    if (this.#released) return;
    this.#released = true;
    const controller = this.#controller;
    this.#controller = null;
    this.context.sweeper.delete(this);
    if (abort) controller?.abort();
    this.context.onOver(this, abort && controller !== null);
  }
}

/** The words of a delta: `content`, as one text or (some servers) in parts; or a refusal, which is an answer too. */
function textOf(delta: { content?: unknown; refusal?: unknown } | null | undefined): string {
  const { content, refusal } = delta ?? {};
  if (typeof content === 'string' && content !== '') return content;
  if (Array.isArray(content)) {
    return content.map((part: { text?: unknown } | null) => (typeof part?.text === 'string' ? part.text : '')).join('');
  }
  return typeof refusal === 'string' ? refusal : '';
}
