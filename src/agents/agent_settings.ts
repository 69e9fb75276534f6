// What an agent's file may set beside its words: whose calls it takes, who serves it and how, whose turn it is, what is kept,
// when it is there. What it does not set is as the server's settings have it. The words are agent_definition.ts.

import { z } from 'zod';
import { FLOOR_STATES, FLOOR_VERDICTS, type FloorCells, floorActions } from '../conversation/turns/floor_policy.js';
import { language } from '../setting.js';
import { isTimeZone, parseDays, parseSpans } from './opening_hours.js';
import { OVERFLOW_FIELD } from './overflow.js';

const VALUE_CHARS_MAX = 500;
const ms = (min: number, max: number, setting: string) =>
  z.int().min(min).max(max).optional().describe(`${setting} of this agent, in milliseconds`);
export const pattern = z.string().max(500).refine(isPattern, 'a regular expression is expected');
const model = (setting: string) => z.string().trim().min(1).max(200).optional().describe(`${setting} of this agent`);
const variableName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'a name like customer_name is expected');

/** What a value that a call brings must be. */
const variableRule = z.strictObject({
  default: z.string().max(VALUE_CHARS_MAX).default(''),
  required: z.boolean().default(false).describe('POST /outbound must bring it'),
  pattern: pattern.optional().describe('Regular expression for the whole value'),
  oneOf: z.array(z.string().max(VALUE_CHARS_MAX)).min(1).max(100).optional().describe('The only values'),
  maxLength: z.int().min(1).max(1000).default(VALUE_CHARS_MAX),
  description: z.string().max(500).optional(),
});
export type VariableRule = z.output<typeof variableRule>;

/** Cells of conversation/turns/floor_policy.ts: what the agent is doing -> what the caller's sound is -> what is done. */
const floorCells = z.strictObject(
  Object.fromEntries(
    FLOOR_STATES.map((state) => {
      const cells = FLOOR_VERDICTS.map((verdict) => [verdict, z.enum(floorActions(verdict)).optional()]);
      return [state, z.strictObject(Object.fromEntries(cells)).optional()];
    }),
  ),
) as z.ZodType<FloorCells>;

