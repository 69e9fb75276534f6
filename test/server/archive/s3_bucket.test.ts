import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Bucket } from '../../../src/server/archive/keeper.js';
import { openBucket } from '../../../src/server/archive/s3_bucket.js';
import { SmallS3 } from './small_s3.js';

const [ONE, TWO] = [`CA${'1'.repeat(32)}`, `CA${'2'.repeat(32)}`];
const dir = mkdtempSync(join(tmpdir(), 'ringline-s3-'));
const { signal } = new AbortController();
let s3: SmallS3;
let bucket: Bucket;
beforeEach(async () => {
  s3 = await new SmallS3().start();
  bucket = (await openBucket(s3.settings)) as Bucket;
});
afterEach(() => {
  bucket.close();
  s3.close();
});

function file(name: string, bytes: Buffer): string {
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
}

test.each([0, 1, 300_000])('a file of %i bytes is there, byte for byte, with the files of its call', async (size) => {
  const bytes = Buffer.from(Array.from({ length: size }, (_, i) => i & 0xff));
  await bucket.put(ONE, 'a.wav', file('a.wav', bytes), signal);
  expect([...s3.objects.keys()]).toEqual([`r/${ONE}/a.wav`]);
  expect(s3.objects.get(`r/${ONE}/a.wav`)?.equals(bytes)).toBe(true);
});

test('all files of one call are deleted, and only they; where there is none, nothing is asked twice', async () => {
  for (const [sid, name] of [
    [ONE, 'a.wav'],
    [ONE, 'a.json'],
    [TWO, 'b.wav'],
  ]) {
    await bucket.put(sid, name, file(name, Buffer.from('x')), signal);
  }
  expect((await bucket.deleteCall(ONE)).sort()).toEqual(['a.json', 'a.wav']);
  expect([...s3.objects.keys()]).toEqual([`r/${TWO}/b.wav`]);
  expect(await bucket.deleteCall(ONE)).toEqual([]);
  expect(s3.seen.filter((each) => each.startsWith('POST'))).toHaveLength(1);
});

test.each([403, 500, 503, 'reset'] as const)('trouble is an error: %s', async (trouble) => {
  s3.trouble = trouble;
  await expect(bucket.put(ONE, 'a.wav', file('a.wav', Buffer.from('x')), signal)).rejects.toThrow();
  expect(s3.objects.size).toBe(0);
});

test('who is told to stop stops', async () => {
  await expect(bucket.put(ONE, 'a.wav', file('a.wav', Buffer.alloc(100)), AbortSignal.abort())).rejects.toThrow();
});

test('without a bucket nothing is loaded and nothing is there', async () => {
  expect(await openBucket({ ...s3.settings, bucket: null })).toBeNull();
});
