import { expect, test } from 'vitest';
import { addressSet, clientAddress, isIn, isLocalRequest } from '../../../src/server/http/peers.js';

test.each([
  ['10.0.0.0/8,::1/128', '10.9.8.7', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.5', '10.0.0.5', true],
  ['10.0.0.5', '10.0.0.6', false],
  ['10.0.0.0/8', '::ffff:10.1.1.1', true],
  ['10.0.0.0/8', '0000:0000:0000:0000:0000:ffff:0a01:0101', true],
  ['2001:db8::/32', '2001:0db8:0000:0000:0000:0000:0000:0001', true],
  ['0.0.0.0/0', 'not an address', false],
])('in %s: %s is %s', (items, address, expected) => {
  expect(isIn(addressSet(items.split(',')), address)).toBe(expected);
});

test.each([
  ['127.0.0.1', 'localhost', true],
  ['127.8.8.8', 'localhost:8765', true],
  ['127.0.0.1', 'LocalHost:1', true],
  ['0000:0000:0000:0000:0000:0000:0000:0001', '[::1]:8765', true],
  ['::ffff:127.0.0.1', '127.0.0.1:8765', true],
  ['192.168.0.7', 'localhost:8765', false],
  ['203.0.113.9', '127.0.0.1', false],
  // A proxy on this machine that passes the outside name on, an attacker who chose it, a name made to resolve to us.
  ['127.0.0.1', 'voice.example.com', false],
  ['127.0.0.1', 'evil.example:8765', false],
  ['127.0.0.1', 'localhost.evil.example', false],
  ['127.0.0.1', 'evil.localhost', false],
  ['127.0.0.1', '127.0.0.1.nip.io', false],
  ['127.0.0.1', 'localhost@evil.example', false],
  ['127.0.0.1', 'localhost:8765:1', false],
  ['127.0.0.1', 'localhost:', false],
  ['127.0.0.1', 'localhost, evil.example', false],
  ['127.0.0.1', '127.0.0.2', false],
  ['127.0.0.1', '0.0.0.0:8765', false],
  ['127.0.0.1', '::1', false],
  ['127.0.0.1', '192.168.0.7:8765', false],
  ['127.0.0.1', '', false],
])('a request from %s to Host "%s" is local: %s', (peer, host, expected) => {
  expect(isLocalRequest(peer, (name) => (name === 'host' ? host : ''))).toBe(expected);
});

test.each([
  ...['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'X-Forwarded', 'Forwarded', 'Via', 'X-Real-IP'],
  ...['X-Client-IP', 'X-Cluster-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'Fly-Client-IP', 'Fastly-Client-IP'],
  ...['X-Original-Host', 'X-Forwarded-Server', 'X-Azure-ClientIP', 'X-Envoy-External-Address', 'CDN-Loop'],
])('a header %s means that somebody else is spoken for, whoever it names', (name) => {
  for (const value of ['203.0.113.9', '127.0.0.1', 'for=127.0.0.1', 'localhost', '1']) {
    const headers: Record<string, string> = { host: 'localhost:8765', [name.toLowerCase()]: value };
    expect(isLocalRequest('127.0.0.1', (wanted) => headers[wanted] ?? '')).toBe(false);
  }
});

test.each([
  ['203.0.113.9', '', '203.0.113.9'],
  // Only a trusted proxy's word counts, and of it only what our proxies wrote: the client may have begun the list.
  ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '198.51.100.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
  ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['10.0.0.1', '', '10.0.0.1'],
  ['10.0.0.1', 'unknown', '10.0.0.1'],
])('the client of a request from %s with X-Forwarded-For "%s" is %s', (peer, hops, expected) => {
  expect(clientAddress(addressSet(['10.0.0.0/8']), peer, (name) => (name === 'x-forwarded-for' ? hops : ''))).toBe(
    expected,
  );
});
