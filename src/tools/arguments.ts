// Whether a model's arguments fit what a tool declared, in words that the model can act on.

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ToolSpec } from '../providers/llm.js';

/** Problems that are told at once: a model mends one request better than five. */
const PROBLEMS_MAX = 5;

/** Null = they fit; else what is wrong. */
export type ArgumentCheck = (args: Readonly<Record<string, unknown>>) => string | null;

/** Schemas are an agent's, and the same for all of its calls: compiled once a thread. By the schema itself. */
const COMPILED = new WeakMap<object, ValidateFunction>();
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

/** Throws when `parameters` are no JSON Schema (2020-12) that we can check by. */
export function argumentCheck({ parameters }: Pick<ToolSpec, 'parameters'>): ArgumentCheck {
  let fits = COMPILED.get(parameters);
  if (fits === undefined) {
    fits = ajv.compile(parameters);
    COMPILED.set(parameters, fits);
  }
  const check = fits;
  return (args) => (check(args) ? null : inWords(check.errors ?? []));
}

/** What is wrong with a schema, in a line; null = nothing. */
export function schemaProblem(parameters: Record<string, unknown>): string | null {
  if (parameters['type'] !== 'object') return 'must be a JSON Schema of type object';
  try {
    argumentCheck({ parameters });
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.split('\n')[0] : 'no JSON Schema';
  }
}

function inWords(errors: readonly ErrorObject[]): string {
  const lines = errors.slice(0, PROBLEMS_MAX).map(({ instancePath, message, params, keyword }) => {
    const extra = keyword === 'enum' ? `: ${JSON.stringify(params['allowedValues'])}` : '';
    const more = keyword === 'additionalProperties' ? `: ${String(params['additionalProperty'])}` : '';
    return `${instancePath.slice(1).replaceAll('/', '.') || 'the arguments'} ${message ?? 'does not fit'}${extra}${more}`;
  });
  return lines.join('; ');
}
