import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkFolders } from '../src/folders.js';
import { type CompiledCode, compile } from './compiled_code.js';

const base = mkdtempSync(join(tmpdir(), 'ringline-folders-'));
let code: CompiledCode;
let program: string[];
beforeAll(async () => {
  code = await compile(['src/folder_probe.ts']);
  program = [fileURLToPath(code.url('src/folder_probe.ts'))];
}, 30_000);
afterAll(() => code.remove());

test('one line for each folder that cannot be used, by the name of its setting', async () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  const folders = [
    { variable: 'RECORDING_DIR', dir: join(base, 'new') },
    { variable: 'LOG_DIR', dir: file },
  ];
  expect(await checkFolders(folders, program)).toEqual([`LOG_DIR: ${file} is no folder`]);
});

test('no folder, no question', async () => {
  expect(await checkFolders([], ['/nowhere.js'])).toEqual([]);
});

test('a file system that does not answer is not waited for', async () => {
  const hanging = ['--input-type=module', '-e', 'setInterval(() => {}, 1000)', '--'];
  const found = await checkFolders([{ variable: 'RECORDING_DIR', dir: '/mnt/gone' }], hanging, 300);
  expect(found).toEqual(['RECORDING_DIR: /mnt/gone does not answer within 0.3 s']);
});
