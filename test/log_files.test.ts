import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFiles, type LogFilesOptions } from '../src/log_files.js';

let dir: string;
let files: LogFiles | null = null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ringline-log-files-'));
});
afterEach(async () => {
  await files?.close();
  await rm(dir, { recursive: true, force: true });
});

function open(options: Partial<LogFilesOptions> = {}): LogFiles {
  const onError = (error: Error) => {
    throw error;
  };
  files = new LogFiles({ dir, bytesMax: 1_000_000, filesMax: 30, onError, ...options });
  return files;
}
const read = (name: string) => readFile(join(dir, name), 'utf8');
const names = async () => (await readdir(dir)).sort();
async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 2));
}
/** Local time, as the names of the files are. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime();

test('a new file begins at local midnight, at the first line after it', async () => {
  let now = at(29, 23, 59);
  const log = open({ now: () => now });
  log.write('before\n');
  now = at(30, 0);
  log.write('after\n');
  now = new Date(2026, 11, 1, 12).getTime();
  log.write('next month\n');
  await log.close();
  expect(await names()).toEqual([
    'ringline.2026-11-29.1.log',
    'ringline.2026-11-30.1.log',
    'ringline.2026-12-01.1.log',
  ]);
  expect(await read('ringline.2026-11-29.1.log')).toBe('before\n');
  expect(await read('ringline.2026-11-30.1.log')).toBe('after\n');
});

test('a restart goes on in the same file; in the next one when that is full', async () => {
  const now = () => at(25, 12);
  await writeFile(join(dir, 'ringline.2026-11-25.1.log'), 'full'.repeat(30));
  await writeFile(join(dir, 'ringline.2026-11-25.2.log'), 'half\n');
  const log = open({ now, bytesMax: 1000 });
  log.write('more\n');
  await log.close();
  expect(await read('ringline.2026-11-25.2.log')).toBe('half\nmore\n');
});

test('a flood of lines fills the bound and no more; the newest are there, strangers stay', async () => {
  await writeFile(join(dir, 'notes.txt'), 'not ours');
  await writeFile(join(dir, 'ringline.2025-01-01.1.log'), 'x'.repeat(5000));
  const bytesMax = 10_000;
  for (let part = 0; part < 30; part++) {
    const log = open({ now: () => at(25, 12), bytesMax });
    for (let i = 0; i < 30; i++) log.write(`${String(part * 30 + i).padStart(99)}\n`);
    await log.close();
  }
  const sizeOf = async () => {
    const ours = (await names()).filter((name) => name.startsWith('ringline'));
    return (await Promise.all(ours.map(read))).join('').length;
  };
  await until(async () => (await sizeOf()) <= bytesMax + bytesMax / 10 + 100);
  const all = await names();
  expect(all).toContain('notes.txt');
  expect(all).not.toContain('ringline.2025-01-01.1.log');
  const newest = all.map((name) => Number(/25\.(\d+)\.log$/.exec(name)?.[1] ?? 0)).sort((a, b) => b - a)[0];
  expect(await read(`ringline.2026-11-25.${newest}.log`)).toContain('899\n');
});

test('old days go when there are too many, the second part of a day after the first', async () => {
  for (const day of [10, 11, 12, 9])
    await writeFile(join(dir, `ringline.2026-11-${String(day).padStart(2, '0')}.1.log`), '');
  await writeFile(join(dir, 'ringline.2026-11-12.10.log'), '');
  await writeFile(join(dir, 'ringline.2026-11-12.9.log'), '');
  open({ now: () => at(25, 12), filesMax: 3 });
  await until(async () => (await names()).length === 3);
  expect(await names()).toEqual([
    'ringline.2026-11-12.10.log',
    'ringline.2026-11-12.9.log',
    'ringline.2026-11-25.1.log',
  ]);
});

test('a file that cannot be written is reported once and tried again', async () => {
  const errors: Error[] = [];
  let day = 25;
  // A folder where the file should be: it can't be opened until the next day.
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(dir, 'ringline.2026-11-25.1.log'));
  const log = open({ now: () => at(day, 12), onError: (error) => errors.push(error), reopenMs: 20 });
  log.write('lost\n');
  await until(async () => errors.length > 0);
  day = 26;
  await until(async () => (await names()).includes('ringline.2026-11-26.1.log'));
  log.write('kept\n');
  await log.close();
  expect(await read('ringline.2026-11-26.1.log')).toBe('kept\n');
  expect(errors[0].message).toContain('EISDIR');
});

test('a folder that cannot be made is an error at once', async () => {
  await writeFile(join(dir, 'a file'), '');
  expect(() => open({ dir: join(dir, 'a file', 'logs') })).toThrow('ENOTDIR');
});

test('closing is safe twice, and later lines are nobody’s', async () => {
  const log = open({ now: () => at(25, 12) });
  log.write('first\n');
  await Promise.all([log.close(), log.close()]);
  log.write('too late\n');
  expect(await read('ringline.2026-11-25.1.log')).toBe('first\n');
});
