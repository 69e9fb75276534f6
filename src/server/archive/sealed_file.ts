// Files that only who has the key can read: AES-256-GCM in pieces, so that a part can be read without the rest and nothing is
// held in memory. A file is sealed when its call is over; whether one is, its first bytes tell.
//
//   head, 48 bytes:  "RLSEAL1\n" | bytes of a piece, 4 | bytes of the plain file, 8 | id of the key, 4 | salt, 16 | zeros, 8
//   then pieces:     ciphertext | tag, 16
//
// Numbers are big-endian. Each file has a key of its own: HKDF-SHA-256 of the key and the salt, info "ringline sealed file".
// The nonce of a piece is its number from 0, in 12 bytes; the head is authenticated with every piece. So pieces can't be
// swapped, nor moved to another file, and the length in the head tells when some are missing.

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ReadableFile } from '../http/reply.js';

const MAGIC = Buffer.from('RLSEAL1\n');
const HEAD_BYTES = 48;
const PIECE_BYTES = 64 * 1024;
/** What a head may ask us to hold. */
const PIECE_BYTES_MAX = 1024 * 1024;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const CIPHER = 'aes-256-gcm';

export interface SealKey {
  /** Tells keys apart without telling anything of them. */
  id: Buffer;
  key: Buffer;
}

/** A file as its readers see it: plain, whether it is sealed or not. */
export interface OpenedFile extends ReadableFile {
  sizeBytes: number;
  modifiedMs: number;
  isSealed: boolean;
}

/** The file is sealed with a key that is not here, or is not what was sealed. */
export class SealError extends Error {
  override name = 'SealError';
}

/** From 32 bytes as 64 hexadecimal digits or base64; null = it is neither. */
export function sealKey(text: string): SealKey | null {
  const key = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES || !/^[0-9a-fA-F]{64}$|^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  return { key, id: createHash('sha256').update(key).digest().subarray(0, 4) };
}

/**
 * Writes a sealed copy of a file that nobody writes any more.
 * @param to must not exist
 */
export async function sealFile(from: string, to: string, key: SealKey): Promise<void> {
  const source = await open(from, 'r');
  try {
    const { size } = await source.stat();
    const head = headOf(size, key);
    const target = await open(to, 'wx', 0o640);
    try {
      await target.write(head);
      const fileKey = keyOfFile(key, head);
      const plain = Buffer.allocUnsafe(PIECE_BYTES);
      for (let number = 0; number * PIECE_BYTES < size; number++) {
        const wanted = Math.min(PIECE_BYTES, size - number * PIECE_BYTES);
        await readFully(source, plain, wanted, number * PIECE_BYTES);
        const cipher = createCipheriv(CIPHER, fileKey, nonceOf(number)).setAAD(head);
        const sealed = [cipher.update(plain.subarray(0, wanted)), cipher.final()];
        await target.write(Buffer.concat([...sealed, cipher.getAuthTag()]));
      }
      // The plain one goes when this one is there for sure.
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/**
 * Opens a file of ours, sealed or not.
 * @param keys those that are known; the file's own is looked for among them
 * @returns null = there is no such plain file: a symbolic link is not followed, it could lead out of the folder
 * @throws SealError
 */
export async function openFile(path: string, keys: readonly SealKey[]): Promise<OpenedFile | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return null;
    throw thrown;
  }
  try {
    const stat = await file.stat();
    if (stat.isFile()) return await opened(file, stat, keys);
    await file.close();
    return null;
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function opened(file: FileHandle, stat: Stats, keys: readonly SealKey[]): Promise<OpenedFile> {
  const { mtimeMs } = stat;
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  if (bytesRead < HEAD_BYTES || !head.subarray(0, MAGIC.length).equals(MAGIC)) {
    return {
      ...{ sizeBytes: stat.size, modifiedMs: mtimeMs, isSealed: false },
      read: (buffer, offset, length, position) => file.read(buffer, offset, length, position),
      close: () => file.close(),
    };
  }
  const pieceBytes = head.readUInt32BE(8);
  const sizeBytes = Number(head.readBigUInt64BE(12));
  const pieces = Math.ceil(sizeBytes / pieceBytes);
  const isWhole = pieceBytes > 0 && pieceBytes <= PIECE_BYTES_MAX && Number.isSafeInteger(sizeBytes);
  if (!isWhole || stat.size !== HEAD_BYTES + sizeBytes + pieces * TAG_BYTES)
    throw new SealError('a part of it is missing');
  const key = keys.find(({ id }) => id.equals(head.subarray(20, 24)));
  if (key === undefined) throw new SealError('its key is not here');
  const reader = new SealedReader(file, head, keyOfFile(key, head), pieceBytes, sizeBytes);
  return {
    ...{ sizeBytes, modifiedMs: mtimeMs, isSealed: true },
    read: (buffer, offset, length, position) => reader.read(buffer, offset, length, position),
    close: () => file.close(),
  };
}

/** Opens the pieces that are asked for; the last one is kept, since readers go on from where they were. */
class SealedReader {
  readonly #sealed: Buffer;
  #plain: Buffer = Buffer.alloc(0);
  #number = -1;

  constructor(
    readonly file: FileHandle,
    readonly head: Buffer,
    readonly key: Buffer,
    readonly pieceBytes: number,
    readonly sizeBytes: number,
  ) {
    this.#sealed = Buffer.allocUnsafe(pieceBytes + TAG_BYTES);
  }

  async read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    let bytesRead = 0;
    while (bytesRead < length && position + bytesRead < this.sizeBytes) {
      const at = position + bytesRead;
      const piece = await this.#piece(Math.floor(at / this.pieceBytes));
      const from = at % this.pieceBytes;
      const taken = Math.min(length - bytesRead, piece.length - from);
      piece.copy(buffer, offset + bytesRead, from, from + taken);
      bytesRead += taken;
    }
    return { bytesRead };
  }

  async #piece(number: number): Promise<Buffer> {
    if (number === this.#number) return this.#plain;
    const bytes = Math.min(this.pieceBytes, this.sizeBytes - number * this.pieceBytes);
    const at = HEAD_BYTES + number * (this.pieceBytes + TAG_BYTES);
    await readFully(this.file, this.#sealed, bytes + TAG_BYTES, at);
    const decipher = createDecipheriv(CIPHER, this.key, nonceOf(number)).setAAD(this.head);
    decipher.setAuthTag(this.#sealed.subarray(bytes, bytes + TAG_BYTES));
    try {
      this.#plain = Buffer.concat([decipher.update(this.#sealed.subarray(0, bytes)), decipher.final()]);
    } catch {
      throw new SealError('it was changed');
    }
    this.#number = number;
    return this.#plain;
  }
}

function headOf(sizeBytes: number, { id }: SealKey): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32BE(PIECE_BYTES, 8);
  head.writeBigUInt64BE(BigInt(sizeBytes), 12);
  id.copy(head, 20);
  randomBytes(16).copy(head, 24);
  return head;
}

function keyOfFile({ key }: SealKey, head: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, head.subarray(24, 40), 'ringline sealed file', KEY_BYTES));
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}

async function readFully(file: FileHandle, buffer: Buffer, bytes: number, position: number): Promise<void> {
  for (let done = 0; done < bytes; ) {
    const { bytesRead } = await file.read(buffer, done, bytes - done, position + done);
    if (bytesRead === 0) throw new SealError('the file became shorter');
    done += bytesRead;
  }
}
