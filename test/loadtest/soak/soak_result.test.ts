import { expect, test } from 'vitest';
import { type Holdings, slopePer1000, soakFailures, soakResult } from '../../../loadtest/soak/soak_result.js';

const HELD: Holdings = { slots: 0, sockets: 5, timers: 3, files: 0, listeners: 12 };
const BOUNDS = { slopeMax: 5, leakedMax: 4 };

test.each<[string, [calls: number, rssMib: number][], number]>([
  [
    'flat',
    [
      [0, 200],
      [500, 200],
      [1000, 200],
    ],
    0,
  ],
  [
    '10 MiB in 500 calls',
    [
      [0, 200],
      [250, 205],
      [500, 210],
    ],
    20,
  ],
  [
    'shrinks',
    [
      [0, 200],
      [1000, 190],
    ],
    -10,
  ],
  [
    'nobody rang',
    [
      [7, 200],
      [7, 220],
    ],
    0,
  ],
  ['no samples', [], 0],
])('memory: %s', (_, rows, slope) => {
  expect(slopePer1000(rows.map(([calls, rssMib]) => ({ calls, rssMib })))).toBeCloseTo(slope);
});

test.each<[string, Partial<Holdings>, string[]]>([
  ['as before', {}, []],
  ['fewer', { sockets: 1 }, []],
  ['a call that never ended', { slots: 1 }, ['1 calls never ended']],
  ['a recording that is open', { files: 2 }, ['2 recordings were never closed']],
  ['as many sockets as may be', { sockets: 9 }, []],
  ['one socket more', { sockets: 10 }, ['5 sockets are left']],
  ['timers and listeners', { timers: 20, listeners: 99 }, ['17 timers are left', '87 listeners are left']],
])('held afterwards: %s', (_, changes, failures) => {
  const result = soakResult([{ calls: 9, rssMib: 1 }], HELD, { ...HELD, ...changes });
  expect(soakFailures(result, BOUNDS)).toEqual(failures);
});

test('memory that grows faster than it may', () => {
  const samples = [0, 1000].map((calls) => ({ calls, rssMib: 200 + calls / 100 }));
  expect(soakFailures(soakResult(samples, HELD, HELD), BOUNDS)).toEqual(['memory grows by 10 MiB in 1,000 calls']);
});
