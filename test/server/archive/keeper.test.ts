import { mkdtempSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallEvent } from '../../../src/call/call_events.js';
import { createLogger } from '../../../src/log.js';
import { type Bucket, Keeper } from '../../../src/server/archive/keeper.js';
import { openFile, type SealKey, sealKey } from '../../../src/server/archive/sealed_file.js';
import { RecordingsFolder } from '../../../src/server/recordings_folder.js';
import { until } from '../harness.js';

const KEY = sealKey('ab'.repeat(32)) as SealKey;
const OLD = sealKey('cd'.repeat(32)) as SealKey;
const SID = `CA${'1'.repeat(32)}`;
const STEM = `server_8765_inbound_recording_20260101_120000_${SID}`;
let dir: string;
let sent: Map<string, Buffer>;
let trouble: Error | null;
let lines: Record<string, unknown>[];
let done: string[];
const open: Keeper[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringline-keeper-'));
  [sent, trouble, lines, done] = [new Map(), null, [], []];
});
afterEach(() => Promise.all(open.splice(0).map((keeper) => keeper.stop())));

const bucket: Bucket = {
  put: async (callSid, name, path) => {
    if (trouble !== null) throw trouble;
    sent.set(`${callSid}/${name}`, readFileSync(path));
  },
  deleteCall: async (callSid) =>
    [...sent.keys()].filter((key) => key.startsWith(callSid) && sent.delete(key)).map((key) => key.slice(35)),
  close: () => {},
};
function keeper(keys: SealKey[], to: Bucket | null) {
  const log = createLogger({ level: 'info', sink: (line) => lines.push(JSON.parse(line)) });
  const onDone = (act: string, isGood: boolean) => done.push(`${act} ${isGood}`);
  const one = new Keeper({ folder: new RecordingsFolder(dir), keys, bucket: to, log, onDone, pauseMs: () => 5 });
  open.push(one);
  return one;
}
const write = (name: string, text = `plain ${name}`) => writeFileSync(join(dir, name), text);
const ended = (recording: string | null) =>
  ({
    kind: 'ended',
    callSid: SID,
    slot: 0,
    seq: 1,
    atMs: 0,
    reason: 'caller_hangup',
    summary: { recording },
  }) as unknown as CallEvent;
const HOUR_MS = 3_600_000;

test('when a call is over, its files are sealed and sent as they are, with the age they had', async () => {
  const one = keeper([KEY], bucket);
  for (const kind of ['wav', 'json']) write(`${STEM}.${kind}`);
  utimesSync(join(dir, `${STEM}.wav`), 1_700_000_000, 1_700_000_000);
  one.onCallEvent(ended(`${STEM}.wav`));
  await until(() => one.waiting === 0);
  expect(readdirSync(dir).sort()).toEqual(['.json', '.json.sent', '.wav', '.wav.sent'].map((end) => STEM + end));
  for (const kind of ['wav', 'json']) {
    const onDisk = readFileSync(join(dir, `${STEM}.${kind}`));
    expect(onDisk.includes('plain')).toBe(false);
    expect(sent.get(`${SID}/${STEM}.${kind}`)?.equals(onDisk)).toBe(true);
    const file = await openFile(join(dir, `${STEM}.${kind}`), [KEY]);
    expect([file?.isSealed, file?.sizeBytes]).toEqual([true, `plain ${STEM}.${kind}`.length]);
    await file?.close();
  }
  expect(statSync(join(dir, `${STEM}.wav`)).mtimeMs).toBe(1_700_000_000_000);
  expect(done.sort()).toEqual(['sealed true', 'sealed true', 'sent true', 'sent true']);
});

test('with neither key nor bucket, and for a call without a recording, nothing is done', async () => {
  const one = keeper([], null);
  write(`${STEM}.wav`);
  one.onCallEvent(ended(`${STEM}.wav`));
  one.start();
  keeper([KEY], bucket).onCallEvent(ended(null));
  expect([one.waiting, open[1].waiting]).toEqual([0, 0]);
  expect(readFileSync(join(dir, `${STEM}.wav`), 'utf8')).toContain('plain');
});

test('a bucket that is away loses nothing and floods no log; sealing does not wait for it', async () => {
  trouble = new Error('away');
  const one = keeper([KEY], bucket);
  for (const kind of ['wav', 'json']) write(`${STEM}.${kind}`);
  one.onCallEvent(ended(`${STEM}.wav`));
  await until(() => done.filter((each) => each === 'sent false').length > 15);
  expect(done.filter((each) => each === 'sealed true')).toHaveLength(2);
  expect(lines.filter(({ level }) => level === 'error').length).toBe(1);
  trouble = null;
  await until(() => one.waiting === 0);
  expect(sent.size).toBe(2);
});

test('what a process left that died is found on the disk; what is done, young, or nobody’s is left alone', async () => {
  const stem = (n: number) => STEM.slice(0, -1) + n;
  write(`${stem(2)}.wav`);
  write(`${stem(2)}.wav.part`, 'half of it');
  write(`${stem(3)}.json`);
  write(`${stem(4)}.wav`);
  write(`${stem(4)}.wav.sent`, '');
  write('notes.wav');
  const one = keeper([], bucket);
  await one.look(Date.now());
  expect(one.waiting).toBe(0);
  await one.look(Date.now() + HOUR_MS);
  await until(() => one.waiting === 0);
  expect([...sent.keys()].sort()).toEqual([
    `${SID.slice(0, -1)}2/${stem(2)}.wav`,
    `${SID.slice(0, -1)}3/${stem(3)}.json`,
  ]);
  const sealing = keeper([KEY, OLD], null);
  await sealing.look(Date.now() + HOUR_MS);
  await until(() => sealing.waiting === 0);
  expect(done.filter((each) => each === 'sealed true')).toHaveLength(3);
  expect(readdirSync(dir)).not.toContain(`${stem(2)}.wav.part`);
  expect(readFileSync(join(dir, 'notes.wav'), 'utf8')).toBe('plain notes.wav');
  await sealing.look(Date.now() + HOUR_MS);
  expect(sealing.waiting).toBe(0);
});

test('a call that is deleted is not sent afterwards, and what was sent goes', async () => {
  trouble = new Error('away');
  const one = keeper([], bucket);
  for (const kind of ['wav', 'json']) write(`${STEM}.${kind}`);
  sent.set(`${SID}/${STEM}.wav`, Buffer.from('x'));
  one.onCallEvent(ended(`${STEM}.wav`));
  await until(() => done.length > 2);
  await one.forget(SID);
  expect(await one.deleteSent(SID)).toEqual([`${STEM}.wav`]);
  trouble = null;
  await until(() => one.waiting === 0);
  expect(sent.size).toBe(0);
});
