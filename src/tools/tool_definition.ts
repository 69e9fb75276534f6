// How an agent's file names its tools: ready-made ones by name, requests to somebody's server in full. Checked when the
// file is read, so that no call finds out. What they become is tool_book.ts.

import { z } from 'zod';
import { FIELD_KINDS } from '../call/field.js';
import { schemaProblem } from './arguments.js';
import { namesIn } from './template.js';

/** What OpenAI takes as a function's name, and every server like it. */
const name = z.string().regex(/^[a-zA-Z_][\w-]{0,63}$/, 'letters, digits, _ and -, 64 at most, are expected');
const parameters = z.record(z.string(), z.unknown()).superRefine((value, context) => {
  const problem = schemaProblem(value);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

export const READY_MADE = ['collect', 'end_call', 'look_up'] as const;

/** A value to be collected from the caller, of one kind. */
export const collectDefinition = z.strictObject({
  name,
  /** For the model: when to use it. */
  description: z.string().trim().min(1).max(1000),
  collect: z.enum(FIELD_KINDS),
  /** For digits: the counts that make it whole, as 4 or [4, 6]; absent = any. */
  lengths: z
    .union([z.int().min(1).max(32), z.array(z.int().min(1).max(32)).min(1).max(8)])
    .transform((lengths) => [lengths].flat().sort((a, b) => a - b))
    .default([]),
  /** It is written down nowhere, and the model gets a handle for it. A card number always is. */
  isProtected: z.boolean().default(false),
  /** false = by keypad only: while it is asked for nobody listens. */
  voice: z.boolean().default(true),
});

/** Gives the call to another agent of ours. */
export const handOffDefinition = z.strictObject({
  name: name.default('hand_off'),
  /** Agents by name, and for the model when each of them is right. */
  handOff: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/), z.string().trim().min(1).max(500), {
      error: (issue) => (issue.code === 'invalid_key' ? 'a name of an agent is expected' : undefined),
    })
    .refine((agents) => Object.keys(agents).length > 0, 'names no agent'),
  /** They know what was said; false = they begin anew, with their greeting. */
  history: z.boolean().default(true),
});

export const httpToolDefinition = z
  .strictObject({
    name,
    /** For the model: when to use it and what it returns. */
    description: z.string().trim().min(1).max(1000),
    /** JSON Schema of the arguments. */
    parameters: parameters.default({ type: 'object', properties: {}, additionalProperties: false }),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
    /** Placeholders as in `https://example.com/orders/{{order}}`: an argument, `call.sid`, `call.from`, `call.to`, `var.NAME`. */
    url: z.string().regex(/^https?:\/\/[^{}/\s]+/, 'expected http(s)://host/…, without a placeholder in the host'),
    /** Beside those places also `secret.NAME`: the setting TOOL_SECRET_NAME. */
    headers: z.record(z.string().regex(/^[\w-]+$/, 'not a header name'), z.string()).default({}),
    /** JSON with placeholders; absent = the arguments as they are, for methods that carry a body. */
    body: z.unknown().optional(),
    /** Members of the answer's JSON that the model gets, as `order.state`; absent = the whole answer. */
    result: z.array(z.string().min(1)).min(1).max(32).optional(),
    timeoutMs: z.number().int().min(100).max(60_000).default(5000),
    /** Further attempts after a lost connection or a 5xx; only for GET unless the server is known to bear it. */
    retries: z.number().int().min(0).max(3).optional(),
    /** Said when it takes long. */
    filler: z.string().trim().min(1).max(200).nullable().default(null),
    /** Arguments that are written down nowhere: a card number, a PIN. */
    secretArguments: z.array(z.string()).default([]),
    /** The server may be in our own network. */
    allowPrivate: z.boolean().default(false),
  })
  .superRefine(({ parameters: schema, url, headers, body }, context) => {
    const declared = new Set(Object.keys((schema['properties'] as object | undefined) ?? {}));
    const used = [
      ...namesIn(url),
      ...Object.values(headers).flatMap(namesIn),
      ...namesIn(JSON.stringify(body ?? null)),
    ];
    for (const each of new Set(used)) {
      if (!declared.has(each) && !/^(call\.(sid|from|to)|var\.\w+|secret\.[A-Z][A-Z0-9_]*)$/.test(each)) {
        context.addIssue({ code: 'custom', message: `{{${each}}} is neither an argument nor call., var. or secret.` });
      }
    }
    for (const each of [...namesIn(url), ...namesIn(JSON.stringify(body ?? null))]) {
      // A body may be logged by the server behind, an address by every proxy on the way.
      if (each.startsWith('secret.'))
        context.addIssue({ code: 'custom', message: `{{${each}}}: secrets go into headers only` });
    }
  });

export const toolDefinition = z.union([z.enum(READY_MADE), collectDefinition, httpToolDefinition, handOffDefinition], {
  error: whatIsWrong,
});

/** A union says only that nothing fits; who wrote a request wants to know what is wrong with that. */
function whatIsWrong({ input, code, ...issue }: z.core.$ZodRawIssue): string {
  const branches = code === 'invalid_union' ? (issue as unknown as { errors: z.core.$ZodIssue[][] }).errors : [];
  const isObject = typeof input === 'object' && input !== null;
  const branch = isObject && 'collect' in input ? 1 : isObject && 'handOff' in input ? 3 : 2;
  const ofRequest = branches[branch] ?? [];
  if (!isObject || ofRequest.length === 0)
    return `expected one of ${READY_MADE.join(', ')}, or {name, description, url, …}`;
  return ofRequest.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ');
}

/** Names are what the model calls by: no two alike. */
export const toolDefinitions = z
  .array(toolDefinition)
  .max(64)
  .superRefine((tools, context) => {
    const seen = new Set<string>();
    for (const [i, tool] of tools.entries()) {
      const own = typeof tool === 'string' ? tool : tool.name;
      if (seen.has(own)) context.addIssue({ code: 'custom', path: [i], message: `a second tool named ${own}` });
      seen.add(own);
    }
  });

export type HttpToolDefinition = z.output<typeof httpToolDefinition>;
export type HandOffDefinition = z.output<typeof handOffDefinition>;
export type CollectDefinition = z.output<typeof collectDefinition>;
export type ToolDefinition = z.output<typeof toolDefinition>;

/** Agents to whom these tools give the call. */
export function handOffsIn(tools: readonly ToolDefinition[]): string[] {
  return tools.flatMap((tool) => (typeof tool === 'object' && 'handOff' in tool ? Object.keys(tool.handOff) : []));
}

/** Secrets that these tools ask for, by name. */
export function secretsIn(tools: readonly ToolDefinition[]): string[] {
  const names = tools.flatMap((tool) =>
    typeof tool === 'object' && 'headers' in tool ? Object.values(tool.headers).flatMap(namesIn) : [],
  );
  return [...new Set(names.filter((each) => each.startsWith('secret.')).map((each) => each.slice('secret.'.length)))];
}
