// One streamed completion: role chunk, tokens (or tool call fragments) in time, finish reason, usage, [DONE]; and the
// ways in which a stream can go wrong.

import type { ServerResponse } from 'node:http';
import { nowMs } from '../../../src/clock.js';
import type { ArmedFailure } from '../failures.js';
import { drawMs, type Latency } from '../latency.js';
import { type ChatRequest, countTokens, wordTokens } from './chat_request.js';
import type { ChunkWriter } from './chunk_writer.js';
import type { OpenaiFailureMode } from './failure_modes.js';
import { MS_PER_REASONING_TOKEN } from './models.js';
import { type Reply, textOf } from './replies.js';

export interface OpenaiLatency {
  /** From the request to the first token. */
  firstToken: Latency;
  /** Between tokens: 16.7 ms is 60 tokens a second. */
  interToken: Latency;
}
export const OPENAI_LATENCY = {
  firstToken: { kind: 'lognormal', p50: 250, p99: 600 },
  interToken: { kind: 'lognormal', p50: 15, p99: 60 },
} as const satisfies OpenaiLatency;

export type StreamEnd = 'done' | 'failed' | 'aborted';

export class CompletionStream {
  /** Tokens that went out so far. */
  tokensSent = 0;
  readonly tokensTotal: number;
  /** Tokens that may be said: what was thought is off the limit already. */
  readonly #sayMax: number;
  readonly response: ServerResponse;
  readonly #deltas: string[];
  readonly #tokens: string[];
  #chars = 0;
  readonly #writer: ChunkWriter;
  readonly #prefix: string;
  readonly #suffix: string;
  #timer: NodeJS.Timeout | null = null;
  #dueMs: number;
  #ended = false;

  constructor(
    readonly request: ChatRequest,
    readonly reply: Reply,
    writer: ChunkWriter,
    readonly failure: ArmedFailure<OpenaiFailureMode> | null,
    readonly latency: OpenaiLatency,
    readonly random: () => number,
    readonly events: {
      onFirstToken(): void;
      /** So many characters of the reply have left. */
      onText?: (chars: number) => void;
      onEnd(how: StreamEnd): void;
    },
  ) {
    const tokens = failure?.mode === 'empty' ? [] : wordTokens(reply.text);
    this.#deltas = [...tokens.map((token) => `{"content":${JSON.stringify(token)}}`), ...toolCallDeltas(reply)];
    this.#tokens = tokens;
    this.tokensTotal = this.#deltas.length;
    this.#sayMax = Math.max(0, request.maxTokens - request.reasoningTokens);
    this.#writer = writer;
    this.response = writer.response;
    const id = `chatcmpl-${Math.floor(random() * 2 ** 48).toString(36)}`;
    const created = Math.floor(Date.now() / 1000);
    this.#prefix = `data: {"id":"${id}","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(request.model)},"service_tier":"default","system_fingerprint":"fp_simulated","choices":`;
    this.#suffix = `${request.includeUsage ? ',"usage":null' : ''}${request.obfuscation ? `,"obfuscation":"${id.slice(-5)}"` : ''}}\n\n`;
    const thoughtMs = Math.min(request.reasoningTokens, request.maxTokens) * MS_PER_REASONING_TOKEN;
    this.#dueMs = nowMs() + drawMs(latency.firstToken, random) + thoughtMs;
    this.response.on('close', () => this.#closed());
    this.#wait();
  }

  #closed(): void {
    if (this.#ended || this.response.writableFinished) return;
    this.#end('aborted');
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#step(), Math.max(0, Math.ceil(this.#dueMs - nowMs())));
  }

  /** Everything that is due goes out in one write: at 60 tokens a second that is mostly one. */
  #step(): void {
    let events = '';
    if (this.tokensSent === 0) {
      this.events.onFirstToken();
      events = this.#chunk('{"role":"assistant","content":"","refusal":null}', 'null');
    }
    const now = nowMs();
    do {
      if (this.failure && this.tokensSent >= this.failure.after && this.#strike(this.failure, events)) return;
      if (this.tokensSent >= Math.min(this.tokensTotal, this.#sayMax)) {
        this.#finish(events, this.tokensSent < this.tokensTotal ? 'length' : this.#finishReason());
        return;
      }
      this.#chars += this.#tokens[this.tokensSent]?.length ?? 0;
      events += this.#chunk(this.#deltas[this.tokensSent++], 'null');
      this.#dueMs += this.#interTokenMs();
    } while (this.#dueMs <= now);
    this.#writer.write(events);
    this.events.onText?.(this.#chars);
    this.#wait();
  }

  /** Carries out the failure; true = the stream goes no further. */
  #strike(failure: ArmedFailure<OpenaiFailureMode>, events: string): boolean {
    switch (failure.mode) {
      case 'stall':
        this.#writer.write(events);
        this.#writer.flush();
        return true;
      case 'truncate':
        this.#writer.write(events);
        this.#writer.flush();
        this.#end('failed');
        this.response.end();
        return true;
      case 'reset':
        this.#writer.write(events);
        this.#writer.flush();
        this.#end('failed');
        // What was written must leave first, or the client sees a reset before the headers.
        setTimeout(() => this.response.socket?.resetAndDestroy(), 5);
        return true;
      case 'error_chunk':
        this.#writer.write(
          `${events}data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}\n\n`,
        );
        this.#writer.flush();
        this.#end('failed');
        this.response.end();
        return true;
      case 'invalid_json':
        this.#writer.write(`${events}${this.#prefix}[{"index":0,"delta":{"content":"oops\n\n`);
        this.#writer.flush();
        this.#end('failed');
        this.response.end('data: [DONE]\n\n');
        return true;
      case 'content_filter':
      case 'length':
        this.#finish(events, failure.mode);
        return true;
      default:
        return false;
    }
  }

  #finish(events: string, reason: string): void {
    let rest = events + this.#chunk('{}', `"${reason}"`);
    if (this.request.includeUsage && this.failure?.mode !== 'no_usage') {
      const usage = this.#usage();
      const padding = this.request.obfuscation ? ',"obfuscation":""' : '';
      rest += `${this.#prefix}[],"usage":${JSON.stringify(usage)}${padding}}\n\n`;
    }
    this.#writer.write(`${rest}data: [DONE]\n\n`);
    this.#writer.flush();
    this.events.onText?.(this.#chars);
    if (this.failure?.mode === 'slow_end') {
      setTimeout(() => this.response.end(), this.failure.delayMs ?? 5000).unref();
      this.#ended = true;
      this.events.onEnd('done');
      return;
    }
    this.#end('done');
    this.response.end();
  }

  #usage(): object {
    return usageOf(this.request, this.tokensSent);
  }

  #finishReason(): string {
    return this.reply.toolCalls.length > 0 ? 'tool_calls' : 'stop';
  }

