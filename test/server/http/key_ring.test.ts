import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseApiKeys } from '../../../src/api_keys.js';
import { createLogger } from '../../../src/log.js';
import { KeyRing } from '../../../src/server/http/key_ring.js';
import { type JsonBody, until } from '../harness.js';

const OLD = 'the-old-key-of-the-crm';
const NEW = 'the-new-key-of-the-crm';
const lines: JsonBody[] = [];
const log = createLogger({ level: 'info', sink: (line) => lines.push(JSON.parse(line) as JsonBody) });
let dir = '';
let file = '';
let ring: KeyRing;
beforeEach(() => {
  lines.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'ringline-keys-'));
  file = join(dir, 'keys');
  writeFileSync(file, `crm:dialler:${OLD}\n`);
  ring = new KeyRing(parseApiKeys(`crm:dialler:${OLD}`).keys);
});
afterEach(() => ring.stop());

test.each([
  [OLD, 'crm'],
  [NEW, null],
  ['', null],
  [OLD.slice(1), null],
  [`${OLD} `, null],
])('%j is the key of %s', (presented, name) => {
  expect(ring.find(presented)?.name ?? null).toBe(name);
});

test('what is kept cannot be presented', () => {
  const { keys } = parseApiKeys(`crm:dialler:${OLD}`);
  expect(JSON.stringify(keys)).not.toContain(OLD);
  expect(ring.find(keys[0].sha256)).toBeNull();
});

test('a changed file is taken when asked for, and the log names who came and went', () => {
  writeFileSync(file, `crm:dialler:${OLD}\ncrm:dialler:${NEW}\nops:operator:somebody-else-altogether\n`);
  ring.reload(file, log);
  expect([ring.find(OLD)?.name, ring.find(NEW)?.name]).toEqual(['crm', 'crm']);
  expect(lines.at(-1)).toMatchObject({ keys: 3, added: ['crm:dialler', 'ops:operator'], removed: [] });
  writeFileSync(file, `crm:dialler:${NEW}\n`);
  ring.reload(file, log);
  expect([ring.find(OLD), ring.find(NEW)?.name]).toEqual([null, 'crm']);
  expect(lines.at(-1)).toMatchObject({ keys: 1, removed: ['crm:dialler', 'ops:operator'] });
  expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${OLD}|${NEW}`));
});

test.each([
  ['empty', () => writeFileSync(file, '\n')],
  ['away', () => rmSync(file)],
  ['half wrong', () => writeFileSync(file, `crm:dialler:${NEW}\nops:boss:${OLD}\n`)],
])('a file that is %s leaves the keys as they were, with an error in the log', (_, change) => {
  change();
  ring.reload(file, log);
  expect(ring.find(OLD)?.name).toBe('crm');
  expect(ring.find(NEW)).toBeNull();
  expect(lines.at(-1)).toMatchObject({ level: 'error', setting: 'API_KEYS_FILE' });
});

test('a secret that Kubernetes swaps behind a link is seen by itself', async () => {
  const link = join(dir, 'mounted');
  symlinkSync(file, link);
  ring.watch(link, log);
  const next = join(dir, 'next');
  writeFileSync(next, `crm:dialler:${NEW}\n`);
  symlinkSync(next, `${link}.tmp`);
  renameSync(`${link}.tmp`, link);
  await until(() => ring.find(NEW) !== null);
  expect(ring.find(OLD)).toBeNull();
}, 15_000);
