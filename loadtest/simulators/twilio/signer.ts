// X-Twilio-Signature, made from the published rule and nothing else. It is the oracle for the server's validation, so
// it must not share code with the vendor's SDK or with src/twilio.

import { createHash, createHmac } from 'node:crypto';

/** Form fields in wire order; a key may come more than once. */
export type FormFields = readonly (readonly [string, string])[];

/**
 * Signs a webhook: HMAC-SHA1 over the exact URL followed by every form field, keys in ASCII order, each key directly
 * followed by its value; a repeated key contributes its distinct values in sorted order. Base64.
 * Rule: https://www.twilio.com/docs/usage/security#validating-requests
 */
export function signForm(authToken: string, url: string, fields: FormFields): string {
  const byKey = new Map<string, Set<string>>();
  for (const [key, value] of fields) {
    const values = byKey.get(key) ?? new Set<string>();
    byKey.set(key, values.add(value));
  }
  let text = url;
  // The default sort compares UTF-16 code units, which is ASCII order for ASCII keys: `A` before `a`.
  for (const key of [...byKey.keys()].sort()) {
    for (const value of [...byKey.get(key)!].sort()) text += key + value;
  }
  return hmac(authToken, text);
}

/** Signs a request without form fields: a GET, or a media WebSocket handshake (over the `wss://` URL of the TwiML). */
export function signUrl(authToken: string, url: string): string {
  return hmac(authToken, url);
}

/** Signs a JSON webhook. Returns the URL to request (with `bodySHA256`) and the signature over that URL alone. */
export function signJson(authToken: string, url: string, body: string): { url: string; signature: string } {
  const digest = createHash('sha256').update(body).digest('hex');
  const signedUrl = `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${digest}`;
  return { url: signedUrl, signature: hmac(authToken, signedUrl) };
}

function hmac(authToken: string, text: string): string {
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}
