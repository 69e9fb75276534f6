// A tool that an agent's file declares as a request to somebody's server: arguments in, the answer's JSON (or the chosen
// members of it) out, as few words as possible for the model.

import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../backoff.js';
import type { HttpAnswer, HttpRequest, ToolHttpClient } from './http_client.js';
import { headerOf, jsonOf, urlOf, type Values } from './template.js';
import { type Tool, type ToolDesk, ToolError, type ToolResult } from './tool.js';
import type { HttpToolDefinition } from './tool_definition.js';

const BACKOFF = { baseMs: 100, capMs: 800 } as const;
const RETRIES_OF_GET = 1;

export type SecretOf = (name: string) => string | undefined;

export function httpTool(
  definition: HttpToolDefinition,
  client: Pick<ToolHttpClient, 'send'>,
  secretOf: SecretOf,
): Tool {
  const { name, description, parameters, timeoutMs, filler, secretArguments, method } = definition;
  const retries = definition.retries ?? (method === 'GET' ? RETRIES_OF_GET : 0);
  return {
    spec: { name, description, parameters },
    timeoutMs,
    filler,
    secretArguments,
    run: async (args, desk, signal) => {
      const shown = new Set<string>();
      const request = requestOf(definition, revealed(definition, args, desk, shown), desk, secretOf);
      for (let attempt = 0; ; attempt++) {
        const isLast = attempt >= retries;
        const answer = await client.send(request, signal).catch((thrown: unknown) => {
          if (isLast || signal.aborted || thrown instanceof ToolError) throw thrown;
          return null;
        });
        if (answer !== null && (isLast || answer.status < 500)) return without(shown, resultOf(definition, answer));
        await sleep(backoffMs(attempt, BACKOFF), undefined, { signal });
      }
    },
  };
}

/** Arguments that are written down nowhere may be handles of protected values: only the server behind gets those. */
function revealed(
  { secretArguments }: HttpToolDefinition,
  args: Readonly<Record<string, unknown>>,
  desk: ToolDesk,
  shown: Set<string>,
): Readonly<Record<string, unknown>> {
  const values = { ...args };
  for (const name of secretArguments) {
    const handle = values[name];
    const value = typeof handle === 'string' ? desk.reveal(handle) : undefined;
    if (value === undefined) continue;
    values[name] = value;
    shown.add(value);
  }
  return values;
}

/** A server that says a protected value back does not tell it to the model. */
function without(values: ReadonlySet<string>, result: ToolResult): ToolResult {
  let { content } = result;
  for (const value of values) {
    const isNumber = /^\+?\d{2,}$/.test(value);
    // Servers write numbers in groups: "4111 1111 1111 1111".
    const pattern = isNumber ? new RegExp([...value.replace('+', '')].join('[\\s.-]*'), 'g') : null;
    content = pattern === null ? content.replaceAll(value, '[protected]') : content.replace(pattern, '[protected]');
  }
  return { ...result, content };
}

function requestOf(
  { url, method, headers, body, allowPrivate }: HttpToolDefinition,
  args: Readonly<Record<string, unknown>>,
  { call, variables }: ToolDesk,
  secretOf: SecretOf,
): HttpRequest {
  const values: Values = (name) => {
    if (name === 'call.sid') return call.callSid;
    if (name === 'call.from') return call.theirNumber;
    if (name === 'call.to') return call.ourNumber;
    const variable = /^var\.(\w+)$/.exec(name);
    if (variable) return Object.hasOwn(variables, variable[1]) ? variables[variable[1]] : undefined;
    return Object.hasOwn(args, name) ? args[name] : undefined;
  };
  const withSecrets: Values = (name) => (name.startsWith('secret.') ? secretOf(name.slice(7)) : values(name));
  const filled = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), headerOf(value, withSecrets)] as const,
  );
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const json = body === undefined ? args : jsonOf(body, values);
  return {
    method,
    url: urlOf(url, values),
    headers: {
      accept: 'application/json',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...Object.fromEntries(filled),
    },
    body: hasBody ? JSON.stringify(json) : null,
    mayBePrivate: allowPrivate,
  };
}

function resultOf({ result }: HttpToolDefinition, { status, contentType, text }: HttpAnswer): ToolResult {
  const ok = status >= 200 && status < 300;
  if (!ok)
    return { ok, content: `error: the server answered ${status}${text === '' ? '' : `: ${text.slice(0, 500)}`}` };
  if (text === '') return { ok, content: 'done' };
  if (result === undefined || !/\bjson\b/i.test(contentType)) return { ok, content: text };
  try {
    const whole: unknown = JSON.parse(text);
    return { ok, content: JSON.stringify(Object.fromEntries(result.map((path) => [path, memberOf(whole, path)]))) };
  } catch {
    return { ok, content: text };
  }
}

/** `orders.0.state` of an answer; null where it leads nowhere. */
function memberOf(whole: unknown, path: string): unknown {
  let at: unknown = whole;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
