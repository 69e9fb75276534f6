// The small parts of the server, each as a table: admission, tickets, addresses, public URL, forms, idempotency.

import { expect, test } from 'vitest';
import { Admission } from '../../src/server/calls/admission.js';
import { applyTwilioStatus, type TwilioReport } from '../../src/server/calls/call_registry.js';
import { Idempotency } from '../../src/server/calls/idempotency.js';
import { parseForm, parseJson } from '../../src/server/http/body.js';
import { HttpError } from '../../src/server/http/errors.js';
import { addressSet, isIn, isLocalRequest } from '../../src/server/http/peers.js';
import { publicBase, socketBase } from '../../src/server/http/public_url.js';
import { json } from '../../src/server/http/reply.js';
import { MediaTokens } from '../../src/server/media/media_tokens.js';

test('every slot is given once, the longest unused first, and none while draining', () => {
  const admission = new Admission(2);
  expect([admission.reserve(), admission.reserve(), admission.reserve()]).toEqual([0, 1, 'full']);
  expect([admission.inUse, admission.isFull]).toEqual([2, true]);
  admission.release(1);
  admission.release(0);
  expect(admission.reserve()).toBe(1);
  expect(() => admission.release(0)).toThrow('released once');
  admission.drain();
  expect(admission.reserve()).toBe('draining');
});

test('a ticket is good until its time, its use, or the end of its call', () => {
  const tokens = new MediaTokens(1000);
  const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
  const first = tokens.issue('CA1', 5, 'wss://h', 0);
  const second = tokens.issue('CA1', 5, 'wss://h', 100);
  const other = tokens.issue('CA2', 6, 'wss://h', 100);
  expect(first.streamUrl).toMatch(/^wss:\/\/h\/ws\/[\w-]{32}$/);
  expect(tokens.find(tokenOf(first.streamUrl), 999)).toBe(first);
  expect(tokens.find(tokenOf(first.streamUrl), 1000)).toBe('expired');
  expect(tokens.find(tokenOf(second.streamUrl), 1000)).toBe(second);
  expect(tokens.find('guess', 0)).toBe('unknown');
  tokens.spend('CA1');
  expect(tokens.find(tokenOf(second.streamUrl), 1000)).toBe('used');
  expect(tokens.find(tokenOf(other.streamUrl), 1000)).toBe(other);
  tokens.issue('CA3', 7, 'wss://h', 5000);
  expect(tokens.find(tokenOf(first.streamUrl), 5000)).toBe('unknown');
});

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

test('http becomes ws and https becomes wss', () => {
  expect([socketBase('http://a'), socketBase('https://https.example')]).toEqual(['ws://a', 'wss://https.example']);
});

test.each<[string, Record<string, string | string[]>]>([
  ['', {}],
  ['a=1&b=&c', { a: '1', b: '', c: '' }],
  ['a=1&a=&a=2', { a: ['1', '', '2'] }],
  ['From=%2B1415+555&x=%C3%BC', { From: '+1415 555', x: 'ü' }],
  ['x=%ZZ&y=%', { x: '%ZZ', y: '%' }],
  ['__proto__=x&constructor=y', { ['__proto__']: 'x', constructor: 'y' }],
])('the form %s', (body, expected) => {
  expect(Object.entries(parseForm(Buffer.from(body)))).toEqual(Object.entries(expected));
});

test('JSON must be JSON, in UTF-8', () => {
  expect(parseJson(Buffer.from('{"a":"ü"}'))).toEqual({ a: 'ü' });
  for (const bad of [Buffer.from(''), Buffer.from('{'), Buffer.from([0x22, 0xff, 0x22])]) {
    expect(() => parseJson(bad)).toThrow(HttpError);
  }
});

function reportOf(steps: [string, number | null, number | null][]): [string | null, number | null] {
  const report: TwilioReport = {
    ...{ status: null, seen: new Set<number>(), sequence: -1, durationS: null, answeredBy: null, streamError: null },
  };
  for (const [status, sequence, duration] of steps) {
    applyTwilioStatus(report, status as NonNullable<TwilioReport['status']>, sequence, duration);
  }
  return [report.status, report.durationS];
}
test.each<[string, [string, number | null, number | null][], [string | null, number | null]]>([
  [
    'in order',
    [
      ['initiated', 0, null],
      ['ringing', 1, null],
      ['completed', 3, 49],
    ],
    ['completed', 49],
  ],
  [
    'out of order',
    [
      ['ringing', 1, null],
      ['initiated', 0, null],
    ],
    ['ringing', null],
  ],
  [
    'the end first',
    [
      ['completed', 3, 49],
      ['in-progress', 2, null],
      ['ringing', 1, null],
    ],
    ['completed', 49],
  ],
  [
    'twice',
    [
      ['ringing', 1, null],
      ['ringing', 1, null],
    ],
    ['ringing', null],
  ],
  [
    'a second end',
    [
      ['busy', 2, 0],
      ['completed', 3, 7],
    ],
    ['busy', 7],
  ],
  [
    'without numbers',
    [
      ['ringing', null, null],
      ['initiated', null, null],
      ['in-progress', null, null],
    ],
    ['in-progress', null],
  ],
])('status callbacks %s', (_, steps, expected) => {
  expect(reportOf(steps)).toEqual(expected);
});

test('an idempotency key is forgotten after a day', async () => {
  const idempotency = new Idempotency();
  let made = 0;
  const run = (nowMs: number) => idempotency.run('k', Buffer.from('b'), nowMs, async () => json(200, ++made));
  expect((await run(0)).body).toBe('1');
  expect((await run(24 * 3600 * 1000 - 1)).body).toBe('1');
  expect((await run(24 * 3600 * 1000)).body).toBe('2');
});

test('a defect behind an idempotency key is not remembered', async () => {
  const idempotency = new Idempotency();
  const run = (make: () => Promise<never>) => idempotency.run('k', Buffer.from('b'), 0, make);
  await expect(run(() => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  await expect(run(() => Promise.reject(new TypeError('y')))).rejects.toThrow('y');
});
