// Charts are SVG that any browser draws by itself.

import { expect, test } from 'vitest';
import { lineChart, ticks } from '../../loadtest/report/svg_chart.js';

const OPTIONS = { title: 'Calls', unit: 'up', window: [0, 10] as const, marks: [] };

test.each([
  [0.7, [0, 0.2, 0.4, 0.6, 0.8]],
  [5, [0, 1, 2, 3, 4, 5]],
  [37, [0, 10, 20, 30, 40]],
  [301, [0, 100, 200, 300, 400]],
])('the axis up to %d goes in round steps', (max, expected) => {
  expect(ticks(max)).toEqual(expected);
});

test('a stretch of which nothing is known interrupts the line', () => {
  const points = [1, 2, null, 4, 5].map((y, x) => ({ x, y }));
  const svg = lineChart([{ name: 'up', colour: 'red', points }], OPTIONS);
  expect(/<path d="([^"]*)"/.exec(svg)?.[1].match(/M/g)).toHaveLength(2);
});

test('no number in the drawing is not a number, whatever was measured', () => {
  for (const ys of [[], [null, null], [0, 0], [1e-9], [1e9, null]]) {
    const points = ys.map((y, x) => ({ x, y }));
    expect(lineChart([{ name: 'a', colour: 'red', points }], OPTIONS)).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test('names are text, not markup', () => {
  const svg = lineChart([{ name: '<b>', colour: 'red', points: [] }], { ...OPTIONS, title: 'a & "b"' });
  expect(svg).not.toContain('<b>');
  expect(svg).toContain('a &#38; &#34;b&#34;');
});
