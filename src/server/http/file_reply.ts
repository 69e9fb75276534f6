// Sends a file without holding it in memory: reads a piece, hands it to the socket, waits while the socket is backed up.

import type uWS from 'uWebSockets.js';
import { type FileReply, writeHead } from './reply.js';

const PIECE_BYTES = 64 * 1024;

/** Sends headers and file; resolves when done or aborted. A read error closes the connection: the length is promised. */
export async function sendFile(
  res: uWS.HttpResponse,
  reply: FileReply,
  extra: Readonly<Record<string, string>>,
  isHead: boolean,
  isAborted: () => boolean,
): Promise<void> {
  const { file, offsetBytes, sizeBytes } = reply;
  const head = () => writeHead(res, reply.status, { ...reply.headers, ...extra });
  try {
    if (isHead || sizeBytes === 0) {
      res.cork(() => {
        head();
        res.endWithoutBody(sizeBytes);
      });
      return;
    }
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let sent = 0;
    while (sent < sizeBytes) {
      const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, sizeBytes - sent), offsetBytes + sent);
      if (isAborted()) return;
      if (bytesRead === 0) throw new Error('the file became shorter');
      if (!(await sendPiece(res, piece.subarray(0, bytesRead), sizeBytes, sent === 0 ? head : null, isAborted))) return;
      sent += bytesRead;
    }
  } catch {
    if (!isAborted()) res.close();
  } finally {
    await file.close();
  }
}

/** False = the client has gone. */
function sendPiece(
  res: uWS.HttpResponse,
  piece: Uint8Array,
  totalBytes: number,
  head: (() => void) | null,
  isAborted: () => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    let startOffset = 0;
    let ok = false;
    res.cork(() => {
      head?.();
      startOffset = res.getWriteOffset();
      [ok] = res.tryEnd(piece, totalBytes);
    });
    if (ok) return resolve(true);
    const watch = setInterval(() => {
      if (isAborted()) {
        clearInterval(watch);
        resolve(false);
      }
    }, 1000);
    res.onWritable((offset) => {
      let done = false;
      res.cork(() => {
        [done] = res.tryEnd(piece.subarray(offset - startOffset), totalBytes);
      });
      if (done) {
        clearInterval(watch);
        resolve(true);
      }
      return done;
    });
  });
}
