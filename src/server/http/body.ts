// Decodes JSON bodies. Twilio's forms are decoded in twilio/webhook_form.ts; collecting a body is the transport's.

import { HttpError } from './errors.js';

/** @throws HttpError 400 for anything that is not JSON in UTF-8 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new HttpError(400, 'the body is not valid JSON');
  }
}
