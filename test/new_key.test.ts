import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../dist/src/new_key.js', import.meta.url));
const run = (...args: string[]) => spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' });

test('prints the key once, and the entry that holds its hash', () => {
  const { status, stdout } = run('crm:dialler', 'boss:admin');
  expect(status).toBe(0);
  const [key, entry, , second] = stdout.split('\n').map((line) => line.split(/\s+/)[1]);
  const hash = createHash('sha256').update(key).digest('hex');
  expect(entry).toBe(`crm:dialler:sha256:${hash}`);
  expect(second).toMatch(/^boss:admin:sha256:[0-9a-f]{64}$/);
});

test.each([
  [[], 'NAME:ROLE'],
  [['crm'], 'crm: must be NAME:ROLE'],
  [['crm:king'], 'crm:king: the role must be'],
])('%j makes no key, says why, and exits with 64', (args, why) => {
  const { status, stdout, stderr } = run(...args);
  expect([status, stdout]).toEqual([64, '']);
  expect(stderr).toContain(why);
});