  #interTokenMs(): number {
    if (this.failure?.mode === 'trickle') return this.failure.delayMs ?? 1000;
    return drawMs(this.latency.interToken, this.random);
  }

  #chunk(delta: string, finishReason: string): string {
    return `${this.#prefix}[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}]${this.#suffix}`;
  }

  #end(how: StreamEnd): void {
    this.#ended = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.events.onEnd(how);
  }
}

/** Name and id once per call, then its arguments in fragments that end anywhere. */
function toolCallDeltas(reply: Reply): string[] {
  return reply.toolCalls.flatMap((call, index) => {
    const text = JSON.stringify(call.arguments);
    const head = {
      index,
      id: `call_simulated_${index}`,
      type: 'function',
      function: { name: call.name, arguments: '' },
    };
    const fragments = text.match(/.{1,7}/gs) ?? [];
    return [head, ...fragments.map((part) => ({ index, function: { arguments: part } }))].map((delta) =>
      JSON.stringify({ tool_calls: [delta] }),
    );
  });
}

/** What was thought counts as completion, up to the limit. */
function usageOf(request: ChatRequest, said: number): object {
  const prompt = request.messages.reduce((sum, message) => sum + countTokens(textOf(message)) + 4, 3);
  const thought = Math.min(request.reasoningTokens, request.maxTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: said + thought,
    total_tokens: prompt + said + thought,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: thought,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The same reply as one JSON object, for requests without `stream`. */
export function wholeCompletion(request: ChatRequest, reply: Reply): string {
  const tokens = wordTokens(reply.text);
  const sayMax = Math.max(0, request.maxTokens - request.reasoningTokens);
  const text = tokens.slice(0, sayMax).join('');
  const toolCalls = reply.toolCalls.map((call, index) => ({
    id: `call_simulated_${index}`,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  const finishReason = toolCalls.length > 0 ? 'tool_calls' : tokens.length > sayMax ? 'length' : 'stop';
  const message = {
    role: 'assistant',
    content: text || null,
    refusal: null,
    annotations: [],
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
  return JSON.stringify({
    id: 'chatcmpl-whole',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: usageOf(request, Math.min(tokens.length, sayMax)),
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  });
}
