// `look_up`: the values that came with the call (an order's number, a name, a balance), for agents whose prompt shall not
// carry them all.

import { type Tool, ToolError } from './tool.js';

export const LOOK_UP: Tool = {
  spec: {
    name: 'look_up',
    description: 'Returns a value that is known about this call or its caller. Without a name it lists the names.',
    parameters: {
      type: 'object',
      properties: { name: { type: 'string', description: 'Name of the value' } },
      additionalProperties: false,
    },
  },
  timeoutMs: 1000,
  filler: null,
  secretArguments: [],
  async run({ name }, { variables }) {
    const names = Object.keys(variables);
    if (typeof name !== 'string') return { ok: true, content: JSON.stringify({ names }) };
    if (!Object.hasOwn(variables, name))
      throw new ToolError('refused', `nothing is known by that name; known: ${names.join(', ')}`);
    return { ok: true, content: JSON.stringify({ [name]: variables[name] }) };
  },
};
