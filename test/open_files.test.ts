import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { callsThatFit, connectionsThatFit, fileLimit, tooFewConnections, tooFewFiles } from '../src/open_files.js';

test.each([
  [200, 2, null, 200],
  [200, 2, 1_048_576, 200],
  [200, 2, 1024, 200],
  [200, 2, 256, 36],
  [30, 2, 256, 30],
  [1000, 4, 4096, 988],
  [200, 8, 64, 1],
])('of %i calls with %i workers and %s open files, %i are taken', (max, workers, limit, fits) => {
  expect(callsThatFit(max, workers, limit)).toBe(fits);
});

test.each([
  [200, 2, null, 4096],
  [200, 2, 1_048_576, 4096],
  [200, 2, 1024, 144],
  [36, 2, 256, 32],
  [1, 8, 64, 32],
])('beside %i calls with %i workers and %s open files, %i connections are left', (calls, workers, limit, left) => {
  expect(connectionsThatFit(calls, workers, limit)).toBe(left);
});

test('that fewer connections fit than were asked for is said in one line', () => {
  expect(tooFewConnections(500, 32, 256)).toMatch(/^CONNECTIONS_MAX: taken as 32, .*500 connections.*256 open files/);
});

test('with what the warning asks for, all fit', () => {
  const warning = tooFewFiles(200, 36, 256);
  expect(warning).toContain('taken as 36');
  const [, needed] = /allow (\d+)/.exec(warning) ?? [];
  expect(callsThatFit(200, 2, Number(needed))).toBe(200);
});

test('the limit is read as Linux tells it, and elsewhere there is none', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringline-limits-'));
  const file = join(dir, 'limits');
  try {
    writeFileSync(
      file,
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            256                  512                  files\n',
    );
    expect(fileLimit(file)).toBe(256);
    writeFileSync(file, 'Max open files            unlimited            unlimited            files\n');
    expect(fileLimit(file)).toBeNull();
    expect(fileLimit(join(dir, 'none'))).toBeNull();
  } finally {
    rmSync(dir, { recursive: true });
  }
});
