// Who is at the other end of a connection, and whether its forwarding headers count. Addresses are matched by Node's
// BlockList, which knows CIDR blocks and IPv4 addresses in IPv6 clothes.

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

export function isLoopback(address: string): boolean {
  return isIn(LOOPBACK, address);
}

/** Headers by which a proxy or tunnel names the client it speaks for. */
const CLIENT_HEADERS = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip'];

/**
 * Did the request begin on this machine? The connection must come from loopback, and no header may say that it is
 * forwarded for somebody else: a tunnel's agent also connects from loopback. (A proxy that adds none of these headers
 * can't be told from a local client; in front of such a proxy set API keys.)
 */
export function isLocalRequest(peer: string, header: (name: string) => string): boolean {
  if (!isLoopback(peer)) return false;
  return CLIENT_HEADERS.every((name) => {
    const value = header(name);
    return value === '' || value.split(',').every((item) => isLoopback(item.trim()));
  });
}
