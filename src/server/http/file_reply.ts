// Sends a file without holding it in memory: reads a piece, hands it to the client, waits while the client is slow.

import type { FileReply } from './reply.js';
import type { HeaderList, HttpExchange } from './transport.js';

const PIECE_BYTES = 64 * 1024;

/** Sends headers and file; resolves when done or the client has gone. A read error cuts it off: the length is promised. */
export async function sendFile(
  client: HttpExchange,
  { status, file, offsetBytes, sizeBytes }: FileReply,
  headers: HeaderList,
  isHead: boolean,
): Promise<void> {
  try {
    if (isHead) return client.answerHead(status, headers, sizeBytes);
    client.begin(status, headers, sizeBytes);
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, sizeBytes));
    let sent = 0;
    while (sent < sizeBytes && !client.isGone) {
      const { bytesRead } = await file.read(piece, 0, Math.min(PIECE_BYTES, sizeBytes - sent), offsetBytes + sent);
      if (bytesRead === 0) throw new Error('the file became shorter');
      if (!(await client.write(piece.subarray(0, bytesRead)))) return;
      sent += bytesRead;
    }
  } catch {
    client.cut();
  } finally {
    await file.close();
  }
}
