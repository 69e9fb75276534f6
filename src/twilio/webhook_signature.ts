// Is a request really from Twilio? HMAC-SHA1 over URL and form fields with the account's auth token, compared in
// constant time by the Twilio SDK, of which only this part is loaded.
// https://www.twilio.com/docs/usage/security#validating-requests

import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';

/** The base64 of a SHA-1. */
const SIGNATURE = /^[A-Za-z0-9+/]{27}=$/;

/** False = nothing of this form can be a signature: no need to decode or hash anything. */
export function isSignature(text: string): boolean {
  return SIGNATURE.test(text);
}

/**
 * A form POST or GET.
 * @param url as Twilio was told it: scheme, host, path and query untouched
 * @param fields every form field, empty and repeated ones included; {} for GET
 */
export function isSignedRequest(
  authToken: string,
  signature: string,
  url: string,
  fields: Readonly<Record<string, string | string[]>>,
): boolean {
  if (!isSignature(signature)) return false;
  try {
    return validateRequest(authToken, signature, url, fields);
  } catch {
    // The SDK throws on a URL it can't parse.
    return false;
  }
}

/**
 * A media socket's handshake: the stream URL from the TwiML, no fields. The scheme may be `ws` or `wss`: a TLS proxy
 * in front of us may have turned one into the other. Twilio signs with or without the default port, and the SDK would
 * try `:80` for `wss`, so `:443` is tried here.
 */
export function isSignedHandshake(authToken: string, signature: string, streamUrl: string): boolean {
  const rest = streamUrl.replace(/^wss?:\/\//, '');
  const host = rest.split('/', 1)[0];
  const hasPort = /:\d+$/.test(host);
  return (
    isSignedRequest(authToken, signature, `wss://${rest}`, {}) ||
    isSignedRequest(authToken, signature, `ws://${rest}`, {}) ||
    (!hasPort && isSignedRequest(authToken, signature, `wss://${host}:443${rest.slice(host.length)}`, {}))
  );
}
