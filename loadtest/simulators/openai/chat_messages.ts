// Judges the messages of a chat completion request: who may say what, in which form, and that every call of a tool is
// answered before anybody goes on. Pure.

import type { ErrorAnswer } from './error_answer.js';
import { refuse } from './request_fields.js';

/** Content parts by role; absent = the role has text only. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
  function: [],
};

/** Why the conversation is refused, or null. */
export function badMessages(messages: readonly unknown[]): ErrorAnswer | null {
  let awaited: string[] = [];
  for (const [i, value] of messages.entries()) {
    const at = `messages[${i}]`;
    if (typeof value !== 'object' || value === null)
      return refuse(`Invalid type for '${at}': expected an object.`, at, 'invalid_type');
    const message = value as Record<string, unknown>;
    const problem = badMessage(message, at);
    if (problem) return problem;
    if (message['role'] === 'tool') {
      if (!awaited.includes(message['tool_call_id'] as string))
        return refuse(
          `Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.`,
          `${at}.role`,
        );
      awaited = awaited.filter((id) => id !== message['tool_call_id']);
      continue;
    }
    if (awaited.length > 0) return unanswered(awaited);
    awaited = toolCallIds(message);
  }
  return awaited.length > 0 ? unanswered(awaited) : null;
}

function unanswered(ids: readonly string[]): ErrorAnswer {
  return refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(', ')}`,
    'messages',
  );
}

function toolCallIds(message: Record<string, unknown>): string[] {
  const calls = message['tool_calls'];
  return Array.isArray(calls) ? calls.map((call) => String((call as { id?: unknown }).id)) : [];
}

function badMessage(message: Record<string, unknown>, at: string): ErrorAnswer | null {
  const role = String(message['role']);
  const parts = PARTS[role];
  if (!parts)
    return refuse(
      `Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
      `${at}.role`,
      'invalid_value',
    );
  if (role === 'tool' && typeof message['tool_call_id'] !== 'string')
    return refuse(
      `Missing parameter 'tool_call_id': messages with role 'tool' must have a 'tool_call_id'.`,
      `${at}.tool_call_id`,
      'missing_required_parameter',
    );
  const content = message['content'] ?? null;
  const calls = toolCallIds(message).length > 0 || message['function_call'] || message['refusal'];
  if (content === null && role === 'assistant' && calls) return null;
  if (typeof content === 'string') return null;
  if (!Array.isArray(content))
    return refuse(
      `Invalid value for 'content': expected a string, got ${content === null ? 'null' : typeof content}.`,
      `${at}.content`,
    );
  for (const [k, part] of content.entries()) {
    const type = String((part as { type?: unknown } | null)?.type);
    if (!parts.includes(type))
      return refuse(
        `Invalid value: '${type}'. Supported values are: ${parts.map((each) => `'${each}'`).join(', ')}.`,
        `${at}.content[${k}].type`,
        'invalid_value',
      );
  }
  return null;
}
