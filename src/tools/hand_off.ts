// `hand_off`: gives the call to another agent of ours, which goes on with it in its own voice. The words before are heard
// first. What the next agent knows of the call is worker/hand_off.ts.

import type { Tool } from './tool.js';
import type { HandOffDefinition } from './tool_definition.js';

export function handOffTool({ name, handOff, history }: HandOffDefinition): Tool {
  const agents = Object.keys(handOff);
  const whom = agents.map((agent) => `${agent}: ${handOff[agent]}`).join('\n');
  return {
    spec: {
      name,
      description:
        'Gives the call to a colleague after your last words were heard. Say in the same answer, in one short sentence, ' +
        `that you put the caller through.\n${whom}`,
      parameters: {
        type: 'object',
        properties: {
          agent: { type: 'string', enum: agents, description: 'The colleague' },
          reason: { type: 'string', description: 'Why, in a few words, for the record' },
        },
        required: ['agent'],
        additionalProperties: false,
      },
    },
    timeoutMs: 1000,
    filler: null,
    secretArguments: [],
    async run({ agent }, desk) {
      desk.handOff(String(agent), history);
      return {
        ok: true,
        content:
          'The call goes to the colleague when your words were heard. Say that now if you have not, nothing else.',
        isLast: true,
      };
    },
  };
}
