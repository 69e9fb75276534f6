import { expect, test } from 'vitest';
import type { Role } from '../../../src/api_keys.js';
import { addressSet } from '../../../src/server/http/peers.js';
import { dialBase, publicBase } from '../../../src/server/http/public_url.js';

const PROXY = '10.0.0.1';
test.each<[string | null, string, Record<string, string>, string | number]>([
  [null, '9.9.9.9', { host: 'localhost:8765' }, 'http://localhost:8765'],
  [null, '9.9.9.9', { host: 'Voice.Example.com' }, 'http://Voice.Example.com'],
  [null, '9.9.9.9', { host: '[::1]:8765' }, 'http://[::1]:8765'],
  [
    null,
    PROXY,
    { host: 'inner:80', 'x-forwarded-host': 'v.example', 'x-forwarded-proto': 'https' },
    'https://v.example',
  ],
  [null, PROXY, { host: 'v.example', 'x-forwarded-proto': 'https' }, 'https://v.example'],
  [
    null,
    PROXY,
    { host: 'i', 'x-forwarded-host': 'a.example, b.example', 'x-forwarded-proto': 'https,http' },
    'https://a.example',
  ],
  [null, PROXY, { host: 'v.example', 'x-forwarded-proto': 'wss' }, 'https://v.example'],
  [null, PROXY, { host: 'v.example', 'x-forwarded-proto': 'gopher' }, 'http://v.example'],
  [
    null,
    '9.9.9.9',
    { host: 'v.example', 'x-forwarded-host': 'evil', 'x-forwarded-proto': 'https' },
    'http://v.example',
  ],
  ['https://set.example', PROXY, { host: 'x', 'x-forwarded-host': 'evil' }, 'https://set.example'],
  [null, '9.9.9.9', {}, 400],
  [null, '9.9.9.9', { host: 'a b' }, 400],
  [null, '9.9.9.9', { host: 'a/b' }, 400],
  [null, '9.9.9.9', { host: 'user@a' }, 400],
  [null, PROXY, { host: 'fine', 'x-forwarded-host': '"><Say>' }, 400],
])('PUBLIC_URL %s, peer %s, %j -> %s', (publicUrl, peer, headers, expected) => {
  const rules = { publicUrl, trustedProxies: addressSet(['10.0.0.0/8']) };
  const base = () => publicBase(rules, peer, (name) => headers[name] ?? '');
  if (typeof expected === 'string') expect(base()).toBe(expected);
  else expect(base).toThrow(expect.objectContaining({ status: expected }));
});

test.each<[string | null, Role | null, Record<string, string>, string | 503]>([
  [null, 'admin', { host: 'localhost:8765' }, 'http://localhost:8765'],
  [null, 'dialler', { host: 'v.example', 'x-forwarded-proto': 'https' }, 'https://v.example'],
  [null, null, { host: 'v.example' }, 503],
  [null, null, { host: 'localhost', 'x-forwarded-host': 'evil.example' }, 503],
  ['https://set.example', null, { host: 'evil.example' }, 'https://set.example'],
  ['https://set.example', 'admin', { host: 'evil.example' }, 'https://set.example'],
])(
  'with PUBLIC_URL %s, a dial asked for by role %s with %j points Twilio to %s',
  (publicUrl, role, headers, expected) => {
    const rules = { publicUrl, trustedProxies: addressSet(['0.0.0.0/0']) };
    const who = { name: 'x', role, isInside: false };
    const base = () => dialBase(rules, { who, peer: PROXY, header: (name: string) => headers[name] ?? '' });
    if (typeof expected === 'string') expect(base()).toBe(expected);
    else expect(base).toThrow(expect.objectContaining({ status: expected }));
  },
);
