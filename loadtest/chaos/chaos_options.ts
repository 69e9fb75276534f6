// The command line of the chaos run, checked. Pure.

import { type Command, type CommandOption, numberOption, type Parsed, UsageError } from '../../src/command_line.js';

export interface ChaosOptions {
  calls: number;
  workers: number;
  only: string[];
  list: boolean;
  redis: boolean;
  json: string | null;
  seed: number;
  serverEnv: Record<string, string>;
}

export const CHAOS_COMMAND = {
  name: 'npm run chaos',
  summary:
    'One fault after the other under live calls: whose call was lost, who heard it, how soon all was well again.',
  options: {
    calls: { type: 'string', value: 'N', meaning: 'live calls (default 100)' },
    workers: { type: 'string', value: 'N', meaning: 'worker threads of the server (default 2)' },
    only: { type: 'string', value: 'NAME', multiple: true, meaning: 'faults whose name begins so; may be repeated' },
    list: { type: 'boolean', meaning: 'names the faults' },
    'no-redis': { type: 'boolean', meaning: 'without a store, even where there is a redis-server' },
    'server-env': { type: 'string', value: 'N=V', multiple: true, meaning: 'a further variable of the server' },
    seed: { type: 'string', value: 'N', meaning: 'another run of the same random choices (default 1)' },
    json: { type: 'string', value: 'FILE', meaning: 'all figures, for programs' },
  },
  more: 'Exit code 0 = passed, 1 = something failed, 64 = wrong usage. A skipped fault is neither passed nor failed.',
} as const satisfies Command<Record<string, CommandOption>>;

/** Throws UsageError. */
export function readChaosOptions({ values }: Parsed<(typeof CHAOS_COMMAND)['options']>): ChaosOptions {
  return {
    calls: numberOption('calls', values.calls, 100, 1, 2000),
    workers: numberOption('workers', values.workers, 2, 1, 64),
    only: values.only ?? [],
    list: values.list ?? false,
    redis: !values['no-redis'],
    json: values.json ?? null,
    seed: numberOption('seed', values.seed, 1, 0, 2 ** 31),
    serverEnv: readEnv(values['server-env'] ?? []),
  };
}

export function readEnv(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--server-env: ${pair} is not NAME=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
