// `end_call`: the model hangs up. Its last words are heard first; a caller who speaks over them keeps the line.

import type { Tool } from './tool.js';

export const END_CALL: Tool = {
  spec: {
    name: 'end_call',
    description:
      'Ends the phone call after your last words were heard. Say goodbye in the same answer. Use it only when the ' +
      'caller has nothing more to say or asks you to hang up.',
    parameters: {
      type: 'object',
      properties: { reason: { type: 'string', description: 'Why, in a few words, for the record' } },
      additionalProperties: false,
    },
  },
  timeoutMs: 1000,
  filler: null,
  secretArguments: [],
  async run(_args, desk) {
    desk.endCall();
    return {
      ok: true,
      content: 'The call ends when your words were heard. Say goodbye now if you have not.',
      isLast: true,
    };
  },
};
