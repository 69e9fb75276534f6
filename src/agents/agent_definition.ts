// The shape of an agent's file and its checks: the words here, everything else in agent_settings.ts. What an agent does with
// its data is agent.ts; how a file becomes data is agent_text.ts.

import { z } from 'zod';
import { knowsConsent } from '../conversation/turns/consent.js';
import { EngineError } from '../errors.js';
import { toolDefinitions } from '../tools/tool_definition.js';
import { isPattern, SETTING_FIELDS, valueProblem } from './agent_settings.js';
import { type FileProblem, problemLine, problemsOf } from './file_problem.js';
import { OVERFLOW_REASONS, overflowProblems } from './overflow.js';
import { stockLines } from './stock_lines.js';

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
  /** Said by the carrier's voice outside of the opening hours; absent likewise. */
  closed: line.nullable().default(null),
  /** Regular expression (case ignored) for the words that end a call; absent = the usual ones of the language. */
  goodbyePattern: z.string().refine(isPattern, 'not a regular expression').nullable().default(null),
  ...SETTING_FIELDS,
});

/** What a persona file contains. */
export type AgentDefinition = z.input<typeof definition>;
/** The same with every default filled in. */
export type CheckedDefinition = z.output<typeof definition>;
/** The part of it that is no words. */
export type AgentSettings = Pick<CheckedDefinition, Exclude<keyof typeof SETTING_FIELDS, 'variables'>>;

export const PLACEHOLDER = /\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g;
/** Always there besides the declared variables. */
const BUILT_IN = ['agent_name', 'company'];

/** Checks an agent, given as JSON text or as what a file's text stands for. Never throws. */
export function readDefinition(source: unknown): { definition: CheckedDefinition } | { problems: FileProblem[] } {
  let data = source;
  if (typeof source === 'string') {
    try {
      data = JSON.parse(source);
    } catch {
      return { problems: [{ path: [], what: 'not JSON' }] };
    }
  }
  const result = definition.safeParse(data);
  if (!result.success) return { problems: result.error.issues.flatMap(problemsOf) };
  const problems = [...unknownPlaceholders(result.data), ...contradictions(result.data)];
  return problems.length > 0 ? { problems } : { definition: result.data };
}

/** The same for those who can do nothing about it. Throws EngineError CONFIG_INVALID with every problem, one a line. */
export function checkDefinition(source: unknown): CheckedDefinition {
  const result = readDefinition(source);
  if ('definition' in result) return result.definition;
  const detail = ['agent persona', ...result.problems.map((problem) => `  ${problemLine(problem)}`)].join('\n');
  throw new EngineError('CONFIG_INVALID', { detail });
}

/** For editors: JSON Schema of an agent's file, draft 2020-12. */
export function definitionSchema(): object {
  return { title: 'ringline agent', ...z.toJSONSchema(definition, { io: 'input' }) };
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
  'closed',
] as const;

/** A placeholder that nobody fills would be a hole in a sentence. */
function unknownPlaceholders(checked: CheckedDefinition): FileProblem[] {
  const known = new Set([...Object.keys(checked.variables), ...BUILT_IN]);
  const problems = new Map<string, FileProblem>();
  const look = (path: string[], texts: string | { inbound: string; outbound: string } | null | undefined) => {
    if (texts === null || texts === undefined) return;
    for (const text of typeof texts === 'string' ? [texts] : [texts.inbound, texts.outbound]) {
      for (const [, name] of text.matchAll(PLACEHOLDER)) {
        const what = `{{${name}}} is not among the variables`;
        if (!known.has(name)) problems.set(`${path.join('.')} ${name}`, { path, what });
      }
    }
  };
  for (const field of TEMPLATES) look([field], checked[field]);
  for (const reason of OVERFLOW_REASONS) look(['overflow', reason, 'say'], checked.overflow[reason]?.say);
  look(['voicemail', 'message'], checked.voicemail.message);
  for (const text of checked.mustBeHeard) look(['mustBeHeard'], text);
  look(['recording', 'line'], checked.recording.line);
  return [...problems.values()];
}

/** What single fields can't tell. */
function contradictions(checked: CheckedDefinition): FileProblem[] {
  const found: FileProblem[] = overflowProblems(checked.overflow, checked.numbers);
  const report = (path: (string | number)[], what: string) => found.push({ path, what });
  const { turns, variables, voicemail, recording, language } = checked;
  const { silenceMsMin, silenceMsMax } = turns;
  if (silenceMsMin !== undefined && silenceMsMax !== undefined && silenceMsMin > silenceMsMax) {
    report(['turns', 'silenceMsMin'], 'must not be above silenceMsMax');
  }
  if (voicemail.action === 'message' && voicemail.message === undefined) {
    report(['voicemail', 'message'], 'is missing: action is message');
  }
  if (recording.consent === 'ask' && !knowsConsent(language)) {
    report(['recording', 'consent'], `ask: what callers say for yes and no is not known in ${language}`);
  }
  if (recording.consent !== 'none' && recording.line === undefined && stockLines(language) === null) {
    report(['recording', 'line'], `is missing: there is no usual line in ${language}`);
  }
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value === 'string' || value.default === '') continue;
    const problem = valueProblem(value.default, value);
    if (problem !== null) report(['variables', name, 'default'], problem);
  }
  return found;
}
