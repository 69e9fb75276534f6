import { expect, test } from 'vitest';
import { handOffTool } from '../../src/tools/hand_off.js';
import type { ToolDesk } from '../../src/tools/tool.js';
import { handOffDefinition, handOffsIn, toolDefinitions } from '../../src/tools/tool_definition.js';

const WHOM = { billing: 'Questions about bills.', night_desk: 'After ten in the evening.' };

test('the model is told whom it can give the call to, and when', () => {
  const { spec } = handOffTool(handOffDefinition.parse({ handOff: WHOM }));
  expect(spec.name).toBe('hand_off');
  expect(spec.description).toContain('billing: Questions about bills.\nnight_desk: After ten in the evening.');
  expect(spec.parameters).toMatchObject({
    properties: { agent: { enum: ['billing', 'night_desk'] } },
    required: ['agent'],
  });
});

test.each([
  [{ handOff: WHOM }, true],
  [{ handOff: WHOM, history: false, name: 'pass_on' }, false],
])('%j: the call is told whom, and whether they know what was said', async (definition, history) => {
  const told: unknown[] = [];
  const desk = { handOff: (...args: unknown[]) => told.push(args) } as unknown as ToolDesk;
  const tool = handOffTool(handOffDefinition.parse(definition));
  const result = await tool.run({ agent: 'billing' }, desk, new AbortController().signal);
  expect(told).toEqual([['billing', history]]);
  expect(result).toMatchObject({ ok: true, isLast: true });
});

test.each<[unknown, RegExp]>([
  [{ handOff: {} }, /names no agent/],
  [{ handOff: { 'No Name': 'x' } }, /a name of an agent is expected/],
  [{ handOff: { billing: '' } }, /handOff\.billing/],
  [{ handOff: WHOM, hystory: true }, /hystory/],
])('%j is found when the file is read', (definition, problem) => {
  const result = toolDefinitions.safeParse([definition]);
  expect(result.success).toBe(false);
  expect(result.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join()).toMatch(problem);
});

test('who may get the call stands in the tools', () => {
  expect(handOffsIn(toolDefinitions.parse(['end_call', { handOff: WHOM }]))).toEqual(['billing', 'night_desk']);
});
