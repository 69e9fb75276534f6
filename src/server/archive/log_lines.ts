// Takes the lines about one call out of log files, in place: the file that is being appended to can't be replaced, so a line
// becomes one of the same length that says nothing.

import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PIECE_BYTES = 256 * 1024;
/** A longer line is not ours. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;
const LINE_END = 10;
const LOG_FILE = /^ringline\.\d{4}-\d\d-\d\d\.\d{1,6}\.log$/;

/**
 * @param text what stands in the lines, such as a call's sid
 * @returns how many lines
 */
export async function blankLines(dir: string, text: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  let lines = 0;
  for (const name of names) if (LOG_FILE.test(name)) lines += await blankFile(join(dir, name), Buffer.from(text));
  return lines;
}

async function blankFile(path: string, text: Buffer): Promise<number> {
  const file = await open(path, 'r+').catch(() => null);
  // Deleted by age meanwhile.
  if (file === null) return 0;
  let lines = 0;
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    /** Begins a line of the file, at `atByte`. */
    let unread = Buffer.alloc(0);
    let atByte = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, atByte + unread.length);
      if (bytesRead === 0) return lines;
      const bytes = Buffer.concat([unread, piece.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(LINE_END) + 1;
      for (let found = bytes.indexOf(text); found >= 0 && found < end; found = bytes.indexOf(text, found)) {
        const begin = bytes.lastIndexOf(LINE_END, found) + 1;
        const lineEnd = bytes.indexOf(LINE_END, found);
        const blank = blankLine(lineEnd - begin);
        await file.write(blank, 0, blank.length, atByte + begin);
        blank.copy(bytes, begin);
        found = lineEnd;
        lines++;
      }
      unread = bytes.length - end > LINE_BYTES_MAX ? Buffer.alloc(0) : bytes.subarray(end);
      atByte += bytes.length - unread.length;
    }
  } finally {
    await file.close();
  }
}

const REMOVED = '{"msg":"removed on request"}';

function blankLine(bytes: number): Buffer {
  return Buffer.from((bytes < REMOVED.length ? '' : REMOVED).padEnd(bytes));
}