/** Fields by their names in the file. */
export const SETTING_FIELDS = {
  agent: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'a name of small letters, digits, _ and - is expected')
    .optional()
    .describe("The agent's name in routes, records and POST /outbound; absent = the file's name"),
  variant: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'up to 40 letters, digits and ._- are expected')
    .optional()
    .describe('Files of the same agent are versions side by side: the name of this one; absent = the file’s name'),
  weight: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Share of the calls that this version gets beside the others'),
  numbers: z
    .array(
      z.string().regex(/^\+[1-9]\d{6,14}$|^\+\d{1,14}\*$/, 'a number such as "+15551234567" or "+1555*" is expected'),
    )
    .max(1000)
    .default([])
    .describe('Our numbers that this agent answers: in full, or their beginning and *; the longest wins'),
  default: z.boolean().default(false).describe('Takes the calls of all numbers that no agent has'),
  variables: z
    .record(
      variableName,
      z.union([z.string().max(VALUE_CHARS_MAX), variableRule], {
        error: 'a text is expected, or fields such as default, required, pattern, oneOf',
      }),
      { error: (issue) => (issue.code === 'invalid_key' ? 'a name like customer_name is expected' : undefined) },
    )
    .default({})
    .describe('Values for {{name}} in the texts: a default, or also what a call may bring'),
  listen: z
    .strictObject({
      language: language
        .or(z.literal('multi'))
        .optional()
        .describe('What callers speak; multi = they may change, and the voice follows; absent = language'),
      model: model('DEEPGRAM_MODEL'),
    })
    .prefault({}),
  think: z
    .strictObject({
      model: model('OPENAI_MODEL'),
      temperature: z.number().min(0).max(2).optional(),
      maxTokens: z.int().min(16).max(4096).optional().describe('Longest reply'),
    })
    .prefault({}),
  speak: z.strictObject({ model: model('CARTESIA_MODEL') }).prefault({}),
  turns: z
    .strictObject({
      silenceMsMin: ms(0, 10_000, 'TURN_SILENCE_MS_MIN'),
      silenceMsMax: ms(0, 20_000, 'TURN_SILENCE_MS_MAX'),
      sttFinalTimeoutMs: ms(50, 10_000, 'TURN_STT_FINAL_TIMEOUT_MS'),
      bargeInMinSpeechMs: ms(0, 5000, 'BARGE_IN_MIN_SPEECH_MS'),
      greetingProtectMs: ms(0, 20_000, 'GREETING_PROTECT_MS'),
      idlePromptMs: ms(1000, 600_000, 'IDLE_PROMPT_MS'),
      deafPatienceMs: ms(0, 600_000, 'DEAF_PATIENCE_MS'),
      fillerMs: ms(0, 20_000, 'FILLER_MS'),
      outagePatienceMs: ms(0, 600_000, 'OUTAGE_PATIENCE_MS'),
      floor: floorCells
        .optional()
        .describe('By what the agent does and what the caller’s sound is: what is done, where it is not the usual'),
    })
    .prefault({}),
  mustBeHeard: z
    .array(z.string().trim().min(1).max(600))
    .max(20)
    .default([])
    .describe('Sentences, such as a legal notice: a reply or line with one is not stopped until it was heard'),
  keypad: z
    .enum(['ignore', 'words', 'interrupt'])
    .default('words')
    .describe('Keys that the caller presses: nothing, words of theirs, or words that also stop what is being said'),
  voicemail: z
    .strictObject({
      action: z
        .enum(['ignore', 'hang_up', 'message'])
        .default('ignore')
        .describe('What is done when a mailbox answers a call that was dialled'),
      message: z.string().trim().min(1).max(1000).optional().describe('Said after its beep'),
    })
    .prefault({}),
  recording: z
    .strictObject({
      enabled: z.boolean().default(true).describe('false = calls of this agent are not recorded'),
      consent: z
        .enum(['none', 'announce', 'ask'])
        .default('none')
        .describe('Before anything is recorded the caller is told so, or is asked and has to say yes'),
      line: z.string().trim().min(1).max(600).optional().describe('Said then; absent = the usual line of the language'),
      keepDays: z
        .int()
        .min(0)
        .max(36_500)
        .optional()
        .describe('Recordings and records of this agent are deleted when older; 0 = never; absent = as for all'),
    })
    .prefault({}),
  overflow: OVERFLOW_FIELD,
  openingHours: z
    .strictObject({
      timezone: z.string().refine(isTimeZone, 'a time zone such as Europe/Berlin is expected'),
      days: z.record(
        z.string().refine((key) => parseDays(key) !== null),
        z
          .string()
          .refine((spans) => parseSpans(spans) !== null, 'hours such as "09:00-12:30, 14:00-18:00" are expected'),
        // Zod says only that a key is wrong, not what a right one is.
        { error: (issue) => (issue.code === 'invalid_key' ? 'days are mon, mon-fri or "sat, sun"' : undefined) },
      ),
      holidays: z.array(z.iso.date('a date such as "2026-12-25" is expected')).max(400).default([]),
    })
    .optional(),
};

/** What is wrong with a value that a call brings; null = nothing. */
export function valueProblem(value: string, { pattern: own, oneOf, maxLength }: VariableRule): string | null {
  if (value.length > maxLength) return `at most ${maxLength} characters are expected`;
  if (oneOf !== undefined && !oneOf.includes(value)) return `one of ${oneOf.join(', ')} is expected`;
  if (own !== undefined && !new RegExp(`^(?:${own})$`, 'u').test(value)) return 'does not match the pattern';
  return null;
}

export function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'iu');
    return true;
  } catch {
    return false;
  }
}
