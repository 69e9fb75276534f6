// `collect`: asks the caller for one thing that has to be exact (a card number, a date, an address), by voice or keypad, says it
// back and has it confirmed. The model only starts it: the call asks, listens and confirms by itself, so that a protected
// value never gets to the model, which is given a handle for it.

import { FIELD_KINDS, type Field, type FieldKind } from '../call/field.js';
import type { ToolSpec } from '../providers/llm.js';
import { type Tool, ToolError } from './tool.js';
import type { CollectDefinition } from './tool_definition.js';

/** What the model is told until it is there. */
const UNDER_WAY = 'The caller is being asked. The result will stand here.';

const QUESTION = {
  type: 'string',
  minLength: 1,
  maxLength: 300,
  description: 'What the caller is asked, one short spoken sentence',
};

export const COLLECT: Tool = tool(
  {
    name: 'collect',
    description:
      'Asks the caller for one exact value, by voice or keypad, and has it confirmed. Say nothing yourself: the question is ' +
      'asked for you. The result is the confirmed value, or a handle for a card number, which you never see.',
    parameters: {
      type: 'object',
      properties: {
        kind: { type: 'string', enum: [...FIELD_KINDS] },
        question: QUESTION,
        digits: { type: 'integer', minimum: 1, maximum: 32, description: 'For kind digits: how many it has, if known' },
      },
      required: ['kind', 'question'],
      additionalProperties: false,
    },
  },
  ({ kind, digits }) => ({
    kind: kind as FieldKind,
    lengths: typeof digits === 'number' ? [digits] : [],
    isProtected: kind === 'card_number',
    byVoice: true,
  }),
);

/** One that an agent's file declares: for one kind of field, protected or by keypad only where it says so. */
export function collectTool({ name, description, collect, lengths, isProtected, voice }: CollectDefinition): Tool {
  const parameters = {
    type: 'object',
    properties: { question: QUESTION },
    required: ['question'],
    additionalProperties: false,
  };
  return tool({ name, description, parameters }, () => ({
    kind: collect,
    lengths,
    isProtected: isProtected || collect === 'card_number',
    byVoice: voice,
  }));
}

function tool(spec: ToolSpec, fieldOf: (args: Readonly<Record<string, unknown>>) => Omit<Field, 'question'>): Tool {
  return {
    spec,
    timeoutMs: 1000,
    filler: null,
    secretArguments: [],
    async run(args, desk) {
      const question = String(args['question']);
      if (!desk.collect({ ...fieldOf(args), question }))
        throw new ToolError('refused', 'another value is being collected: one at a time');
      return { ok: true, content: UNDER_WAY, isLast: true, pending: { say: question } };
    },
  };
}
