import { existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryFolder } from '../src/folder_probe.js';

const base = mkdtempSync(join(tmpdir(), 'ringline-folders-'));

test('a folder that is missing is made, with what is above it, and left empty', () => {
  const dir = join(base, 'a/b/c');
  expect(tryFolder(dir)).toBeNull();
  expect(statSync(dir).isDirectory()).toBe(true);
  expect(readdirSync(dir)).toEqual([]);
  expect(tryFolder(dir)).toBeNull();
});

test.each(['/', tmpdir(), '.'])('one that is there is fine: %s', (dir) => {
  expect(tryFolder(dir)).toBeNull();
});

test('a file in its place, or above it', () => {
  const file = join(base, 'file');
  writeFileSync(file, '');
  expect(tryFolder(file)).toBe('is no folder');
  expect(tryFolder(join(file, 'x'))).toBe('cannot be made (ENOTDIR)');
});

test('where nothing can be made it says so at once', () => {
  expect(tryFolder('/proc/ringline/today')).toMatch(/^cannot be made \(E[A-Z]+\)$/);
  expect(existsSync('/proc/ringline')).toBe(false);
});
