// What the model may do in a call besides speaking: the words for it, shared by the tools themselves, by whoever runs them
// (tool_runner.ts) and by whoever declares them (tool_definition.ts).

import type { Field } from '../call/field.js';
import type { ToolSpec } from '../providers/llm.js';

/** What a tool may do to its call. The call carries it out when its moment has come. */
export interface ToolDesk {
  readonly call: { readonly callSid: string; readonly ourNumber: string; readonly theirNumber: string };
  /** Free values of this call. */
  readonly variables: Readonly<Record<string, string>>;
  /** Begins to collect a field from the caller; what comes of it becomes this tool's result when it is there. False = another
   *  one is being collected. */
  collect(field: Field): boolean;
  /** What a handle stands for that the model was given instead of a protected value; undefined = it is none. */
  reveal(handle: string): string | undefined;
  /** Hangs up once what is being said was heard. Taken back when the caller interrupts that. Safe twice. */
  endCall(): void;
  /** Gives the call to another agent once what is being said was heard, or the caller has spoken. Throws ToolError when there
   *  is no such one, or too often. */
  handOff(agentId: string, withHistory: boolean): void;
}

export interface ToolResult {
  /** For the model: JSON or plain words. Never for the caller's ear as it is. */
  content: string;
  /** The tool did what it should. */
  ok: boolean;
  /** Nothing is left to say once the words before the call were heard. */
  isLast?: boolean;
  /** The result is not there yet: it follows when the field was collected. `say`: what the caller is asked. */
  pending?: { say: string };
}

export interface Tool {
  readonly spec: ToolSpec;
  /** After so long its run is given up, ms. */
  readonly timeoutMs: number;
  /** Said when it takes long and the caller hears nothing; null = the usual line of the agent. */
  readonly filler: string | null;
  /** Names of arguments that are written down nowhere. */
  readonly secretArguments: readonly string[];
  /** `args` fit `spec.parameters`. May reject: the model is told that it failed, in no more than a word. */
  run(args: Readonly<Record<string, unknown>>, desk: ToolDesk, signal: AbortSignal): Promise<ToolResult>;
}

/** One tool call from beginning to end, as records and metrics have it. No result: it may hold anything. */
export interface ToolRun {
  name: string;
  ok: boolean;
  tookMs: number;
  /** Why not: a fixed word. */
  problem: ToolProblem | null;
  /** As the model gave them, the secret ones struck out; null = they were no JSON. */
  arguments: Record<string, unknown> | null;
}

export const TOOL_PROBLEMS = ['unknown_tool', 'bad_arguments', 'timeout', 'failed', 'refused', 'too_many'] as const;
export type ToolProblem = (typeof TOOL_PROBLEMS)[number];

/** A tool that could not do its work, in words for the model: what went wrong and, where it helps, what to do. */
export class ToolError extends Error {
  readonly problem: ToolProblem;

  constructor(problem: ToolProblem, message: string) {
    super(message);
    this.name = 'ToolError';
    this.problem = problem;
  }
}
