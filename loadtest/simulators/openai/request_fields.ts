// The fields of a chat completion request and what values each may have, as a table; and the vendor's wording when one
// has another. What depends on the model, and the messages, are chat_request.ts and chat_messages.ts. Pure.

import { type ErrorAnswer, errorAnswer } from './error_answer.js';

type Rule =
  | { kind: 'boolean' }
  | { kind: 'integer' | 'number'; min?: number; max?: number }
  | { kind: 'string'; max?: number }
  | { kind: 'choice'; of: readonly string[] }
  | { kind: 'object' }
  | { kind: 'array'; min?: number; max?: number }
  | { kind: 'any' };

const number = (min: number, max: number): Rule => ({ kind: 'number', min, max });
const choice = (of: string): Rule => ({ kind: 'choice', of: of.split(' ') });
const ANY: Rule = { kind: 'any' };
const BOOLEAN: Rule = { kind: 'boolean' };
const OBJECT: Rule = { kind: 'object' };

const FIELDS: Readonly<Record<string, Rule>> = {
  messages: { kind: 'array', min: 1 },
  model: { kind: 'string' },
  stream: BOOLEAN,
  stream_options: OBJECT,
  max_completion_tokens: { kind: 'integer', min: 1 },
  max_tokens: { kind: 'integer', min: 1 },
  temperature: number(0, 2),
  top_p: number(0, 1),
  presence_penalty: number(-2, 2),
  frequency_penalty: number(-2, 2),
  n: { kind: 'integer', min: 1, max: 128 },
  stop: ANY,
  seed: { kind: 'integer' },
  user: { kind: 'string' },
  safety_identifier: { kind: 'string', max: 64 },
  prompt_cache_key: { kind: 'string' },
  prompt_cache_retention: choice('in_memory 24h'),
  prompt_cache_options: OBJECT,
  metadata: OBJECT,
  store: BOOLEAN,
  service_tier: choice('auto default flex scale priority fast'),
  reasoning_effort: choice('none minimal low medium high xhigh max'),
  verbosity: choice('low medium high'),
  tools: { kind: 'array', min: 1, max: 128 },
  tool_choice: ANY,
  parallel_tool_calls: BOOLEAN,
  functions: { kind: 'array', min: 1, max: 128 },
  function_call: ANY,
  response_format: OBJECT,
  logprobs: BOOLEAN,
  top_logprobs: { kind: 'integer', min: 0, max: 20 },
  logit_bias: OBJECT,
  modalities: { kind: 'array' },
  audio: OBJECT,
  prediction: OBJECT,
  web_search_options: OBJECT,
  moderation: OBJECT,
};

const STOP_MAX = 4;
const METADATA_MAX = 16;
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Why the request is refused whatever its model, or null. */
export function badField(body: Record<string, unknown>): ErrorAnswer | null {
  for (const [name, value] of Object.entries(body)) {
    if (value === null && name !== 'messages' && name !== 'model') continue;
    const rule = FIELDS[name];
    if (!rule) return refuse(`Unknown parameter: '${name}'.`, name, 'unknown_parameter');
    const problem = badValue(name, value, rule);
    if (problem) return problem;
  }
  return badStop(body['stop']) ?? badMetadata(body['metadata']) ?? badFormat(body['response_format']) ?? badTools(body);
}

function badValue(name: string, value: unknown, rule: Rule): ErrorAnswer | null {
  switch (rule.kind) {
    case 'any':
      return null;
    case 'choice':
      if (typeof value === 'string' && rule.of.includes(value)) return null;
      return refuse(
        `Invalid value: '${String(value)}'. Supported values are: ${rule.of.map((each) => `'${each}'`).join(', ')}.`,
        name,
        'invalid_value',
      );
    case 'array':
      if (!Array.isArray(value)) return badType(name, 'an array of objects', value);
      if (rule.min !== undefined && value.length < rule.min)
        return refuse(`Invalid '${name}': empty array. Expected an array with minimum length 1.`, name, 'empty_array');
      if (rule.max !== undefined && value.length > rule.max) return tooLong(name, 'array', rule.max, value.length);
      return null;
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || (rule.kind === 'integer' && !Number.isInteger(value)))
        return badType(name, rule.kind === 'integer' ? 'an integer' : 'a decimal', value);
      return outOfRange(name, value, rule);
    case 'string':
      if (typeof value !== 'string') return badType(name, 'a string', value);
      return rule.max !== undefined && value.length > rule.max ? tooLong(name, 'string', rule.max, value.length) : null;
    default:
      if (typeof value === rule.kind && !Array.isArray(value)) return null;
      return badType(name, rule.kind === 'boolean' ? 'a boolean' : 'an object', value);
  }
}

