import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { main } from '../../../loadtest/turns/eot.js';

let dir: string;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'eot-'));
  said = [];
});
afterEach(() => rmSync(dir, { recursive: true }));
const run = (...args: string[]) => main(args, (line) => said.push(line));

/** Calls of one turn each, cut at `pauseMs` by whoever answers sooner. */
function turnsFile(pauseMs: number): string {
  const file = path.join(dir, 'turns.json');
  const calls = Array.from({ length: 4 }, (_, k) => ({
    id: `${k}`,
    turns: [
      { who: 'agent', words: [], segs: [[0, 900, 'what is your phone number', 'approx']] },
      {
        who: 'caller',
        words: [
          ['five', 1000, 1300],
          ['one', 1300 + pauseMs, 1600 + pauseMs],
        ],
        segs: [[1000, 1600 + pauseMs, '', 'human']],
      },
      { who: 'agent', words: [], segs: [[9000, 9900, 'thanks', 'approx']] },
    ],
    noise: [],
  }));
  writeFileSync(file, JSON.stringify(calls));
  return file;
}

test('the report has the stated fields, and an unmet goal is an exit code', () => {
  const json = path.join(dir, 'out.json');
  expect(run('--turns', turnsFile(800), '--json', json, '--dictations', '6')).toBe(1);
  const { variants, ...rest } = JSON.parse(readFileSync(json, 'utf8'));
  expect(rest).toEqual({});
  expect(Object.keys(variants)).toEqual(['plain', 'punctuated', 'numerals']);
  for (const variant of Object.values(variants)) {
    expect(variant).toMatchObject({
      ours_default: { cut_pct: 0 },
      oracle: { hold_ms_at_cut_pct: { '5': 0, '10': 0 } },
    });
    expect(variant).toHaveProperty('silence.cut_pct_at_hold_ms.600', 100);
    expect(variant).toHaveProperty('kinds.number.pauses', 4);
  }
  expect(said.join('\n')).toContain('not reached:');
});

test.each([
  [[], '--turns FILE is missing'],
  [['--turns', '/nowhere/turns.json'], '/nowhere/turns.json'],
  [['--turn', 'x'], "'--turn'"],
  [['--turns', 'x', '--seed', 'y'], '--seed'],
])('wrong usage %j says so', (args, message) => {
  expect(run(...args)).toBe(64);
  expect(said.join('\n')).toContain(message);
});
