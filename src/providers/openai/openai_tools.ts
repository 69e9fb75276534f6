// Tool calling on OpenAI's wire: our messages and tools as the vendor writes them, and the fragments of a streamed call
// put together again. Everything here is paid for only by requests that offer tools.

import type OpenAI from 'openai';
import type { ChatMessage, ToolCall, ToolSpec } from '../llm.js';

type WireMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type WireTool = OpenAI.Chat.Completions.ChatCompletionTool;

/** More calls in one answer, or longer arguments, are a model that ran wild: the rest is dropped. */
const CALLS_MAX = 16;
const ARGUMENTS_MAX = 20_000;

/** The conversation as the vendor reads it. Plain messages are the same objects: no cost without tools. O(messages). */
export function wireMessages(messages: readonly ChatMessage[]): WireMessage[] {
  return messages.map((message) => {
    if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    if (message.role !== 'assistant' || message.toolCalls === undefined) return message;
    const calls = message.toolCalls.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function' as const,
      function: { name, arguments: text },
    }));
    return { role: 'assistant', content: message.content === '' ? null : message.content, tool_calls: calls };
  });
}

export function wireTools(tools: readonly ToolSpec[]): WireTool[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
}

/** One fragment: `id` and `name` come in the first one of an `index` only, `arguments` piece by piece. */
interface Fragment {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

/** Puts the fragments of an answer's tool calls together, in the order of their index. Parallel calls may interleave. */
export class ToolCallCollector {
  readonly #calls: ToolCall[] = [];

  /** `deltas` = `delta.tool_calls` of one chunk, whatever it is. Returns whether something came. */
  add(deltas: unknown): boolean {
    if (!Array.isArray(deltas)) return false;
    for (const [place, fragment] of deltas.entries()) this.#addOne(fragment as Fragment | null, place);
    return deltas.length > 0;
  }

  /** The calls that have a name, whole or not. */
  get calls(): readonly ToolCall[] {
    return this.#calls.filter((call) => call !== undefined && call.name !== '');
  }

  #addOne(fragment: Fragment | null, place: number): void {
    if (typeof fragment !== 'object' || fragment === null) return;
    // Some servers leave the index out where there is one call.
    const index = typeof fragment.index === 'number' ? fragment.index : place;
    if (!Number.isInteger(index) || index < 0 || index >= CALLS_MAX) return;
    this.#calls[index] ??= { id: '', name: '', arguments: '' };
    const call = this.#calls[index];
    const { name, arguments: text } = fragment.function ?? {};
    if (typeof fragment.id === 'string' && call.id === '') call.id = fragment.id;
    if (typeof name === 'string' && call.name === '') call.name = name;
    if (typeof text === 'string' && call.arguments.length + text.length <= ARGUMENTS_MAX) call.arguments += text;
  }
}
