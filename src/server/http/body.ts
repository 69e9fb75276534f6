// Reads and decodes request bodies, with a limit. Forms keep empty values and repeated keys: Twilio signs them all.

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

/** A decoded form: a repeated key has all its values, in order. Without a prototype: a key may be `__proto__`. */
export type FormFields = Record<string, string | string[]>;

export function parseForm(body: Buffer): FormFields {
  const fields: FormFields = Object.create(null) as FormFields;
  for (const [key, value] of new URLSearchParams(body.toString('utf8'))) {
    const known = fields[key];
    if (known === undefined) fields[key] = value;
    else if (Array.isArray(known)) known.push(value);
    else fields[key] = [known, value];
  }
  return fields;
}

/** The one value of a field, or the first of several; '' when it is absent. */
export function field(fields: FormFields, name: string): string {
  const value = fields[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** @throws HttpError 400 for anything that is not JSON in UTF-8 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'the body is not valid JSON');
  }
}
