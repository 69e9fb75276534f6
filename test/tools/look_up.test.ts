import { expect, test } from 'vitest';
import { LOOK_UP } from '../../src/tools/look_up.js';
import { ToolError } from '../../src/tools/tool.js';

const desk = { variables: { order: 'A 17', name: 'Ada' } } as unknown as Parameters<typeof LOOK_UP.run>[1];
const run = async (args: Record<string, unknown>) => LOOK_UP.run(args, desk, new AbortController().signal);

test('a value by its name', async () => {
  expect(await run({ name: 'order' })).toEqual({ ok: true, content: '{"order":"A 17"}' });
});

test('without a name the names, and no value', async () => {
  expect(await run({})).toEqual({ ok: true, content: '{"names":["order","name"]}' });
});

test.each(['balance', 'constructor', '__proto__', ''])(
  '"%s", which did not come with the call, is refused',
  async (name) => {
    await expect(run({ name })).rejects.toThrow(ToolError);
    await expect(run({ name })).rejects.toThrow('known: order, name');
  },
);
