// Reads and judges the body of a chat completion request, as the vendor would, and words the vendor's errors.

import { type ChatMessage, textOf } from './replies.js';

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  includeUsage: boolean;
  maxTokens: number;
  toolNames: string[];
  /** What failures and scripts are matched against: everything that may name the call, and the newest words said. */
  key: string;
}

/** An answer that is not a completion. */
export interface ErrorAnswer {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** The vendor's error body. */
export function errorAnswer(
  status: number,
  type: string,
  message: string,
  extra: { code?: string; param?: string; headers?: Record<string, string> } = {},
): ErrorAnswer {
  const body = JSON.stringify({ error: { message, type, param: extra.param ?? null, code: extra.code ?? null } });
  return { status, body, headers: extra.headers ?? {} };
}

/** The request, or why it is refused. */
export function readChatRequest(text: string, clientRequestId: string): ChatRequest | ErrorAnswer {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return invalid('We could not parse the JSON body of your request.');
  }
  if (typeof body['model'] !== 'string') return invalid('you must provide a model parameter', 'model');
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0) return invalid("'messages' must not be empty", 'messages');
  for (const [i, message] of (messages as Record<string, unknown>[]).entries()) {
    if (!['system', 'developer', 'user', 'assistant', 'tool'].includes(String(message['role'])))
      return invalid(`Invalid value for messages[${i}].role`, `messages[${i}].role`);
    if (typeof message['content'] !== 'string' && !Array.isArray(message['content']) && !message['tool_calls'])
      return invalid(`Invalid type for messages[${i}].content`, `messages[${i}].content`);
  }
  const limit = body['max_completion_tokens'] ?? body['max_tokens'] ?? null;
  if (limit !== null && !(Number.isInteger(limit) && (limit as number) > 0))
    return invalid('max tokens must be a positive integer', 'max_completion_tokens');
  const temperature = body['temperature'] ?? 1;
  if (typeof temperature !== 'number' || temperature < 0 || temperature > 2)
    return invalid('temperature must lie between 0 and 2', 'temperature');
  if (body['stream_options'] && body['stream'] !== true)
    return invalid("'stream_options' needs 'stream' to be true", 'stream_options');
  const tools = Array.isArray(body['tools']) ? (body['tools'] as { function?: { name?: string } }[]) : [];
  return {
    model: body['model'],
    messages: messages as ChatMessage[],
    stream: body['stream'] === true,
    includeUsage: (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true,
    maxTokens: (limit as number | null) ?? 4096,
    toolNames: tools.flatMap((tool) => tool.function?.name ?? []),
    key: [
      body['user'],
      body['safety_identifier'],
      JSON.stringify(body['metadata'] ?? ''),
      clientRequestId,
      textOf((messages as ChatMessage[]).findLast((message) => message.role === 'user') ?? { role: 'user' }),
    ].join(' '),
  };
}

function invalid(message: string, param?: string): ErrorAnswer {
  return errorAnswer(400, 'invalid_request_error', message, { param });
}

/** A count that is good enough for usage figures: about four characters a token. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** Text in pieces of about a word, blanks in front, longer words in two: what a tokenizer makes of plain English. */
export function wordTokens(text: string): string[] {
  return (text.match(/\s*\S+\s*$|\s*\S+/g) ?? []).flatMap((word) =>
    word.length > 9 ? [word.slice(0, 6), word.slice(6)] : [word],
  );
}
