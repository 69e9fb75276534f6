// A folder of agents: one file each, YAML or JSON, read and checked together. Two files of one agent are versions of it side
// by side. What a single file must look like is agent_definition.ts.

import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { handOffsIn } from '../tools/tool_definition.js';
import { type AgentSource, agentSource, noSuchAgent } from './agent_book.js';
import { type CheckedDefinition, readDefinition } from './agent_definition.js';
import { readAgentText } from './agent_text.js';

const NAME = /^[^.].*\.(ya?ml|json)$/i;
const FILE_BYTES_MAX = 256 * 1024;
const AGENT_NAME = /^[a-z][a-z0-9_-]{0,63}$/;

export interface AgentFolder {
  /** In the order of the files' names; all that were good. */
  sources: AgentSource[];
  /** The same by the name of the file. */
  byFile: AgentFiles;
  /** What tells a file that was read from a changed one, by its name: of good files and bad ones. */
  stamps: ReadonlyMap<string, string>;
  /** One line each: `front_desk.yaml:12: greeting: is missing: …`. */
  problems: string[];
}

/** Good agents by the name of their file, in the order of the names. */
export type AgentFiles = ReadonlyMap<string, AgentSource>;

/** Reads every agent of a folder. Never throws. */
export function readAgentFolder(dir: string): AgentFolder {
  const byFile = new Map<string, AgentSource>();
  const stamps = new Map<string, string>();
  let files: string[];
  try {
    files = agentFilesOf(readdirSync(dir));
  } catch (thrown) {
    return { sources: [], byFile, stamps, problems: [unreadable(dir, thrown)] };
  }
  const problems: string[] = [];
  for (const file of files) {
    // Looked at first: what changes while it is read is read again.
    stamps.set(file, stampOf(statOf(path.join(dir, file))));
    const result = readOne(dir, file);
    if ('problems' in result) problems.push(...result.problems);
    else byFile.set(file, result.source);
  }
  // A file that can't be read may be the one that is missed.
  if (problems.length === 0) problems.push(...contradictions(dir, byFile));
  return { sources: [...byFile.values()], byFile, stamps, problems };
}

/** Of the names in a folder those that are agents, in order. */
export function agentFilesOf(names: readonly string[]): string[] {
  return names.filter((name) => NAME.test(name)).sort();
}

/** What changes when a file is written or swapped; '' = there is none. */
export function stampOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** What can't be read, in one line. */
export function unreadable(name: string, thrown: unknown): string {
  return `${name} cannot be read (${(thrown as NodeJS.ErrnoException).code})`;
}

function readOne(dir: string, file: string): { source: AgentSource } | { problems: string[] } {
  let text: string;
  try {
    text = readFileSync(path.join(dir, file), 'utf8');
  } catch (thrown) {
    return { problems: [unreadable(`${file}:`, thrown)] };
  }
  return parseAgentFile(file, text);
}

/** An agent by the text of its file, or one line for each thing that is wrong with it. */
export function parseAgentFile(file: string, text: string): { source: AgentSource } | { problems: string[] } {
  if (text.length > FILE_BYTES_MAX) return { problems: [`${file}: is longer than ${FILE_BYTES_MAX / 1024} KiB`] };
  const read = readAgentText(text);
  if ('problems' in read) return { problems: read.problems.map(({ line, what }) => `${file}:${line}: ${what}`) };
  const result = readDefinition(typeof read.data === 'string' ? null : read.data);
  if ('problems' in result) {
    const problems = result.problems.map(
      ({ path: place, what }) => `${file}:${read.lineOf(place)}: ${place.join('.') || 'the file'}: ${what}`,
    );
    return { problems };
  }
  return namedSource(file, result.definition);
}

function namedSource(file: string, definition: CheckedDefinition): { source: AgentSource } | { problems: string[] } {
  const stem = file.slice(0, file.lastIndexOf('.'));
  const id = definition.agent ?? stem;
  if (!AGENT_NAME.test(id)) {
    return { problems: [`${file}: agent: is missing, and the file's name is none of small letters, digits, _ and -`] };
  }
  return { source: agentSource(id, definition.variant ?? stem, definition) };
}

/** What no single file can tell: one line each. */
export function contradictions(dir: string, files: AgentFiles): string[] {
  if (files.size === 0) return [`${dir} holds no agent: no .yaml, .yml or .json file`];
  const read = [...files].map(([file, source]) => ({ file, source }));
  type Read = (typeof read)[number];
  const problems: string[] = [];
  const owners = new Map<string, Read>();
  const variants = new Map<string, Read>();
  let fallback: Read | null = null;
  for (const each of read) {
    const { file, source } = each;
    const { id, variant, definition } = source;
    for (const number of definition.numbers) {
      const owner = owners.get(number);
      if (owner !== undefined && owner.source.id !== id) {
        problems.push(`${file}: numbers: ${number} is answered by ${owner.source.id} already (${owner.file})`);
      } else owners.set(number, each);
    }
    const twin = variants.get(`${id} ${variant}`);
    if (twin !== undefined) problems.push(`${file}: variant: ${twin.file} is ${variant} of ${id} already`);
    variants.set(`${id} ${variant}`, each);
    if (!definition.default) continue;
    if (fallback !== null && fallback.source.id !== id) {
      problems.push(`${file}: default: ${fallback.source.id} is the default already (${fallback.file})`);
    }
    fallback ??= each;
  }
  const ids = new Set(read.map(({ source }) => source.id));
  if (fallback === null && ids.size > 1)
    problems.push('no agent says default: true, for the numbers that none of them has');
  for (const { file, source } of read) {
    const unknown = handOffsIn(source.definition.tools).filter((id) => !ids.has(id));
    problems.push(...unknown.map((id) => `${file}: tools: ${noSuchAgent(id)}`));
  }
  for (const id of ids) {
    const versions = read.filter(({ source }) => source.id === id);
    if (versions.every(({ source }) => source.definition.weight === 0)) {
      problems.push(`${versions[0].file}: weight: no version of ${id} gets any calls`);
    }
  }
  return problems;
}
