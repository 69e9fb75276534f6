import { expect, test } from 'vitest';
import { CHAOS_COMMAND, readChaosOptions } from '../../../loadtest/chaos/chaos_options.js';
import { parseCommand } from '../../../src/command_line.js';

const read = (...argv: string[]) => readChaosOptions(parseCommand(CHAOS_COMMAND, argv));

test('a hundred calls on two workers, with a store where there is one', () => {
  expect(read()).toEqual({
    calls: 100,
    workers: 2,
    only: [],
    list: false,
    redis: true,
    json: null,
    seed: 1,
    serverEnv: {},
  });
});

test('everything can be said', () => {
  const options = read('--calls', '9', '--only', 'a', '--only', 'b', '--no-redis', '--server-env', 'A=b=c');
  expect(options).toMatchObject({ calls: 9, only: ['a', 'b'], redis: false, serverEnv: { A: 'b=c' } });
});

test.each([
  ['--calls', '0'],
  ['--calls', 'many'],
  ['--server-env', 'nonsense'],
])('%s %s is refused', (...argv) => {
  expect(() => read(...argv)).toThrow(argv[0]);
});
