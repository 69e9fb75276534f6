// Who is at the other end of a connection, and whether the request began there. Addresses are matched by Node's BlockList,
// which knows CIDR blocks and IPv4 addresses in IPv6 clothes.

import { BlockList, isIP } from 'node:net';

const LOOPBACK = addressSet(['127.0.0.0/8', '::1/128']);

/** A set of addresses and CIDR blocks, already checked by config.ts. */
export function addressSet(items: readonly string[]): BlockList {
  const set = new BlockList();
  for (const item of items) {
    const [address, bits] = item.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) set.addAddress(address, family);
    else set.addSubnet(address, Number(bits), family);
  }
  return set;
}

/** Is `address` (text, v4 or v6) in the set? Anything that is no address is in none. */
export function isIn(set: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && set.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * What one client can have of addresses: an IPv4 address, or the /64 of an IPv6 one, in which a client has as many as it
 * likes. Text that is no address stays as it is.
 */
export function networkOf(address: string): string {
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1];
  if (isIP(address) !== 6) return address;
  const [head, tail] = address
    .split('%')[0]
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  const groups = [...head, ...zeros, ...(tail ?? [])].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

export function isLoopback(address: string): boolean {
  return isIn(LOOPBACK, address);
}

/**
 * Headers that proxies, tunnels and content networks add. Any one of them, whatever it says, means that the request may
 * have begun elsewhere; a client of this machine sends none.
 */
const FORWARDING_HEADERS = [
  ...['forwarded', 'forwarded-for', 'via', 'x-forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
  ...['x-forwarded-port', 'x-forwarded-by', 'x-forwarded-server', 'x-forwarded-scheme', 'x-forwarded-protocol'],
  ...['x-forwarded-ssl', 'x-forwarded-prefix', 'x-forwarded-uri', 'x-forwarded-path', 'x-forwarded-method'],
  ...['x-forwarded-user', 'x-forwarded-client-cert', 'x-original-forwarded-for', 'x-original-host', 'x-original-url'],
  ...['x-original-uri', 'x-rewrite-url', 'x-host', 'x-scheme', 'x-url-scheme', 'front-end-https', 'x-nginx-proxy'],
  ...['x-real-ip', 'x-real-port', 'x-client-ip', 'client-ip', 'x-cluster-client-ip', 'x-proxyuser-ip', 'x-remote-ip'],
  ...['x-remote-addr', 'x-originating-ip', 'true-client-ip', 'x-true-client-ip', 'do-connecting-ip', 'cdn-loop'],
  ...['cf-connecting-ip', 'cf-connecting-ipv6', 'cf-ray', 'cf-visitor', 'fastly-client-ip', 'fly-client-ip'],
  ...['fly-forwarded-proto', 'x-appengine-user-ip', 'x-azure-clientip', 'x-azure-socketip', 'x-arr-ssl'],
  ...['x-envoy-external-address', 'x-envoy-original-path', 'x-vercel-forwarded-for', 'tailscale-user-login'],
];
/** The names by which a client on this machine calls it. Any other name, also one that resolves to 127.0.0.1, is a web
 *  page's or a proxy's: a page may point a name of its own at our address and then reads our answers. */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * The address of the client that a trusted proxy speaks for, else the peer's own. Good for counting and limiting, not
 * for letting anybody in: of the list in X-Forwarded-For only what our own proxies appended is theirs.
 */
export function clientAddress(trustedProxies: BlockList, peer: string, header: (name: string) => string): string {
  const hops = header('x-forwarded-for').split(',');
  let client = peer;
  while (hops.length > 0 && isIn(trustedProxies, client)) {
    const hop = hops.pop()?.trim() ?? '';
    if (isIP(hop) === 0) break;
    client = hop;
  }
  return client;
}

/** Does the request say that it comes through somebody else? */
export function isForwarded(header: (name: string) => string): boolean {
  return FORWARDING_HEADERS.some((name) => header(name) !== '');
}

/**
 * Did the request begin on this machine? The connection comes from loopback, the Host header says so too, and nothing
 * says that somebody else is spoken for. A proxy or a tunnel's agent on this machine also connects from loopback: what
 * it forwards carries the outside name as Host, or one of its headers. Only a proxy that rewrites Host to localhost and
 * adds no header at all can't be told from a local client.
 */
export function isLocalRequest(peer: string, header: (name: string) => string): boolean {
  return isLoopback(peer) && LOCAL_HOST.test(header('host')) && FORWARDING_HEADERS.every((name) => header(name) === '');
}
