// Reads and judges the body of a chat completion request, as the vendor would: its fields, its messages, and what its
// model takes of them.

import { badMessages } from './chat_messages.js';
import { type ErrorAnswer, errorAnswer } from './error_answer.js';
import { type Family, isGone, type Model, REASONING_TOKENS } from './models.js';
import { type ChatMessage, textOf } from './replies.js';
import { badField, refuse } from './request_fields.js';

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  stream: boolean;
  includeUsage: boolean;
  /** Random padding in every chunk, against those who measure lengths; on unless refused. */
  obfuscation: boolean;
  /** What is thought counts too. */
  maxTokens: number;
  reasoningTokens: number;
  toolNames: string[];
  /** What failures and scripts are matched against: everything that may name the call, and the newest words said. */
  key: string;
}

/** The request, or why it is refused. `models` by name. */
export function readChatRequest(
  text: string,
  clientRequestId: string,
  models: ReadonlyMap<string, Model>,
): ChatRequest | ErrorAnswer {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
    if (typeof body !== 'object' || body === null) throw new SyntaxError();
  } catch {
    return refuse('We could not parse the JSON body of your request.');
  }
  const id = body['model'];
  if (typeof id !== 'string' || id === '') return refuse('you must provide a model parameter', 'model');
  if (body['messages'] === undefined)
    return refuse("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter');
  const badlyFormed = badField(body) ?? badMessages(body['messages'] as unknown[]);
  if (badlyFormed) return badlyFormed;
  const model = models.get(id);
  if (!model) return noSuchModel(id);
  const unfit = badForModel(body, model);
  if (unfit) return unfit;
  if (body['stream_options'] && body['stream'] !== true)
    return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options');

  const messages = body['messages'] as ChatMessage[];
  const options = (body['stream_options'] ?? {}) as { include_usage?: boolean; include_obfuscation?: boolean };
  const limit = (body['max_completion_tokens'] ?? body['max_tokens'] ?? null) as number | null;
  const tools = (body['tools'] ?? []) as { function?: { name?: string } }[];
  return {
    model: id,
    messages,
    stream: body['stream'] === true,
    includeUsage: options.include_usage === true,
    obfuscation: options.include_obfuscation !== false,
    maxTokens: limit ?? model.family.completionTokensMax,
    reasoningTokens: REASONING_TOKENS[effortOf(body, model.family)],
    toolNames: tools.flatMap((tool) => tool.function?.name ?? []),
    key: [
      body['user'],
      body['safety_identifier'],
      JSON.stringify(body['metadata'] ?? ''),
      clientRequestId,
      textOf(messages.findLast((message) => message.role === 'user') ?? { role: 'user' }),
    ].join(' '),
  };
}

/** 404, in the words for a model that was shut down or for one that never was. */
function noSuchModel(id: string): ErrorAnswer {
  const message = isGone(id)
    ? `The model \`${id}\` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations`
    : `The model \`${id}\` does not exist or you do not have access to it.`;
  return errorAnswer(404, 'invalid_request_error', message, { code: 'model_not_found' });
}

function effortOf(body: Record<string, unknown>, family: Family) {
  return (body['reasoning_effort'] ?? family.effortDefault) as Family['effortDefault'];
}

function badForModel(body: Record<string, unknown>, { id, family }: Model): ErrorAnswer | null {
  return (
    badLimit(body, family) ??
    badEffort(body, family) ??
    badSampling(body, family) ??
    badVerbosity(body, family) ??
    badToolUse(body, id, family)
  );
}

function badLimit(body: Record<string, unknown>, family: Family): ErrorAnswer | null {
  const older = body['max_tokens'] ?? null;
  const newer = body['max_completion_tokens'] ?? null;
  if (older !== null && newer !== null)
    return refuse(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
      'invalid_parameter_combination',
    );
  if (older !== null && !family.maxTokens)
    return refuse(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      'max_tokens',
      'unsupported_parameter',
    );
  const limit = (newer ?? older) as number | null;
  if (limit !== null && limit > family.completionTokensMax) {
    const name = newer === null ? 'max_tokens' : 'max_completion_tokens';
    return refuse(
      `${name} is too large: ${limit}. This model supports at most ${family.completionTokensMax} completion tokens, whereas you provided ${limit}.`,
      name,
      'invalid_value',
    );
  }
  return null;
}

function badEffort(body: Record<string, unknown>, { efforts }: Family): ErrorAnswer | null {
  const effort = body['reasoning_effort'] ?? null;
  if (effort === null) return null;
  if (efforts.length === 0)
    return refuse('Unrecognized request argument supplied: reasoning_effort', 'reasoning_effort', 'unknown_parameter');
  return (efforts as readonly unknown[]).includes(effort)
    ? null
    : unsupportedValue('reasoning_effort', effort, efforts);
}

/** Sampling parameters and the values at which every model takes them. */
const SAMPLING: Readonly<Record<string, number | boolean>> = {
  temperature: 1,
  top_p: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  logprobs: false,
};

function badSampling(body: Record<string, unknown>, family: Family): ErrorAnswer | null {
  if (family.sampling === 'always') return null;
  if (family.sampling === 'without_reasoning' && effortOf(body, family) === 'none') return null;
  for (const [name, ordinary] of Object.entries(SAMPLING)) {
    const value = body[name] ?? null;
    if (value === null || value === ordinary) continue;
    if (name === 'temperature')
      return refuse(
        `Unsupported value: 'temperature' does not support ${String(value)} with this model. Only the default (1) value is supported.`,
        name,
        'unsupported_value',
      );
    return refuse(`Unsupported parameter: '${name}' is not supported with this model.`, name, 'unsupported_parameter');
  }
  return null;
}

function badVerbosity(body: Record<string, unknown>, { verbosity }: Family): ErrorAnswer | null {
  const wanted = body['verbosity'] ?? null;
  return wanted === null || verbosity.includes(wanted as string)
    ? null
    : unsupportedValue('verbosity', wanted, verbosity);
}

function badToolUse(body: Record<string, unknown>, id: string, family: Family): ErrorAnswer | null {
  if (!family.toolsOnlyWithoutReasoning || !body['tools'] || effortOf(body, family) === 'none') return null;
  return refuse(
    `Function tools with reasoning_effort are not supported for ${id} in /v1/chat/completions. Please use /v1/responses instead.`,
    'reasoning_effort',
  );
}

function unsupportedValue(name: string, value: unknown, supported: readonly string[]): ErrorAnswer {
  return refuse(
    `Unsupported value: '${name}' does not support '${String(value)}' with this model. Supported values are: ${supported.map((each) => `'${each}'`).join(', ')}.`,
    name,
    'unsupported_value',
  );
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
