// How the outside world reaches us: PUBLIC_URL, else what a trusted proxy says, else the Host header. Twilio's calls to us
// work on localhost, behind a tunnel and under the real name without a setting: what it signed is this very URL. What we
// tell Twilio to fetch is another matter: nobody's Host header decides it.

import type { BlockList } from 'node:net';
import { HttpError } from './errors.js';
import type { ServerRequest } from './exchange.js';
import { isIn } from './peers.js';

/** A host name, IPv4 or bracketed IPv6 address, with an optional port. Whatever else a header holds is not a host. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

export interface PublicUrlRules {
  /** No trailing slash; null = from the request. */
  publicUrl: string | null;
  trustedProxies: BlockList;
}

/**
 * `https://voice.example.com`, without a trailing slash. X-Forwarded-Proto and -Host count only when `peer` is a
 * trusted proxy; of several values the first, which the proxy next to the client wrote.
 * @throws HttpError 400 when there is no usable host
 */
export function publicBase(rules: PublicUrlRules, peer: string, header: (name: string) => string): string {
  if (rules.publicUrl !== null) return rules.publicUrl;
  const trusted = isIn(rules.trustedProxies, peer);
  const forwarded = (name: string) => (trusted ? header(name).split(',')[0].trim() : '');
  const host = forwarded('x-forwarded-host') || header('host');
  if (!HOST.test(host)) throw new HttpError(400, 'the Host header is missing or malformed');
  const scheme = /^(https|wss)$/i.test(forwarded('x-forwarded-proto')) ? 'https' : 'http';
  return `${scheme}://${host}`;
}

/**
 * The base of the URLs that Twilio is told to fetch when it dials for us. Whoever chooses it chooses what the call says
 * and whom it dials on, at our cost; so it is PUBLIC_URL, or the address that somebody used whom we let dial anyway: the
 * holder of a key, or a client on this very machine.
 * @throws HttpError 503 when there is neither
 */
export function dialBase(
  rules: PublicUrlRules,
  { who, peer, header }: Pick<ServerRequest, 'who' | 'peer' | 'header'>,
): string {
  if (rules.publicUrl === null && who.role === null) {
    throw new HttpError(
      503,
      'Failed to initiate call: PUBLIC_URL is not set, so Twilio cannot be told where to find us',
    );
  }
  return publicBase(rules, peer, header);
}
