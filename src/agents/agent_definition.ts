// The shape of a persona file and its checks. What a persona does with its data is agent.ts.

import { z } from 'zod';
import { EngineError } from '../errors.js';
import { toolDefinitions } from '../tools/tool_definition.js';

const line = z.string().trim().min(1).max(600);
const prompt = z.string().trim().min(1).max(20_000);
/** One text for both directions, or one for each. */
const perDirection = (text: z.ZodString) =>
  z.union([text, z.strictObject({ inbound: text, outbound: text })], {
    error: 'expected a text, or {"inbound": text, "outbound": text}',
  });

const definition = z.strictObject({
  /** The name the agent introduces itself with. */
  name: z.string().trim().min(1).max(80),
  company: z.string().trim().min(1).max(120),
  /** BCP 47; also selects the words for symbols, backchannels and farewells. */
  language: z
    .string()
    .regex(/^[a-z]{2}(-[A-Za-z0-9]+)*$/, 'expected a language like "en" or "en-US"')
    .default('en'),
  /** Voice of the speech provider; absent = the configured one. */
  voiceId: z.string().trim().min(1).nullable().default(null),
  /** Words the speech recognition should favour: names, products. */
  keyterms: z.array(z.string().trim().min(1).max(80)).max(100).default([]),
  /** Values for `{{name}}` in the texts below; a call may bring its own for the same names. */
  variables: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'a name like customer_name is expected'), z.string().max(500))
    .default({}),
  /** What the model may do besides speaking: ready-made tools by name, requests to your servers in full. */
  tools: toolDefinitions.default([]),
  systemPrompt: perDirection(prompt),
  greeting: perDirection(line),
  /** Said when an answer can't be made. */
  apology: line,
  /** Said when the caller has been silent for long. */
  idlePrompt: line,
  /** Said when we end the call. */
  goodbye: line,
  /** Said when speech recognition is down; absent = the usual line of the language, or the apology. */
  cannotHear: line.nullable().default(null),
  /** Said when it stays down and the call is ended; absent likewise. */
  cannotHearGoodbye: line.nullable().default(null),
  /** Said while an answer or a tool takes long; absent = the usual line of the language, or nothing. */
  oneMoment: line.nullable().default(null),
  /** Said when an answer takes longer still; absent likewise. */
  stillOnIt: line.nullable().default(null),
  /** Said by the carrier's voice when every line is taken; absent = the usual line of the language, or English. */
  allLinesBusy: line.nullable().default(null),
  /** The last words when answers keep failing, in our voice or, when that failed, the carrier's; absent likewise. */
  technicalProblem: line.nullable().default(null),
  /** Said by the carrier's voice before a call begins anew whose server died; absent likewise. */
  cutOff: line.nullable().default(null),
  /** Said by the carrier's voice before a call goes on where it was whose server died; absent likewise. */
  goesOn: line.nullable().default(null),
  /** Regular expression (case ignored) for the words that end a call; absent = the usual ones of the language. */
  goodbyePattern: z.string().refine(isPattern, 'not a regular expression').nullable().default(null),
});

/** What a persona file contains. */
export type AgentDefinition = z.input<typeof definition>;
/** The same with every default filled in. */
export type CheckedDefinition = z.output<typeof definition>;

export const PLACEHOLDER = /\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g;
/** Always there besides the declared variables. */
const BUILT_IN = ['agent_name', 'company'];

/** Checks a persona, given as JSON text or as what it parses to. Never throws; each problem is one line. */
export function readDefinition(source: unknown): { definition: CheckedDefinition } | { problems: string[] } {
  let data = source;
  if (typeof source === 'string') {
    try {
      data = JSON.parse(source);
    } catch {
      return { problems: ['not JSON'] };
    }
  }
  const result = definition.safeParse(data);
  if (!result.success) {
    return {
      problems: result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    };
  }
  const problems = unknownPlaceholders(result.data);
  return problems.length > 0 ? { problems } : { definition: result.data };
}

/** The same for those who can do nothing about it. Throws EngineError CONFIG_INVALID with every problem, one a line. */
export function checkDefinition(source: unknown): CheckedDefinition {
  const result = readDefinition(source);
  if ('definition' in result) return result.definition;
  const detail = ['agent persona', ...result.problems.map((problem) => `  ${problem}`)].join('\n');
  throw new EngineError('CONFIG_INVALID', { detail });
}

const TEMPLATES = [
  'systemPrompt',
  'greeting',
  'apology',
  'idlePrompt',
  'goodbye',
  'cannotHear',
  'cannotHearGoodbye',
  'oneMoment',
  'stillOnIt',
  'allLinesBusy',
  'technicalProblem',
  'cutOff',
  'goesOn',
] as const;

/** A placeholder that nobody fills would be a hole in a sentence. */
function unknownPlaceholders(checked: CheckedDefinition): string[] {
  const known = new Set([...Object.keys(checked.variables), ...BUILT_IN]);
  const problems = new Set<string>();
  for (const field of TEMPLATES) {
    const texts = checked[field];
    if (texts === null) continue;
    for (const text of typeof texts === 'string' ? [texts] : [texts.inbound, texts.outbound]) {
      for (const [, name] of text.matchAll(PLACEHOLDER)) {
        if (!known.has(name)) problems.add(`${field}: {{${name}}} is not among the variables`);
      }
    }
  }
  return [...problems];
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'iu');
    return true;
  } catch {
    return false;
  }
}
