import { appendFileSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { blankLines } from '../../../src/server/archive/log_lines.js';

const SID = `CA${'7'.repeat(32)}`;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringline-lines-'));
});
const read = (name: string) => readFileSync(join(dir, name), 'utf8').split('\n');
const line = (n: number, sid: string) => JSON.stringify({ n, callSid: sid, text: 'grüße '.repeat(n % 40) });

test('lines about the call say nothing any more, the others are as they were, and the file has its length', async () => {
  const lines = Array.from({ length: 9000 }, (_, n) => line(n, n % 100 === 7 ? SID : `CA${'0'.repeat(32)}`));
  const file = 'ringline.2026-11-25.1.log';
  writeFileSync(join(dir, file), `${lines.join('\n')}\n`);
  const { size } = statSync(join(dir, file));
  expect(size).toBeGreaterThan(3 * 256 * 1024);
  expect(await blankLines(dir, SID)).toBe(90);
  expect(statSync(join(dir, file)).size).toBe(size);
  const after = read(file);
  for (const [n, before] of lines.entries()) {
    if (n % 100 !== 7) expect(after[n]).toBe(before);
    else
      expect([JSON.parse(after[n]), Buffer.byteLength(after[n])]).toEqual([
        { msg: 'removed on request' },
        Buffer.byteLength(before),
      ]);
  }
  expect(await blankLines(dir, SID)).toBe(0);
});

test('a line that is still being written stays, and so do files of others', async () => {
  writeFileSync(join(dir, 'ringline.2026-11-25.2.log'), `${line(1, SID)}\n{"callSid":"${SID}`);
  for (const name of ['audit.2026-11-25.1.log', 'notes.log']) writeFileSync(join(dir, name), `${SID}\n`);
  expect(await blankLines(dir, SID)).toBe(1);
  appendFileSync(join(dir, 'ringline.2026-11-25.2.log'), '"}\n');
  expect(read('ringline.2026-11-25.2.log')[1]).toBe(`{"callSid":"${SID}"}`);
  expect([read('audit.2026-11-25.1.log')[0], read('notes.log')[0]]).toEqual([SID, SID]);
});

test('a short line becomes blanks; without a folder there is nothing to do', async () => {
  writeFileSync(join(dir, 'ringline.2026-11-25.1.log'), 'abc\nx abc y\n');
  expect(await blankLines(dir, 'abc')).toBe(2);
  expect(read('ringline.2026-11-25.1.log')).toEqual(['   ', '       ', '']);
  expect(await blankLines(join(dir, 'none'), SID)).toBe(0);
});
