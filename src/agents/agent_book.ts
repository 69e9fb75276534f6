// All agents of this server by name, their versions, and which of them takes a call: the one that was asked for, the one that
// has the number, or the default. The main thread picks; worker threads get the same definitions as data. New ones may come
// while calls run: calls under way keep the version they began with.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { assert } from '../assert.js';
import type { AgentRef, CallOrder } from '../call/call.js';
import { ConfigError } from '../config.js';
import { handOffsIn } from '../tools/tool_definition.js';
import { AgentProfile } from './agent.js';
import { type CheckedDefinition, readDefinition } from './agent_definition.js';
import { problemLine } from './file_problem.js';
import { COMPASS_GROUP } from './personas/compass_group.js';

export type { CarrierLine } from './agent.js';
export type { OverflowReason } from './overflow.js';

/** A version of an agent as data, as it crosses to a worker thread. */
export interface AgentSource {
  id: string;
  /** Tells versions side by side apart for people. */
  variant: string;
  /** Of the definition's content: the same as long as nothing that a caller could notice changes. */
  hash: string;
  definition: CheckedDefinition;
}

/** What takes a call. */
export interface AgentVersion extends AgentSource {
  profile: AgentProfile;
}

const DEFAULT_ID = 'default';
const HASH_CHARS = 12;
/** Versions that came after the start, kept made on a worker: those of the calls under way, as a rule. */
const NEWER_MAX = 64;

export class AgentBook {
  #agents: ReadonlyMap<string, readonly AgentVersion[]>;
  #byNumber: ReadonlyMap<string, string>;
  /** Beginnings of numbers, the longest first. */
  #byPrefix: readonly [prefix: string, id: string][];
  #defaultId: string;
  /** What the worker threads were given when they started. */
  readonly #first: ReadonlySet<string>;
  /** On a worker: what came with orders since, the latest used last. */
  readonly #newer = new Map<string, AgentProfile>();
  #onNewer: (profile: AgentProfile) => void = () => {};
  #onReplaced: () => void = () => {};

