import { expect, test } from 'vitest';
import { EchoLatch } from '../../../src/conversation/turns/echo_latch.js';

function after(...parts: [windows: number, echo: number][]): boolean {
  const latch = new EchoLatch();
  for (const [windows, echo] of parts) for (let i = 0; i < windows; i++) latch.heard(echo);
  return latch.isOn;
}

test.each<[string, [number, number][], boolean]>([
  ['0.8 s of our own voice', [[24, 0.9]], true],
  ['less of it', [[23, 0.9]], false],
  [
    'in pieces',
    [
      [10, 0.9],
      [50, 0.7],
      [14, 0.9],
    ],
    true,
  ],
  ['a caller who talks over us', [[500, 0.75]], false],
  ['nothing known', [[500, Number.NaN]], false],
  [
    'somebody talks over it',
    [
      [30, 0.9],
      [500, 0.6],
    ],
    true,
  ],
  [
    'it stopped for a moment',
    [
      [30, 0.9],
      [23, 0.2],
    ],
    true,
  ],
  [
    'the caller took up the receiver',
    [
      [30, 0.9],
      [24, 0.2],
    ],
    false,
  ],
])('%s', (_, parts, isOn) => {
  expect(after(...parts)).toBe(isOn);
});
