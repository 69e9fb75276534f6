import { expect, test } from 'vitest';
import { addressSet, isIn, isLocalRequest } from '../../../src/server/http/peers.js';

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
  ['127.0.0.1', {}, true],
  ['127.8.8.8', {}, true],
  ['0000:0000:0000:0000:0000:0000:0000:0001', {}, true],
  ['::ffff:127.0.0.1', {}, true],
  ['192.168.0.7', {}, false],
  ['127.0.0.1', { 'x-forwarded-for': '127.0.0.1' }, true],
  ['127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, false],
  ['127.0.0.1', { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' }, false],
  ['127.0.0.1', { 'x-real-ip': '203.0.113.9' }, false],
  ['127.0.0.1', { forwarded: 'for=127.0.0.1' }, false],
  ['127.0.0.1', { 'x-forwarded-host': 'voice.example.com', 'x-forwarded-proto': 'https' }, true],
])('a request from %s with %j is local: %s', (peer, headers, expected) => {
  expect(isLocalRequest(peer, (name) => (headers as Record<string, string>)[name] ?? '')).toBe(expected);
});