  /** @param sources at least one; that marked as default, or else the first, takes whatever call no other does */
  constructor(sources: readonly AgentSource[]) {
    [this.#agents, this.#byNumber, this.#byPrefix, this.#defaultId] = indexOf(sources);
    this.#first = new Set(sources.map(keyOf));
  }

  /** From now on these; calls under way have theirs already. */
  replace(sources: readonly AgentSource[]): void {
    [this.#agents, this.#byNumber, this.#byPrefix, this.#defaultId] = indexOf(sources, this.versions());
    this.#onReplaced();
  }

  /** Who is told when the agents are others: one listener. */
  onReplaced(tell: () => void): void {
    this.#onReplaced = tell;
  }

  /** On a worker: who is told of a version that the thread did not know when it started; one listener. */
  onNewer(tell: (profile: AgentProfile) => void): void {
    this.#onNewer = tell;
  }

  /**
   * Who takes a call: the agent that was `wanted`, if there is such a one, or whose number it is. Of its versions each gets its
   * share; the same call gets the same one however often it is asked.
   */
  pick(call: Pick<CallOrder, 'callSid' | 'ourNumber'>, wanted: string | null): AgentVersion {
    const id = wanted !== null && this.#agents.has(wanted) ? wanted : this.#idFor(call.ourNumber);
    return share(this.#versionsOf(id), call.callSid);
  }

  /** Is there an agent of this name? */
  has(id: string): boolean {
    return this.#agents.has(id);
  }

  versions(): readonly AgentVersion[] {
    return [...this.#agents.values()].flat();
  }

  /** By agent, how many days its recordings and records are kept where it says so; the strictest of its versions. */
  keptDays(): ReadonlyMap<string, number> {
    const days = new Map<string, number>();
    for (const { id, profile } of this.versions()) {
      const { keepDays } = profile.settings.recording;
      const known = days.get(id) ?? 0;
      if (keepDays !== undefined)
        days.set(id, known === 0 || keepDays === 0 ? known || keepDays : Math.min(known, keepDays));
    }
    return days;
  }

  all(): readonly AgentProfile[] {
    return this.versions().map(({ profile }) => profile);
  }

  /** Of an order that `forOrder` made, on a worker: the very version it names. */
  held({ agentId, agentHash, agentDefinition }: AgentRef): AgentProfile {
    if (agentDefinition !== null) return this.#newerOne(agentId, agentHash, agentDefinition as CheckedDefinition);
    const version = this.#agents.get(agentId)?.find(({ hash }) => hash === agentHash);
    assert(version !== undefined, 'agents are picked before they are held');
    return version.profile;
  }

  /** What the order of a call says of its agent, and of those that the call may be handed to. */
  forOrder(version: AgentVersion, callSid: string): AgentRef & Pick<CallOrder, 'others'> {
    const team = new Map([[version.id, version]]);
    // Grows while it is walked.
    for (const { definition } of team.values()) {
      for (const id of handOffsIn(definition.tools)) {
        if (!team.has(id) && this.#agents.has(id)) team.set(id, share(this.#versionsOf(id), callSid));
      }
    }
    const [own, ...others] = [...team.values()].map((each) => this.#refOf(each));
    return { ...own, others };
  }

  /** The version that a call was handed to, if it is still there. */
  find(id: string, hash: string): AgentVersion | null {
    return this.#agents.get(id)?.find((version) => version.hash === hash) ?? null;
  }

  /** Workers know what was there at the start: only what is newer travels with the call. */
  #refOf(version: AgentVersion): AgentRef {
    const { id, variant, hash, definition } = version;
    const isKnown = this.#first.has(keyOf(version));
    return { agentId: id, agentVariant: variant, agentHash: hash, agentDefinition: isKnown ? null : definition };
  }

  /** Made once: what is made of its tools and patterns serves all of its calls. */
  #newerOne(id: string, hash: string, definition: CheckedDefinition): AgentProfile {
    const key = keyOf({ id, hash });
    const known = this.#newer.get(key);
    const profile = known ?? new AgentProfile(definition);
    this.#newer.delete(key);
    this.#newer.set(key, profile);
    for (const [oldest] of this.#newer) if (this.#newer.size > NEWER_MAX) this.#newer.delete(oldest);
    if (known === undefined) this.#onNewer(profile);
    return profile;
  }

  #idFor(ourNumber: string): string {
    const exact = this.#byNumber.get(ourNumber);
    return exact ?? this.#byPrefix.find(([prefix]) => ourNumber.startsWith(prefix))?.[1] ?? this.#defaultId;
  }

  #versionsOf(id: string): readonly AgentVersion[] {
    const versions = this.#agents.get(id) ?? this.#agents.get(this.#defaultId);
    assert(versions !== undefined, 'the default is an agent');
    return versions;
  }
}

/** A source of a good definition. */
export function agentSource(id: string, variant: string, definition: CheckedDefinition): AgentSource {
  // How a version gets its calls is none of its content.
  const { agent: _a, variant: _v, weight: _w, numbers: _n, default: _d, ...content } = definition;
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, HASH_CHARS);
  return { id, variant, hash, definition };
}

/**
 * Reads and checks the one agent of a server without a folder of them.
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
  if ('problems' in result) throw new ConfigError(result.problems.map((each) => `${name}: ${problemLine(each)}`));
  const { definition } = result;
  const [colleague] = handOffsIn(definition.tools).filter((id) => id !== (definition.agent ?? DEFAULT_ID));
  if (colleague !== undefined) throw new ConfigError([`${name}: tools: ${noSuchAgent(colleague)}`]);
  return agentSource(definition.agent ?? DEFAULT_ID, definition.variant ?? DEFAULT_ID, definition);
}

/** Of a tool that gives the call to somebody. */
export function noSuchAgent(id: string): string {
  return `there is no agent ${id} to hand a call to`;
}

function keyOf({ id, hash }: Pick<AgentSource, 'id' | 'hash'>): string {
  return `${id} ${hash}`;
}

type Index = [
  agents: Map<string, AgentVersion[]>,
  byNumber: Map<string, string>,
  byPrefix: [string, string][],
  defaultId: string,
];

/** @param before what is there already need not be made again */
function indexOf(sources: readonly AgentSource[], before: readonly AgentVersion[] = []): Index {
  assert(sources.length > 0, 'there is an agent');
  const agents = new Map<string, AgentVersion[]>();
  const byNumber = new Map<string, string>();
  const byPrefix = new Map<string, string>();
  for (const source of sources) {
    const { id, definition } = source;
    const same = before.find((each) => each.definition === definition);
    const version = { ...source, profile: same?.profile ?? new AgentProfile(definition) };
    agents.set(id, [...(agents.get(id) ?? []), version]);
    for (const number of definition.numbers) {
      if (number.endsWith('*')) byPrefix.set(number.slice(0, -1), id);
      else byNumber.set(number, id);
    }
  }
  const { id } = sources.find(({ definition }) => definition.default) ?? sources[0];
  return [agents, byNumber, [...byPrefix].sort(([a], [b]) => b.length - a.length), id];
}

/** The version whose part of [0, 1) the call falls into. */
function share(versions: readonly AgentVersion[], callSid: string): AgentVersion {
  const weights = versions.map(({ definition }) => definition.weight);
  let at = fraction(callSid) * weights.reduce((sum, weight) => sum + weight, 0);
  return versions.find((_, i) => (at -= weights[i]) < 0) ?? versions[0];
}

/** Of a text, evenly spread over [0, 1): FNV-1a, its bits mixed once more (MurmurHash3's finish). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
