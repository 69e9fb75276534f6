// The tools of an agent: what its file names, made once a thread and shared by all of its calls.

import { COLLECT, collectTool } from './collect.js';
import { END_CALL } from './end_call.js';
import { handOffTool } from './hand_off.js';
import type { ToolHttpClient } from './http_client.js';
import { httpTool, type SecretOf } from './http_tool.js';
import { LOOK_UP } from './look_up.js';
import type { Tool } from './tool.js';
import type { READY_MADE, ToolDefinition } from './tool_definition.js';

const BY_NAME: Readonly<Record<(typeof READY_MADE)[number], Tool>> = {
  collect: COLLECT,
  end_call: END_CALL,
  look_up: LOOK_UP,
};

export interface ToolSupplies {
  http: Pick<ToolHttpClient, 'send'>;
  secretOf: SecretOf;
}

/** Keeps what it made: an agent's calls share their tools. */
export class ToolShelf {
  readonly #supplies: ToolSupplies;
  readonly #made = new WeakMap<readonly ToolDefinition[], readonly Tool[]>();

  constructor(supplies: ToolSupplies) {
    this.#supplies = supplies;
  }

  /** In the order of the file: models prefer what comes first. */
  of(definitions: readonly ToolDefinition[]): readonly Tool[] {
    let tools = this.#made.get(definitions);
    if (tools === undefined) {
      tools = definitions.map((each) => this.#make(each));
      this.#made.set(definitions, tools);
    }
    return tools;
  }

  #make(definition: ToolDefinition): Tool {
    const { http, secretOf } = this.#supplies;
    if (typeof definition === 'string') return BY_NAME[definition];
    if ('collect' in definition) return collectTool(definition);
    return 'handOff' in definition ? handOffTool(definition) : httpTool(definition, http, secretOf);
  }
}
