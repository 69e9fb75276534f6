import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/log.js';
import { type KeptDays, Retention } from '../../../src/server/archive/retention.js';
import { RecordingsFolder } from '../../../src/server/recordings_folder.js';

const DAY_MS = 24 * 3600 * 1000;
const log = createLogger({ level: 'silent', sink: () => {} });
const stem = (n: number) => `server_8765_inbound_recording_20260101_120000_CA${String(n).padStart(32, '0')}`;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringline-retention-'));
});

function write(n: number, kind: 'wav' | 'json', days: number, agent = 'default') {
  const path = join(dir, `${stem(n)}.${kind}`);
  writeFileSync(
    path,
    kind === 'wav' ? 'x' : JSON.stringify({ call_sid: 'CA', stream_sid: null, agent, turns: [] }, null, 2),
  );
  const at = (Date.now() - days * DAY_MS) / 1000;
  utimesSync(path, at, at);
}
const left = () =>
  readdirSync(dir)
    .map((name) => Number(/(\d+)\.\w+$/.exec(name)![1]) + name.slice(name.lastIndexOf('.')))
    .sort();

let deleted: number[];
function retention(days: KeptDays, ofAgents: Record<string, number> = {}) {
  deleted = [];
  const ofAll = () => new Map(Object.entries(ofAgents));
  return new Retention({
    folder: new RecordingsFolder(dir),
    keys: [],
    days,
    ofAgents: ofAll,
    log,
    onDeleted: (files) => deleted.push(files),
  });
}
/** One sweep of one that was started. */
async function swept(days: KeptDays, ofAgents: Record<string, number> = {}) {
  const one = retention(days, ofAgents);
  one.start();
  await one.sweep();
  await Promise.all([one.stop(), one.stop()]);
  return left();
}

function fourCalls() {
  for (const [n, days] of [
    [1, 2],
    [2, 8],
    [3, 40],
    [4, 400],
  ]) {
    write(n, 'wav', days);
    write(n, 'json', days, n % 2 === 0 ? 'bank' : 'default');
  }
}

test.each<[string, KeptDays, Record<string, number>, string[]]>([
  [
    'nothing said: all is kept',
    { wav: 0, json: 0 },
    {},
    ['1.json', '1.wav', '2.json', '2.wav', '3.json', '3.wav', '4.json', '4.wav'],
  ],
  ['both by one age', { wav: 30, json: 30 }, {}, ['1.json', '1.wav', '2.json', '2.wav']],
  ['records longer', { wav: 7, json: 365 }, {}, ['1.json', '1.wav', '2.json', '3.json']],
  ['recordings longer', { wav: 365, json: 7 }, {}, ['1.json', '1.wav', '2.wav', '3.wav']],
  ['an agent shorter than all', { wav: 0, json: 0 }, { bank: 3 }, ['1.json', '1.wav', '3.json', '3.wav']],
  [
    'an agent longer than all',
    { wav: 30, json: 30 },
    { bank: 1000 },
    ['1.json', '1.wav', '2.json', '2.wav', '4.json', '4.wav'],
  ],
  ['an agent for ever', { wav: 1, json: 1 }, { bank: 0 }, ['2.json', '2.wav', '4.json', '4.wav']],
])('%s', async (_name, days, ofAgents, expected) => {
  fourCalls();
  await swept(days, ofAgents);
  // What went with its recording goes with the next sweep.
  expect(await swept(days, ofAgents)).toEqual(expected);
});

test('a record outlives the recording that only it can tell the agent of', async () => {
  write(1, 'wav', 10);
  write(1, 'json', 20, 'bank');
  expect(await swept({ wav: 0, json: 0 }, { bank: 15 })).toEqual(['1.json', '1.wav']);
  expect(await swept({ wav: 0, json: 0 }, { bank: 5 })).toEqual(expect.not.arrayContaining(['1.wav']));
  expect(await swept({ wav: 0, json: 0 }, { bank: 5 })).toEqual([]);
});

test('what was deleted is told once; a sweep that is stopped deletes nothing', async () => {
  fourCalls();
  await swept({ wav: 30, json: 30 });
  expect(deleted).toEqual([4]);
  const idle = retention({ wav: 1, json: 1 });
  await idle.stop();
  await idle.sweep();
  expect(left()).toHaveLength(4);
});
