// `npm run scenarios`: named conversations with the real server, each judged at the telephone.

import { writeFileSync } from 'node:fs';
import {
  type Command,
  type CommandOption,
  numberOption,
  type Parsed,
  readCommandLine,
  UsageError,
} from '../../src/command_line.js';
import { GROUPS, type Story } from './story.js';
import { STORIES } from './story_list.js';
import type { StoryResult } from './story_result.js';
import { playStories } from './story_run.js';

const COMMAND = {
  name: 'npm run scenarios',
  summary: `Named conversations with the real server: turns, interruptions, noise, failing vendors. Each is judged by what the
caller's telephone played. Callers, recogniser, model and voice are simulated.`,
  options: {
    json: { type: 'string', value: 'FILE', meaning: 'write the results' },
    only: { type: 'string', value: 'NAME', multiple: true, meaning: 'only this one' },
    group: { type: 'string', value: 'NAME', multiple: true, meaning: `only this group: ${GROUPS.join(', ')}` },
    'fixed-endpointing': {
      type: 'boolean',
      meaning: 'a plain rule for comparison: a turn is over after 800 ms of silence, whatever was said',
    },
    seed: { type: 'string', value: 'N', meaning: 'other voices and times of the vendors (default 1)' },
    list: { type: 'boolean', meaning: 'names and what they are about, and nothing is played' },
    'server-env': { type: 'string', value: 'NAME=VALUE', multiple: true, meaning: 'a setting of the server' },
  },
  more: 'Exit code: 0 all are right, 1 some are not, 2 it could not be played, 64 wrong usage.',
} as const satisfies Command<Record<string, CommandOption>>;

const FIXED_ENDPOINTING = { TURN_SILENCE_MS_MIN: '800', TURN_SILENCE_MS_MAX: '800' };

interface Options {
  json: string | undefined;
  stories: readonly Story[];
  seed: number;
  env: Record<string, string>;
  list: boolean;
}

function readOptions({ values }: Parsed<typeof COMMAND.options>): Options {
  const { only = [], group = [], json } = values;
  for (const name of only)
    if (!STORIES.some((story) => story.name === name)) throw new UsageError(`--only ${name}: no such conversation`);
  for (const name of group)
    if (!GROUPS.some((known) => known === name)) throw new UsageError(`--group ${name}: one of ${GROUPS.join(', ')}`);
  const isAll = only.length === 0 && group.length === 0;
  const stories = STORIES.filter((story) => isAll || only.includes(story.name) || group.includes(story.group));
  const env: Record<string, string> = values['fixed-endpointing'] ? { ...FIXED_ENDPOINTING } : {};
  for (const pair of values['server-env'] ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError('--server-env: NAME=VALUE');
    env[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const seed = Math.floor(numberOption('seed', values.seed, 1, 1, 1_000_000));
  return { json, stories, seed, env, list: values.list ?? false };
}

async function main({ json, stories, seed, env, list }: Options): Promise<number> {
  if (list) {
    for (const { name, group, about } of stories) console.log(`${group.padEnd(14)} ${name.padEnd(42)} ${about}`);
    return 0;
  }
  const began = Date.now();
  console.log(`${stories.length} conversations, seed ${seed}`);
  const results = await playStories(stories, { seed, env, onResult: (result) => console.log(lineOf(result)) });
  const right = results.filter(({ ok }) => ok).length;
  console.log(`\n${right} of ${results.length} are right, ${Math.round((Date.now() - began) / 1000)} s`);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ seed, env, right, of: results.length, scenarios: results }, null, 2)}\n`);
    console.log(`Results: ${json}`);
  }
  return right === results.length ? 0 : 1;
}

function lineOf({ name, ok, response_ms, onset_to_silence_ms, dead_air_ms_max, problems }: StoryResult): string {
  const times = `answers ${response_ms.join(' ') || '-'} ms, silent after ${onset_to_silence_ms.join(' ') || '-'}, dead air ${dead_air_ms_max}`;
  return [`${ok ? 'ok   ' : 'WRONG'} ${name.padEnd(40)} ${times}`, ...problems.map((line) => `        ${line}`)].join(
    '\n',
  );
}

const options = readCommandLine(COMMAND, readOptions);
const code = await main(options).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 2;
});
process.exit(code);
