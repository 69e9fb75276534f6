// The tools of an agent: what its file names, made once a thread and shared by all of its calls.

import { END_CALL } from './end_call.js';
import type { ToolHttpClient } from './http_client.js';
import { httpTool, type SecretOf } from './http_tool.js';
import { LOOK_UP } from './look_up.js';
import type { Tool } from './tool.js';
import type { READY_MADE, ToolDefinition } from './tool_definition.js';

const BY_NAME: Readonly<Record<(typeof READY_MADE)[number], Tool>> = { end_call: END_CALL, look_up: LOOK_UP };

export interface ToolSupplies {
  http: Pick<ToolHttpClient, 'send'>;
  secretOf: SecretOf;
}

/** In the order of the file: models prefer what comes first. */
export function toolsOf(definitions: readonly ToolDefinition[], { http, secretOf }: ToolSupplies): Tool[] {
  return definitions.map((each) => (typeof each === 'string' ? BY_NAME[each] : httpTool(each, http, secretOf)));
}
