// Which addresses a tool may not reach: everything that is not the public internet. A model can be talked into asking for
// any URL, so the address that is connected to is what counts, not the name. Node's BlockList does the comparing.

import { BlockList, isIP } from 'node:net';

/** IANA's special-purpose registries (RFC 6890 and its updates): this host, private, shared, link-local, test, multicast. */
const V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
const V6 = [
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];
/** Prefixes that carry an IPv4 address inside: the inner one decides. NAT64 and 6to4. */
const CARRIES_V4: [prefix: string, bytesBefore: number][] = [
  ['64:ff9b::', 12],
  ['2002::', 2],
];

const blocked = new BlockList();
for (const subnet of V4) addSubnet(subnet, 'ipv4');
for (const subnet of V6) addSubnet(subnet, 'ipv6');
const nat64 = new BlockList();
nat64.addSubnet(CARRIES_V4[0][0], 96, 'ipv6');
const sixToFour = new BlockList();
sixToFour.addSubnet(CARRIES_V4[1][0], 16, 'ipv6');

/** True for an address that no tool may reach unless its agent says so; also for what is no IP address. */
export function isPrivateAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return blocked.check(address, 'ipv4');
  if (kind !== 6) return true;
  const plain = address.split('%')[0];
  // IPv4-mapped addresses are compared with the IPv4 rules by BlockList itself.
  if (blocked.check(plain, 'ipv6')) return true;
  const inner = innerV4(plain);
  return inner !== null && blocked.check(inner, 'ipv4');
}

function innerV4(address: string): string | null {
  const at = nat64.check(address, 'ipv6')
    ? CARRIES_V4[0][1]
    : sixToFour.check(address, 'ipv6')
      ? CARRIES_V4[1][1]
      : null;
  if (at === null) return null;
  return bytesOf(address)
    .slice(at, at + 4)
    .join('.');
}

/** The sixteen bytes of an IPv6 address that isIP has accepted. */
function bytesOf(address: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted
    ? address.replace(dotted[0], `${hex(dotted[1], dotted[2])}:${hex(dotted[3], dotted[4])}`)
    : address;
  const [head, tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  const words = [...before, ...new Array<string>(gap).fill('0'), ...after];
  return words.flatMap((word) => {
    const value = Number.parseInt(word, 16);
    return [value >> 8, value & 0xff];
  });
}

function hex(high: string, low: string): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}

function addSubnet(subnet: string, family: 'ipv4' | 'ipv6'): void {
  const [address, prefix] = subnet.split('/');
  blocked.addSubnet(address, Number(prefix), family);
}
