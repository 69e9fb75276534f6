import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lengthMs, somebody } from '../../../loadtest/callers/person.js';
import { drawPlans } from '../../../loadtest/panel/plans.js';
import { readRecordings } from '../../../loadtest/panel/recordings.js';
import { exchangesOf, readSpokenTurns } from '../../../loadtest/panel/spoken_turns.js';
import { seededRandom } from '../../../loadtest/simulators/latency.js';
import { wavHeader } from '../../../src/audio/wav.js';

const folder = mkdtempSync(path.join(tmpdir(), 'ringline-plans-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeWav(name: string, parts: readonly [ms: number, level: number][]): void {
  const samples = Int16Array.from(
    parts.flatMap(([ms, level]) => Array.from({ length: ms * 8 }, (_, i) => level * Math.sin(i / 3))),
  );
  const bytes = Buffer.from(samples.buffer);
  writeFileSync(path.join(folder, name), Buffer.concat([wavHeader(8000, 1, bytes.length), bytes]));
}

test('sixteen callers bring at least ten of everything', async () => {
  const plans = await drawPlans({ seed: 1, calls: 16, noise: false, turnsPerCall: 7 });
  const over = plans.flatMap(({ turns }) => turns.map((turn) => turn.over));
  for (const kind of ['interruption', 'backchannel', 'vocal', 'not_for_us'] as const)
    expect(over.filter((each) => each === kind).length).toBeGreaterThan(12);
  for (const { turns } of plans)
    for (const turn of turns) expect(turn.interruption !== null).toBe(turn.over === 'interruption');
});

test('the same seed draws the same callers', async () => {
  const [a, b] = await Promise.all([0, 1].map(() => drawPlans({ seed: 7, calls: 2, noise: true, turnsPerCall: 3 })));
  const told = (plans: typeof a) =>
    plans.map(({ person, turns }) => [person, turns.map(({ over, overAfterMs }) => [over, overAfterMs])]);
  expect(told(a)).toEqual(told(b));
});

test('recordings take the turns, with their words where there is sound', async () => {
  writeWav('I_need_help.wav', [
    [300, 0],
    [900, 9000],
    [400, 0],
    [600, 9000],
    [300, 0],
  ]);
  const [[turn]] = readRecordings(folder);
  expect(turn.text).toBe('I need help.');
  expect(lengthMs(turn)).toBeCloseTo(1900, -2);
  expect(turn.words.map(({ text }) => text)).toEqual(['I', 'need', 'help.']);
  expect(turn.words[2].endMs).toBeGreaterThan(1800);
  const [plan] = await drawPlans({ seed: 1, calls: 1, noise: false, recordings: [[turn]], turnsPerCall: 2 });
  expect(plan.turns.map(({ utterance }) => utterance)).toEqual([turn, turn]);
});

test('a long recording is cut at its silences, and its words are made up', () => {
  const name = 'call.wav';
  writeWav(name, [
    [2000, 9000],
    [1500, 0],
    [3000, 9000],
    [9000, 0],
    [1000, 9000],
  ]);
  const turns = readRecordings(folder)
    .flat()
    .filter(({ text }) => !text.startsWith('I need'));
  expect(turns.map((turn) => Math.round(lengthMs(turn) / 1000))).toEqual([2, 3, 1]);
  expect(turns[1].words.length).toBeGreaterThan(4);
  rmSync(path.join(folder, name));
});

test('a folder without speech is refused by name', () => {
  const empty = mkdtempSync(path.join(folder, 'empty-'));
  expect(() => readRecordings(empty)).toThrow(/empty-.*no WAV file/);
});

test('turns of real calls keep their pauses', async () => {
  const file = path.join(folder, 'calls.json');
  const words = [
    ['my', 0, 200],
    ['name', 200, 500],
    ['is', 500, 700],
    ['james', 1900, 2400],
  ];
  const segs = [[0, 2400, 'my name is james', 'human']];
  writeFileSync(file, JSON.stringify([{ id: 'a', turns: [{ who: 'caller', words, segs }], noise: [] }]));
  const [turn] = readSpokenTurns(file);
  const spoken = await turn.speak(somebody(seededRandom(1)));
  expect(exchangesOf([turn, { ...turn, asked: 'and the street?' }])[0]).toMatchObject({
    caller: 'my name is james',
    agent: expect.stringMatching(/and the street\?$/),
  });
  expect(spoken.words.map(({ text }) => text)).toEqual(['my', 'name', 'is', 'james']);
  expect(spoken.words[3].startMs - spoken.words[2].endMs).toBeGreaterThan(1150);
});
