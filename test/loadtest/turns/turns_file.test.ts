import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { callerTurns, readTurnsFile } from '../../../loadtest/turns/turns_file.js';

const agent = (from: number, to: number, text: string) => ({
  who: 'agent' as const,
  words: [],
  segs: [[from, to, text, 'approx'] as [number, number, string, string]],
});
const caller = (...words: [string, number, number][]) => ({
  who: 'caller' as const,
  words,
  segs: [[words[0][1], words[words.length - 1][2], '', 'human'] as [number, number, string, string]],
});

test('a turn knows its pauses, what was asked and when it was answered', () => {
  const turns = callerTurns({
    id: 'a',
    turns: [
      agent(0, 900, 'okay'),
      agent(950, 1000, 'what is your name'),
      caller(['ann', 1500, 1700], ['smith', 2100, 2400]),
      agent(3000, 3500, 'thanks [noise] ann'),
    ],
    noise: [],
  });
  expect(turns).toHaveLength(1);
  expect(turns[0]).toMatchObject({
    asked: 'okay. what is your name?',
    pauses: [{ at: 0, ms: 400 }],
    answeredAfterMs: 600,
  });
  expect(turns[0].words[0]).toMatchObject({ first: true, last: false });
});

test('speech wholly under the agent is no turn; an end it talked over has no answer', () => {
  const turns = callerTurns({
    id: 'a',
    turns: [
      agent(0, 5000, 'hello'),
      caller(['yes', 1000, 1200]),
      caller(['no', 4900, 5400]),
      agent(5200, 6000, 'well'),
    ],
    noise: [],
  });
  expect(turns.map(({ words, answeredAfterMs }) => [words[0].text, answeredAfterMs])).toEqual([['no', null]]);
});

test('a gap in which somebody said what nobody understood is left out', () => {
  const turns = callerTurns({
    id: 'a',
    turns: [caller(['ann', 1000, 1200], ['smith', 2000, 2300])],
    noise: [['caller', 1400, 1700, 'unintelligible']],
  });
  expect(turns[0].pauses).toEqual([]);
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'turns-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test.each([
  ['{', /turns\.json: /],
  ['{}', /no file of turns/],
  ['[{"id":"a","turns":[{"who":"nobody"}]}]', /no file of turns \(0\.turns\.0\.who/],
  ['[{"id":"a","turns":[]}]', /no turn of a caller/],
])('a file with %s is refused and says why', (content, message) => {
  const file = path.join(dir, 'turns.json');
  writeFileSync(file, content);
  expect(() => readTurnsFile(file)).toThrow(message);
});
