// All agents of this server by name, and which of them takes a call. Today there is one: the persona that ships, or the
// one in AGENT_FILE. Read and checked once, before anything listens; worker threads get the same definitions as data.

import { readFileSync } from 'node:fs';
import { assert } from '../assert.js';
import type { CallOrder } from '../call/call.js';
import { ConfigError } from '../config.js';
import { AgentProfile } from './agent.js';
import { type CheckedDefinition, readDefinition } from './agent_definition.js';
import { COMPASS_GROUP } from './personas/compass_group.js';

/** An agent as data, as it crosses to a worker thread. */
export interface AgentSource {
  id: string;
  definition: CheckedDefinition;
}

const DEFAULT_ID = 'default';

export class AgentBook {
  readonly #agents: ReadonlyMap<string, AgentProfile>;

  /** @param sources at least one; the first takes whatever call no other was asked for */
  constructor(sources: readonly AgentSource[]) {
    assert(sources.length > 0, 'there is an agent');
    this.#agents = new Map(sources.map(({ id, definition }) => [id, new AgentProfile(definition)]));
  }

  /** The name of the agent for a call: the one that was `wanted`, if there is such a one. */
  pick(_call: Pick<CallOrder, 'direction' | 'ourNumber'>, wanted: string | null): string {
    const [first] = this.#agents.keys();
    return wanted !== null && this.#agents.has(wanted) ? wanted : first;
  }

  /** `id` is a name that `pick` gave. */
  get(id: string): AgentProfile {
    const agent = this.#agents.get(id);
    assert(agent !== undefined, 'agents are picked before they are got');
    return agent;
  }

  ids(): readonly string[] {
    return [...this.#agents.keys()];
  }

  all(): readonly AgentProfile[] {
    return [...this.#agents.values()];
  }
}

/**
 * Reads and checks every agent.
 * @param file JSON; null = the persona that ships
 * @throws ConfigError with one line for each problem
 */
export function readAgents(file: string | null): AgentSource[] {
  if (file === null) return [checked(COMPASS_GROUP, 'the persona that ships')];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw new ConfigError([`AGENT_FILE: ${file} cannot be read (${code})`]);
  }
  return [checked(text, `AGENT_FILE: ${file}`)];
}

function checked(source: unknown, name: string): AgentSource {
  const result = readDefinition(source);
  if ('problems' in result) throw new ConfigError(result.problems.map((problem) => `${name}: ${problem}`));
  return { id: DEFAULT_ID, definition: result.definition };
}
