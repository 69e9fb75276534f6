import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openFile, SealError, type SealKey, sealFile, sealKey } from '../../../src/server/archive/sealed_file.js';

const KEY = sealKey('11'.repeat(32)) as SealKey;
const OTHER = sealKey('22'.repeat(32)) as SealKey;
const PIECE = 65_536;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ringline-seal-'));
});
const bytesOf = (size: number) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff));

async function sealed(plain: Buffer, key = KEY): Promise<string> {
  writeFileSync(join(dir, 'plain'), plain);
  const to = join(dir, `sealed${Math.random()}`);
  await sealFile(join(dir, 'plain'), to, key);
  return to;
}
async function readAll(path: string, keys: SealKey[]): Promise<Buffer> {
  const file = await openFile(path, keys);
  if (file === null) throw new Error('not there');
  const all = Buffer.alloc(file.sizeBytes);
  try {
    await file.read(all, 0, all.length, 0);
  } finally {
    await file.close();
  }
  return all;
}

test.each([0, 1, 44, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 200_001])(
  '%i bytes come back as they were',
  async (size) => {
    const plain = bytesOf(size);
    const path = await sealed(plain);
    const onDisk = readFileSync(path);
    expect(onDisk.length).toBe(48 + size + Math.ceil(size / PIECE) * 16);
    if (size > 40) expect(onDisk.includes(plain.subarray(0, 40))).toBe(false);
    expect((await readAll(path, [OTHER, KEY])).equals(plain)).toBe(true);
  },
);

test('any part of it can be read, and nothing beyond its end', async () => {
  const plain = bytesOf(3 * PIECE + 777);
  const file = await openFile(await sealed(plain), [KEY]);
  for (const [at, length] of [
    [0, 44],
    [PIECE - 3, 6],
    [5, 2 * PIECE],
    [3 * PIECE, 777],
    [3 * PIECE + 770, 100],
    [plain.length, 10],
  ]) {
    const part = Buffer.alloc(length);
    const { bytesRead } = await file!.read(part, 0, length, at);
    expect(part.subarray(0, bytesRead).equals(plain.subarray(at, at + length))).toBe(true);
  }
  await file!.close();
});

test('the format is what is written down: it opens without our code', async () => {
  const plain = bytesOf(PIECE + 9);
  const all = readFileSync(await sealed(plain));
  const head = all.subarray(0, 48);
  expect(head.toString('latin1', 0, 8)).toBe('RLSEAL1\n');
  expect([head.readUInt32BE(8), head.readBigUInt64BE(12)]).toEqual([PIECE, BigInt(plain.length)]);
  expect(head.subarray(20, 24).equals(createHash('sha256').update(KEY.key).digest().subarray(0, 4))).toBe(true);
  const key = Buffer.from(hkdfSync('sha256', KEY.key, head.subarray(24, 40), 'ringline sealed file', 32));
  const nonce = Buffer.from('000000000000000000000001', 'hex');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(head).setAuthTag(all.subarray(-16));
  const piece = all.subarray(48 + PIECE + 16, -16);
  expect(Buffer.concat([decipher.update(piece), decipher.final()]).equals(plain.subarray(PIECE))).toBe(true);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['a bit of a piece', (bytes) => flip(bytes, 100)],
  ['a bit of a tag', (bytes) => flip(bytes, bytes.length - 1)],
  ['a bit of the salt', (bytes) => flip(bytes, 30)],
  ['a bit of what is kept for later', (bytes) => flip(bytes, 45)],
  ['the length', (bytes) => flip(bytes, 19)],
  ['the size of a piece', (bytes) => flip(bytes, 8)],
  ['a missing end', (bytes) => bytes.subarray(0, bytes.length - 20)],
  ['something behind the end', (bytes) => Buffer.concat([bytes, Buffer.alloc(3)])],
  [
    'two pieces in the wrong order',
    (bytes) => {
      const [one, two] = [bytes.subarray(48, 48 + PIECE + 16), bytes.subarray(48 + PIECE + 16, 48 + 2 * (PIECE + 16))];
      return Buffer.concat([bytes.subarray(0, 48), two, one]);
    },
  ],
])('%s was changed: that is noticed', async (_name, change) => {
  const path = await sealed(bytesOf(2 * PIECE));
  writeFileSync(path, change(readFileSync(path)));
  await expect(readAll(path, [KEY])).rejects.toThrow(SealError);
});
function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] ^= 1;
  return bytes;
}

test('without its key nothing is read of it; what is not sealed is read as it is', async () => {
  await expect(readAll(await sealed(bytesOf(100)), [OTHER])).rejects.toThrow('its key is not here');
  expect((await readAll(join(dir, 'plain'), [])).equals(bytesOf(100))).toBe(true);
  expect(await openFile(join(dir, 'none'), [KEY])).toBeNull();
  expect(await openFile(dir, [KEY])).toBeNull();
  symlinkSync(join(dir, 'plain'), join(dir, 'link'));
  expect(await openFile(join(dir, 'link'), [KEY])).toBeNull();
});

test.each([
  ['11'.repeat(32), true],
  [Buffer.alloc(32, 7).toString('base64'), true],
  [Buffer.alloc(32, 7).toString('base64url'), true],
  ['11'.repeat(31), false],
  [Buffer.alloc(31, 7).toString('base64'), false],
  ['passphrase', false],
  ['', false],
])('%s is a key: %s', (text, isKey) => {
  expect(sealKey(text) !== null).toBe(isKey);
});
