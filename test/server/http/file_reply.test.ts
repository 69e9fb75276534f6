import { expect, test } from 'vitest';
import { sendFile } from '../../../src/server/http/file_reply.js';
import type { FileReply } from '../../../src/server/http/reply.js';
import type { HttpExchange } from '../../../src/server/http/transport.js';

const CONTENT = Buffer.from(Array.from({ length: 150_000 }, (_, i) => i % 251));

/** A client that takes pieces, and a file of `content`; what happened to both. */
function stage({ content = CONTENT, goneAfter = Number.POSITIVE_INFINITY, readFails = false } = {}) {
  const seen = { heads: [] as unknown[], pieces: [] as Buffer[], cut: 0, closed: 0, reads: 0 };
  const client = {
    isGone: false,
    answerHead: (...head: unknown[]) => seen.heads.push(['head', ...head]),
    begin: (...head: unknown[]) => seen.heads.push(['begin', ...head]),
    write: async (piece: Buffer) => {
      seen.pieces.push(Buffer.from(piece));
      return seen.pieces.length < goneAfter;
    },
    cut: () => seen.cut++,
  };
  const file = {
    read: async (buffer: Buffer, offset: number, length: number, position: number) => {
      seen.reads++;
      if (readFails) throw new Error('EIO');
      return { bytesRead: content.copy(buffer, offset, position, position + length) };
    },
    close: async () => void seen.closed++,
  };
  const reply = (offsetBytes: number, sizeBytes: number): FileReply => ({
    ...{ status: 200, headers: {}, file, offsetBytes, sizeBytes },
  });
  const send = (offsetBytes: number, sizeBytes: number, isHead = false) =>
    sendFile(client as unknown as HttpExchange, reply(offsetBytes, sizeBytes), {}, isHead);
  return { seen, send };
}

test.each([
  ['a whole file', 0, CONTENT.length],
  ['a part', 70_000, 66_000],
  ['nothing', 0, 0],
])('%s arrives byte by byte as it is, and the file is closed', async (_, offset, size) => {
  const { seen, send } = stage();
  await send(offset, size);
  expect(Buffer.concat(seen.pieces).equals(CONTENT.subarray(offset, offset + size))).toBe(true);
  expect(seen).toMatchObject({ cut: 0, closed: 1, heads: [['begin', 200, {}, size]] });
});

test('a file that grows meanwhile is sent as long as was promised', async () => {
  const { seen, send } = stage();
  await send(0, 1000);
  expect(Buffer.concat(seen.pieces)).toHaveLength(1000);
});

test('for HEAD nothing is read', async () => {
  const { seen, send } = stage();
  await send(0, 1000, true);
  expect(seen).toMatchObject({ reads: 0, closed: 1, heads: [['head', 200, {}, 1000]] });
});

test('a client that goes away ends it', async () => {
  const { seen, send } = stage({ goneAfter: 1 });
  await send(0, CONTENT.length);
  expect(seen).toMatchObject({ reads: 1, cut: 0, closed: 1 });
});

test.each([
  ['can’t be read', { readFails: true }],
  ['became shorter', { content: CONTENT.subarray(0, 500) }],
])('the answer is cut off, not ended, when the file %s', async (_, of) => {
  const { seen, send } = stage(of);
  await send(0, 1000);
  expect(seen).toMatchObject({ cut: 1, closed: 1 });
});
