import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { COMPASS_GROUP } from '../../src/agents/personas/compass_group.js';

const program = fileURLToPath(new URL('../../dist/src/agents/agents_command.js', import.meta.url));
const examples = fileURLToPath(new URL('../../src/agents/examples', import.meta.url));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test('check draws the agents of a good folder', async () => {
  const { code, stdout } = await run('check', examples);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^AGENT +VARIANT +VERSION/);
  expect(stdout).toMatch(/^front_desk +front_desk +[0-9a-f]{12} +1 +en +\+15550100 \+15550101\* all others$/m);
});

test('check tells each problem of another in a line, and exits with 1', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ringline-command-'));
  writeFileSync(join(dir, 'a.yaml'), 'name: Ada\n');
  const { code, stdout, stderr } = await run('check', dir);
  expect([code, stdout]).toEqual([1, '']);
  const lines = stderr.trim().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line).toMatch(/^a\.yaml:1: \w+: (is missing: |expected a text)/);
});

test('schema writes what an editor needs: the persona that ships fits, a slip does not', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'ringline-command-')), 'schema.json');
  expect((await run('schema', file)).code).toBe(0);
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  expect(validate(COMPASS_GROUP)).toBe(true);
  expect(validate({ ...COMPASS_GROUP, turn: {} })).toBe(false);
});

test('anything else is refused as usage', async () => {
  expect((await run('chek')).code).toBe(64);
});
