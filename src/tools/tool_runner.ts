// Runs what the model asked for in one answer: all calls at once, each within its time, each with a result for the model
// whatever happens. Owned by a call, not by a reply: what was begun is brought to its end when the caller speaks meanwhile,
// for it may have booked a table. Which tools there are is tool_book.ts.

import { nowMs } from '../clock.js';
import type { ToolCall, ToolSpec } from '../providers/llm.js';
import { type ArgumentCheck, argumentCheck } from './arguments.js';
import { type Tool, type ToolDesk, ToolError, type ToolProblem, type ToolResult, type ToolRun } from './tool.js';

/** Characters of a result that the model gets: about 2,000 tokens, more would slow every later answer of the call. */
const RESULT_MAX = 8000;
/** Calls in one answer that are run; a model that asks for more has lost its way. */
const CALLS_MAX = 8;
const STRUCK_OUT = '[redacted]';

export interface ToolRunnerOptions {
  tools: readonly Tool[];
  desk: ToolDesk;
  /** A run is over, for event, record and metric. */
  onRun(run: ToolRun): void;
}

export class ToolRunner {
  /** What the model is told. The same array for the whole call: providers cache requests that begin alike. */
  readonly specs: readonly ToolSpec[];
  readonly #options: ToolRunnerOptions;
  readonly #byName = new Map<string, { tool: Tool; check: ArgumentCheck }>();
  readonly #closing = new AbortController();

  /** Throws when a tool's schema is none; those of agents are checked when the agent is read. */
  constructor(options: ToolRunnerOptions) {
    this.#options = options;
    this.specs = options.tools.map(({ spec }) => spec);
    for (const tool of options.tools) this.#byName.set(tool.spec.name, { tool, check: argumentCheck(tool.spec) });
  }

  /** The line to say while one of these calls takes long; null = none of them has its own. */
  fillerOf(calls: readonly ToolCall[]): string | null {
    for (const { name } of calls) {
      const filler = this.#byName.get(name)?.tool.filler ?? null;
      if (filler !== null) return filler;
    }
    return null;
  }

  /** Runs all of `calls` at once. Resolves with one result a call, in their order; never rejects. */
  run(calls: readonly ToolCall[]): Promise<ToolResult[]> {
    return Promise.all(calls.map((call, i) => this.#runOne(call, i)));
  }

  /** The call is over: what still runs is given up. Safe twice. */
  close(): void {
    this.#closing.abort();
  }

  async #runOne({ name, arguments: text }: ToolCall, place: number): Promise<ToolResult> {
    const startMs = nowMs();
    const known = this.#byName.get(name);
    const args = parsed(text);
    let problem: ToolProblem | null = null;
    let result: ToolResult;
    try {
      if (place >= CALLS_MAX) throw new ToolError('too_many', `at most ${CALLS_MAX} tools at once`);
      if (known === undefined) throw new ToolError('unknown_tool', `there is no tool ${name.slice(0, 64)}`);
      if (args === null) throw new ToolError('bad_arguments', 'the arguments are no JSON object');
      const wrong = known.check(args);
      if (wrong !== null) throw new ToolError('bad_arguments', wrong);
      result = await this.#within(known.tool, args);
      if (!result.ok) problem = 'failed';
    } catch (thrown) {
      // What a tool throws may quote an address or a key: only our own words go to the model.
      problem = thrown instanceof ToolError ? thrown.problem : 'failed';
      result = { ok: false, content: `error: ${thrown instanceof ToolError ? thrown.message : 'the tool failed'}` };
    }
    const secrets = known?.tool.secretArguments ?? [];
    this.#options.onRun({
      name: known === undefined ? 'unknown' : name,
      ok: result.ok,
      tookMs: Math.round(nowMs() - startMs),
      problem,
      arguments: args === null ? null : struckOut(args, secrets),
    });
    return { ...result, content: shortened(result.content) };
  }

  async #within(tool: Tool, args: Record<string, unknown>): Promise<ToolResult> {
    const timeout = AbortSignal.timeout(tool.timeoutMs);
    const signal = AbortSignal.any([timeout, this.#closing.signal]);
    const ended = new Promise<never>((_, reject) => {
      const giveUp = (): void =>
        reject(
          new ToolError(
            timeout.aborted ? 'timeout' : 'failed',
            timeout.aborted ? 'it took too long' : 'the call is over',
          ),
        );
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
    // A tool that does not obey the signal must not hold the conversation up.
    return await Promise.race([tool.run(args, this.#options.desk, signal), ended]);
  }
}

function parsed(text: string): Record<string, unknown> | null {
  if (text.trim() === '') return {}; // how some models call a tool without arguments
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function struckOut(args: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  if (secrets.length === 0) return args;
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, secrets.includes(name) ? STRUCK_OUT : value]),
  );
}

function shortened(content: string): string {
  return content.length <= RESULT_MAX ? content : `${content.slice(0, RESULT_MAX)}… (cut off)`;
}
