import { expect, test } from 'vitest';
import type { Field } from '../../src/call/field.js';
import { COLLECT, collectTool } from '../../src/tools/collect.js';
import type { Tool, ToolDesk } from '../../src/tools/tool.js';
import { collectDefinition } from '../../src/tools/tool_definition.js';

const question = 'Your number, please?';
const signal = new AbortController().signal;

async function fieldOf(tool: Tool, args: object): Promise<Field> {
  const asked: Field[] = [];
  const desk = { collect: (field: Field) => asked.push(field) > 0 } as unknown as ToolDesk;
  const result = await tool.run({ question, ...args }, desk, signal);
  expect(result).toMatchObject({ ok: true, isLast: true, pending: { say: question } });
  return asked[0];
}

test.each([
  [{ kind: 'card_number' }, { kind: 'card_number', lengths: [], isProtected: true, byVoice: true }],
  [
    { kind: 'digits', digits: 6 },
    { kind: 'digits', lengths: [6], isProtected: false },
  ],
  [{ kind: 'email' }, { kind: 'email', isProtected: false }],
])('the model names the kind: %j', async (args, field) => {
  expect(await fieldOf(COLLECT, args)).toMatchObject({ ...field, question });
});

test('the agent names it, and whether it is protected or may be said', async () => {
  const definition = {
    name: 'pin',
    description: 'Asks for the PIN.',
    collect: 'digits',
    lengths: [6, 4],
    isProtected: true,
    voice: false,
  };
  const tool = collectTool(collectDefinition.parse(definition));
  expect(tool.spec.name).toBe('pin');
  expect(await fieldOf(tool, {})).toMatchObject({ kind: 'digits', lengths: [4, 6], isProtected: true, byVoice: false });
  const card = collectTool(collectDefinition.parse({ name: 'card', description: 'Card.', collect: 'card_number' }));
  expect((await fieldOf(card, {})).isProtected).toBe(true);
});

test('a second one is refused while the first is under way', async () => {
  const desk = { collect: () => false } as unknown as ToolDesk;
  await expect(COLLECT.run({ kind: 'email', question }, desk, signal)).rejects.toThrow(/one at a time/);
});
