// One way for every program of the project to be asked: the server, demo, benches, load test and their kin. A command is
// data; what it reads, what --help says and how a wrong argument is refused follow from it.

import { parseArgs } from 'node:util';

/** What node's parseArgs takes, and what people are told. */
export interface CommandOption {
  type: 'string' | 'boolean';
  multiple?: boolean;
  default?: string | boolean | string[];
  /** What stands for the value, such as FILE; only for options that take one. */
  value?: string;
  /** What it does, in one line. */
  meaning: string;
}

type Options = Readonly<Record<string, CommandOption>>;
type ValueOf<T> = T extends { type: 'boolean' } ? boolean : T extends { multiple: true } ? string[] : string;
type WithDefault<O> = { [K in keyof O]: O[K] extends { default: unknown } ? K : never }[keyof O];

/** What was given, and the defaults of what was not. */
export interface Parsed<O extends Options> {
  values: { [K in WithDefault<O>]: ValueOf<O[K]> } & { [K in Exclude<keyof O, WithDefault<O>>]?: ValueOf<O[K]> };
  positionals: string[];
}

export interface Command<O extends Options> {
  /** As one types it: `npm run demo`. */
  name: string;
  /** What it does, in a line or a few. */
  summary: string;
  options: O;
  /** What stands for the arguments that are no options, such as FILTER…; none are allowed without it. */
  positionals?: string;
  /** Further lines: examples, exit codes. */
  more?: string;
}

export class UsageError extends Error {
  override name = 'UsageError';
}

/** Exit code for arguments that can't be meant: EX_USAGE of the BSDs. */
export const EXIT_USAGE = 64;

const HELP: CommandOption = { type: 'boolean', meaning: 'this text' };
/** Of the left column; what is longer has its meaning below it. */
const COLUMN = 22;

/** The arguments of a command. Throws UsageError with one line about what is wrong. */
export function parseCommand<O extends Options>(command: Command<O>, argv: readonly string[]): Parsed<O> {
  const allowPositionals = command.positionals !== undefined;
  try {
    return parseArgs({ args: [...argv], options: command.options, allowPositionals }) as unknown as Parsed<O>;
  } catch (error) {
    // Node adds advice for programs whose positionals may look like options.
    throw new UsageError((error as Error).message.split('. To specify')[0]);
  }
}

/** What --help says. */
export function helpOf(command: Command<Options>): string {
  const options = { ...command.options, help: HELP };
  const start = command.name.startsWith('npm ') ? `${command.name} --` : command.name;
  const lines = Object.entries(options).map(([name, { value, meaning, multiple }]) => {
    const left = `  --${name}${value ? ` ${value}` : ''}`;
    const right = multiple ? `${meaning}; may be repeated` : meaning;
    return left.length < COLUMN ? left.padEnd(COLUMN) + right : `${left}\n${' '.repeat(COLUMN)}${right}`;
  });
  const positionals = command.positionals ? ` [${command.positionals}]` : '';
  const parts = [`${start} [options]${positionals}`, command.summary, lines.join('\n'), command.more ?? ''];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/**
 * For the program itself: answers --help and ends it, or refuses what can't be meant with one line and EXIT_USAGE.
 * @param check reads the parsed arguments further; a UsageError of it is refused alike
 */
export function readCommandLine<O extends Options, R>(
  command: Command<O>,
  check: (parsed: Parsed<O>) => R,
  argv: readonly string[] = process.argv.slice(2),
): R {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(helpOf(command));
    process.exit(0);
  }
  try {
    return check(parseCommand(command, argv));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const start = command.name.startsWith('npm ') ? `${command.name} --` : command.name;
    process.stderr.write(`${error.message}\n${start} --help lists what there is\n`);
    process.exit(EXIT_USAGE);
  }
}

/** A number option's value, or `fallback` when it is absent. */
export function numberOption(
  name: string,
  text: string | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max)) {
    throw new UsageError(`--${name}: a number from ${min} to ${max}`);
  }
  return value;
}
