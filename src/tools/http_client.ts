// The requests of tools: public addresses only, checked when the connection is made (a name may point anywhere, and
// elsewhere a moment later) and again at every redirect; bounded in time and size. undici, as for the vendors.

import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { isPrivateAddress } from './private_addresses.js';
import { ToolError } from './tool.js';

const REDIRECTS_MAX = 3;
/** Of an answer; more is cut off. */
const BODY_BYTES_MAX = 256 * 1024;
const CONNECT_TIMEOUT_MS = 3000;
/** Connections to one server: a slow one must not gather hundreds. */
const CONNECTIONS_MAX = 64;
/** Not carried to another server. */
const OWN_HEADERS = /^(authorization|cookie|proxy-authorization|x-.*(key|token|secret).*)$/i;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  /** Private and link-local addresses are allowed. */
  mayBePrivate: boolean;
}

export interface HttpAnswer {
  status: number;
  contentType: string;
  text: string;
}

/** One client a thread: it keeps connections. Safe to close twice. */
export class ToolHttpClient {
  readonly #publicOnly = new Agent({
    connections: CONNECTIONS_MAX,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: publicLookup },
  });
  readonly #anywhere = new Agent({ connections: CONNECTIONS_MAX, connect: { timeout: CONNECT_TIMEOUT_MS } });

  /**
   * Sends it, follows redirects of GET. Rejects with ToolError `refused` for an address that is not allowed, with what undici
   * says otherwise. Answers of any status resolve.
   */
  async send(first: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let { url, headers } = first;
    for (let redirects = 0; ; redirects++) {
      const target = checkedUrl(url, first.mayBePrivate);
      const answer = await request(target, {
        method: first.method,
        headers,
        body: first.body,
        signal,
        dispatcher: first.mayBePrivate ? this.#anywhere : this.#publicOnly,
      });
      const { location } = answer.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.statusCode) && typeof location === 'string';
      if (!isRedirect || first.method !== 'GET') {
        const contentType = String(answer.headers['content-type'] ?? '');
        return { status: answer.statusCode, contentType, text: await bounded(answer.body) };
      }
      answer.body.on('error', () => {}).destroy();
      if (redirects >= REDIRECTS_MAX) throw new ToolError('failed', 'too many redirects');
      const next = new URL(location, target);
      if (next.origin !== target.origin) headers = withoutOwn(headers);
      url = next.href;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#publicOnly.destroy(), this.#anywhere.destroy()]);
  }
}

function checkedUrl(url: string, mayBePrivate: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || !/^https?:$/.test(target.protocol))
    throw new ToolError('refused', 'not an http or https address');
  if (target.username !== '' || target.password !== '')
    throw new ToolError('refused', 'no user and password in an address');
  // No name is looked up for a number.
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (!mayBePrivate && isIP(host) !== 0 && isPrivateAddress(host)) throw refused();
  return target;
}

/** Looks a name up, and fails when any of its addresses is private: the connection may take any of them. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4);
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(refused(), '', 4);
    if (options.all) return (callback as unknown as (e: null, a: typeof addresses) => void)(null, addresses);
    callback(null, addresses[0].address, addresses[0].family);
  });
};

function refused(): ToolError {
  return new ToolError('refused', 'that address is not reachable from here');
}

function withoutOwn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name)));
}

async function bounded(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) break; // leaving the loop destroys the body
  }
  return Buffer.concat(parts).subarray(0, BODY_BYTES_MAX).toString('utf8');
}
