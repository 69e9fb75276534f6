import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  type Command,
  type CommandOption,
  helpOf,
  numberOption,
  parseCommand,
  UsageError,
} from '../src/command_line.js';

const COMMAND = {
  name: 'npm run tea',
  summary: 'Makes tea.',
  options: {
    cups: { type: 'string', value: 'N', meaning: 'how many (default 1)' },
    milk: { type: 'boolean', meaning: 'with milk' },
    'a-very-long-option': { type: 'string', value: 'SOMETHING', multiple: true, meaning: 'below' },
  },
  positionals: 'KIND…',
  more: 'Exit code 0 = tea.',
} as const satisfies Command<Record<string, CommandOption>>;

test('help says how to start it, what it does and what each option means', () => {
  expect(helpOf(COMMAND)).toBe(`npm run tea -- [options] [KIND…]

Makes tea.

  --cups N            how many (default 1)
  --milk              with milk
  --a-very-long-option SOMETHING
                      below; may be repeated
  --help              this text

Exit code 0 = tea.
`);
});

test('options and the other arguments are read', () => {
  const { values, positionals } = parseCommand(COMMAND, ['green', '--cups', '2', '--milk']);
  expect({ ...values }).toEqual({ cups: '2', milk: true });
  expect(positionals).toEqual(['green']);
});

test.each([[['--sugar']], [['--cups']], [['--milk=yes']]])('%j is refused in one line', (argv) => {
  expect(() => parseCommand(COMMAND, argv)).toThrow(UsageError);
  expect(() => parseCommand(COMMAND, argv)).toThrow(/^[^\n]+$/);
});

test.each([
  [undefined, 7],
  ['0.5', 0.5],
  ['10', 10],
])('a number: %j is %d', (text, value) => {
  expect(numberOption('cups', text, 7, 0, 10)).toBe(value);
});

test.each(['', ' ', 'many', '11', '-1', 'NaN'])('a number: %j is refused', (text) => {
  expect(() => numberOption('cups', text, 7, 0, 10)).toThrow('--cups: a number from 0 to 10');
});

/** Every program that people start, by its script and its compiled file: `npm test` builds first. */
const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const PROGRAMS = Object.entries<string>(scripts).flatMap(([script, command]) => {
  const file = /^node .*\bdist\/(\S+\.js)$/.exec(command)?.[1];
  return file === undefined ? [] : [[script === 'start' ? 'npm start' : `npm run ${script}`, file] as const];
});

test('the programs were found', () => {
  expect(PROGRAMS.length).toBeGreaterThanOrEqual(9);
});

function run(file: string, ...args: string[]) {
  const program = fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--', program, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test.each(PROGRAMS)('%s --help explains itself and does nothing else', (name, file) => {
  const { status, stdout, stderr } = run(file, '--help');
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout.startsWith(`${name} -- [options]`)).toBe(true);
  expect(stdout).toContain('--help');
});

test.each(PROGRAMS)('%s refuses what it does not know with two lines and exit code 64', (name, file) => {
  const { status, stdout, stderr } = run(file, '--no-such-thing');
  expect([status, stdout]).toEqual([64, '']);
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringContaining('--no-such-thing'),
    `${name} -- --help lists what there is`,
  ]);
});
