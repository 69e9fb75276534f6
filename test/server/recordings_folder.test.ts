import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { RecordingsFolder } from '../../src/server/recordings_folder.js';

let dir: string;
let folder: RecordingsFolder;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringline-folder-'));
  folder = new RecordingsFolder(dir);
});

const stem = (n: number) =>
  `server_8765_inbound_recording_20260101_${String(n).padStart(6, '0')}_CA${String(n).padStart(32, '0')}`;
const write = (name: string, ageMs = 0) => {
  writeFileSync(join(dir, name), 'x');
  const at = (Date.now() - ageMs) / 1000;
  utimesSync(join(dir, name), at, at);
};
const DAY_MS = 24 * 3600 * 1000;

test('pages of a big folder hold every recording once, newest first', async () => {
  // Times of day up to 01:00: the order of the names on the disk is none.
  const numbers = Array.from({ length: 1500 }, (_, i) => (i * 577) % 1500).map(
    (i) => Math.floor(i / 60) * 100 + (i % 60),
  );
  for (const n of numbers) write(`${stem(n)}.wav`);
  for (const n of numbers) if (n % 3 === 0) write(`${stem(n)}.json`);
  const seen: string[] = [];
  let pages = 0;
  for (let before: string | null = null; pages === 0 || before !== null; pages++) {
    const page = await folder.page(400, before);
    seen.push(...page.recordings.map(({ name }) => name.stem));
    for (const { name, wav, json } of page.recordings) {
      expect([wav?.sizeBytes, json === null]).toEqual([1, Number(name.callSid.slice(-6)) % 3 !== 0]);
    }
    before = page.next;
  }
  expect(pages).toBe(4);
  expect(seen).toEqual([...numbers].sort((a, b) => b - a).map(stem));
});

test('what is added while pages are read moves nothing', async () => {
  for (let n = 1; n <= 4; n++) write(`${stem(n)}.wav`);
  const first = await folder.page(2, null);
  write(`${stem(5)}.wav`);
  const second = await folder.page(2, first.next);
  expect(second.recordings.map(({ name }) => name.stem)).toEqual([stem(2), stem(1)]);
  expect(second.next).toBeNull();
});

const deleteOlderThan = (beforeMs: number, isWanted?: () => boolean) =>
  folder.deleteOld({ beforeMs, isOld: () => true }, isWanted);

test('old files of ours are deleted; young ones, strangers, folders and links stay', async () => {
  const strangers = ['old.wav', 'old.json', 'package.json', 'notes.txt'];
  for (const name of strangers) write(name, 9 * DAY_MS);
  for (const name of [`${stem(1)}.wav`, `${stem(1)}.json`, `${stem(2)}.json.part`]) write(name, 9 * DAY_MS);
  write(`${stem(3)}.wav`, DAY_MS);
  mkdirSync(join(dir, `${stem(4)}.wav`));
  symlinkSync('/etc/hostname', join(dir, `${stem(5)}.wav`));
  expect(await deleteOlderThan(Date.now() - 5 * DAY_MS)).toEqual({ deleted: 3, failed: 0, reason: null });
  expect(readdirSync(dir).sort()).toEqual([...strangers, `${stem(3)}.wav`, `${stem(4)}.wav`, `${stem(5)}.wav`].sort());
});

test('files that go away during a sweep do not stop it', async () => {
  for (let n = 0; n < 40; n++) write(`${stem(n)}.wav`, 9 * DAY_MS);
  let asked = 0;
  const result = await deleteOlderThan(Date.now() - DAY_MS, () => {
    // Somebody else tidies up as well: everything but the last ones goes while the sweep is at its third file.
    if (++asked === 3) for (const name of readdirSync(dir).slice(0, -5)) rmSync(join(dir, name));
    return true;
  });
  expect(result.failed).toBe(0);
  expect(readdirSync(dir)).toEqual([]);
});

test('a sweep ends when it is no longer wanted', async () => {
  for (let n = 0; n < 10; n++) write(`${stem(n)}.wav`, 9 * DAY_MS);
  let left = 4;
  expect((await deleteOlderThan(Date.now(), () => left-- > 0)).deleted).toBe(4);
});

test('no folder: no recordings, and nothing to delete', async () => {
  rmSync(dir, { recursive: true });
  expect(await folder.page(10, null)).toEqual({ recordings: [], next: null });
  expect(await deleteOlderThan(Date.now())).toEqual({ deleted: 0, failed: 0, reason: null });
});

test('of the files that are old enough a rule may keep some', async () => {
  for (const n of [1, 2]) write(`${stem(n)}.wav`, 9 * DAY_MS);
  write(`${stem(3)}.wav`, DAY_MS);
  const asked: string[] = [];
  const rule = {
    beforeMs: Date.now() - 5 * DAY_MS,
    isOld: async ({ stem: each }: { stem: string }) => {
      asked.push(each);
      return each === stem(1);
    },
  };
  expect((await folder.deleteOld(rule)).deleted).toBe(1);
  expect(asked.sort()).toEqual([stem(1), stem(2)]);
  expect(readdirSync(dir).sort()).toEqual([`${stem(2)}.wav`, `${stem(3)}.wav`]);
});

test('all files of one call, and only they', async () => {
  const sid = /CA\w+$/.exec(stem(1))![0];
  for (const name of [`${stem(1)}.wav`, `${stem(1)}.json`, `${stem(1)}.json.part`, `${stem(2)}.wav`, `x${sid}.wav`])
    write(name, 0);
  expect((await folder.deleteCall(sid)).sort()).toEqual([`${stem(1)}.json`, `${stem(1)}.json.part`, `${stem(1)}.wav`]);
  expect(readdirSync(dir).sort()).toEqual([`${stem(2)}.wav`, `x${sid}.wav`]);
  expect(await folder.deleteCall(sid)).toEqual([]);
});
