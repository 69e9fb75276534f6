// `npm run agents`: checks a folder of agents as the server does when it starts, or writes the JSON Schema of an agent's file.

import { writeFileSync } from 'node:fs';
import { type Command, type CommandOption, readCommandLine, UsageError } from '../command_line.js';
import type { AgentSource } from './agent_book.js';
import { definitionSchema } from './agent_definition.js';
import { readAgentFolder } from './agent_folder.js';

const COMMAND = {
  name: 'npm run agents',
  summary:
    'check DIR: is every agent of the folder well formed? schema FILE: writes the JSON Schema of an agent, for editors.',
  options: {},
  positionals: 'check DIR | schema FILE',
  more: 'Exit code 1 = something is wrong, one line each. Key terms, languages and secrets are checked against the settings at start.',
} as const satisfies Command<Record<string, CommandOption>>;

const asked = readCommandLine(COMMAND, ({ positionals }) => {
  const [verb, place, ...more] = positionals;
  if ((verb !== 'check' && verb !== 'schema') || more.length > 0) throw new UsageError('check DIR, or schema FILE');
  return { verb, place: place ?? (verb === 'check' ? 'agents' : 'agent.schema.json') };
});
if (asked.verb === 'schema') {
  writeFileSync(asked.place, `${JSON.stringify(definitionSchema(), null, 2)}\n`);
  console.log(`written: ${asked.place}`);
} else {
  const { sources, problems } = readAgentFolder(asked.place);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else process.stdout.write(table(sources));
}

/** The agents in columns. */
function table(sources: readonly AgentSource[]): string {
  const rows = sources.map(({ id, variant, hash, definition }) => {
    const { numbers, weight, language } = definition;
    const takes = [...numbers, ...(definition.default ? ['all others'] : [])].join(' ') || '-';
    return [id, variant, hash, String(weight), language, takes];
  });
  const all = [['AGENT', 'VARIANT', 'VERSION', 'WEIGHT', 'LANGUAGE', 'NUMBERS'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
