// Reads request bodies, with a limit, and decodes JSON. Twilio's forms are decoded in twilio/webhook_form.ts.

import type uWS from 'uWebSockets.js';
import { HttpError } from './errors.js';

/** Collects the body. Rejects with 413 as soon as it is larger than `limitBytes`. Call it before the first await. */
export function readBody(res: uWS.HttpResponse, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    res.onData((chunk, isLast) => {
      bytes += chunk.byteLength;
      if (bytes > limitBytes) {
        parts.length = 0;
        reject(new HttpError(413, `the body is larger than ${limitBytes} bytes`));
        return;
      }
      // The chunk's memory is only lent.
      parts.push(Buffer.from(new Uint8Array(chunk)));
      if (isLast) resolve(Buffer.concat(parts));
    });
  });
}

/** @throws HttpError 400 for anything that is not JSON in UTF-8 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'the body is not valid JSON');
  }
}