function outOfRange(name: string, value: number, rule: { kind: string; min?: number; max?: number }) {
  const kind = rule.kind === 'integer' ? 'integer' : 'decimal';
  if (rule.max !== undefined && value > rule.max)
    return refuse(
      `Invalid '${name}': ${kind} above maximum value. Expected a value <= ${rule.max}, but got ${value} instead.`,
      name,
      `${kind}_above_max_value`,
    );
  if (rule.min !== undefined && value < rule.min)
    return refuse(
      `Invalid '${name}': ${kind} below minimum value. Expected a value >= ${rule.min}, but got ${value} instead.`,
      name,
      `${kind}_below_min_value`,
    );
  return null;
}

function badStop(stop: unknown): ErrorAnswer | null {
  if (stop === undefined || stop === null || typeof stop === 'string') return null;
  if (!Array.isArray(stop) || !stop.every((each) => typeof each === 'string'))
    return badType('stop', 'a string or an array of strings', stop);
  return stop.length > STOP_MAX ? tooLong('stop', 'array', STOP_MAX, stop.length) : null;
}

function badMetadata(metadata: unknown): ErrorAnswer | null {
  const size = Object.keys((metadata ?? {}) as object).length;
  if (size <= METADATA_MAX) return null;
  return refuse(
    `Invalid 'metadata': too many properties. Expected an object with at most ${METADATA_MAX} properties, but got an object with ${size} properties instead.`,
    'metadata',
    'object_above_max_properties',
  );
}

function badFormat(format: unknown): ErrorAnswer | null {
  if (format === undefined || format === null) return null;
  const type = (format as { type?: unknown }).type;
  if (['text', 'json_object', 'json_schema'].includes(type as string)) return null;
  return refuse(
    `Invalid value: '${String(type)}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
    'response_format.type',
    'invalid_value',
  );
}

function badTools(body: Record<string, unknown>): ErrorAnswer | null {
  const tools = (body['tools'] ?? null) as Record<string, unknown>[] | null;
  if (tools === null)
    return body['tool_choice'] === undefined || body['tool_choice'] === null
      ? null
      : refuse(
          "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
          'tool_choice',
        );
  for (const [i, tool] of tools.entries()) {
    const type = tool?.['type'];
    if (type !== 'function' && type !== 'custom')
      return refuse(
        `Invalid value: '${String(type)}'. Supported values are: 'function' and 'custom'.`,
        `tools[${i}].type`,
        'invalid_value',
      );
    const name = (tool[type] as { name?: unknown } | undefined)?.name;
    const param = `tools[${i}].${type}.name`;
    if (name === undefined)
      return refuse(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
    if (typeof name !== 'string' || !NAME.test(name))
      return refuse(
        `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        param,
        'invalid_value',
      );
  }
  return null;
}

function tooLong(name: string, kind: 'string' | 'array', max: number, length: number): ErrorAnswer {
  return refuse(
    `Invalid '${name}': ${kind} too long. Expected ${kind === 'array' ? 'an array' : 'a string'} with maximum length ${max}, but got one with length ${length} instead.`,
    name,
    `${kind}_above_max_length`,
  );
}

function badType(name: string, expected: string, value: unknown): ErrorAnswer {
  const got = Array.isArray(value) ? 'an array' : typeof value;
  return refuse(`Invalid type for '${name}': expected ${expected}, but got ${got} instead.`, name, 'invalid_type');
}

/** A 400 that names the parameter. */
export function refuse(message: string, param?: string, code?: string): ErrorAnswer {
  return errorAnswer(400, 'invalid_request_error', message, { param, code });
}
