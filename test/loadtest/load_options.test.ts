// What the command line may say.

import { expect, test } from 'vitest';
import { COMMAND, readOptions } from '../../loadtest/load_options.js';
import { parseCommand, UsageError } from '../../src/command_line.js';

const read = (argv: string[]) => readOptions(parseCommand(COMMAND, argv));

test('the defaults make a run that means something', () => {
  expect(read([])).toMatchObject({
    scenario: 'steady',
    calls: 50,
    seconds: 30,
    recordings: '',
    pin: true,
    wait: true,
    latencyName: 'typical',
    network: 'even',
  });
});

test.each<[string[], object]>([
  [['--calls', '300'], { calls: 300, ratePerS: 37.5 }],
  [['--calls', '4'], { ratePerS: 5 }],
  [['--recordings', 'off'], { recordings: null }],
  [['--recordings', '/tmp/here'], { recordings: '/tmp/here' }],
  [['--scenario', 'slow_provider'], { latencyName: 'slow' }],
  [['--scenario', 'slow_provider', '--latency', 'instant'], { latencyName: 'instant' }],
  [['--nice=-5'], { nice: -5 }],
  [['--nice', 'realtime'], { nice: 'realtime' }],
  [['--server-env', 'LOG_LEVEL=warn', '--server-env', 'X=a=b'], { serverEnv: { LOG_LEVEL: 'warn', X: 'a=b' } }],
])('%j', (argv, expected) => {
  expect(read(argv)).toMatchObject(expected);
});

test.each([
  [['--calls', '0']],
  [['--calls', 'many']],
  [['--seconds', '']],
  [['--scenario', 'earthquake']],
  [['--network', 'none']],
  [['--latency', 'no-such-file.json']],
  [['--audio', '/no/such/folder']],
  [['--server-env', 'NOVALUE']],
  [['--unknown']],
])('%j is refused', (argv) => {
  expect(() => read(argv)).toThrow(UsageError);
});
