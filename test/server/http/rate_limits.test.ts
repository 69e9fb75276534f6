import { afterEach, expect, test } from 'vitest';
import type { Who } from '../../../src/server/http/access.js';
import { ANYBODY } from '../../../src/server/http/access.js';
import { HttpError } from '../../../src/server/http/errors.js';
import { networkOf } from '../../../src/server/http/peers.js';
import { type LimitName, RateLimits } from '../../../src/server/http/rate_limits.js';
import { handshake, metric, newCallSid, startTestServer, stopTestServer, type TestServer } from '../harness.js';

const CRM: Who = { name: 'crm', role: 'dialler', isInside: true };
const ERP: Who = { name: 'erp', role: 'dialler', isInside: true };
const none = { key: 0, peer: 0, webhook: 0 };

function limitsOf(perSecond: Partial<typeof none>, redis?: unknown): { limits: RateLimits; limited: LimitName[] } {
  const limited: LimitName[] = [];
  const all = { ...none, ...perSecond };
  return { limits: new RateLimits({ perSecond: all, redis, onLimited: (limit) => limited.push(limit) }), limited };
}
/** How many of `times` requests pass. */
async function passed(times: number, ask: () => Promise<void>): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: times }, ask));
  return results.filter(({ status }) => status === 'fulfilled').length;
}

test('ten seconds of a setting pass at once, the next is told when to come back', async () => {
  const { limits, limited } = limitsOf({ key: 2 });
  expect(await passed(25, () => limits.count('read', CRM, '10.0.0.1'))).toBe(20);
  expect(limited).toEqual(Array(5).fill('key'));
  const refusal = await limits.count('read', CRM, '10.0.0.2').catch((thrown: HttpError) => thrown);
  expect(refusal).toBeInstanceOf(HttpError);
  expect(refusal).toMatchObject({ status: 429 });
  expect(Number((refusal as HttpError).headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(Number((refusal as HttpError).headers['retry-after'])).toBeLessThanOrEqual(10);
  // Everybody has their own.
  expect(await passed(20, () => limits.count('read', ERP, '10.0.0.1'))).toBe(20);
});

test('who has no key is counted by address, webhooks on their own', async () => {
  const { limits, limited } = limitsOf({ peer: 1, webhook: 3 });
  expect(await passed(15, () => limits.count('anybody', ANYBODY, '10.0.0.1'))).toBe(10);
  expect(await passed(10, () => limits.count('read', ANYBODY, '10.0.0.2'))).toBe(10);
  expect(await passed(35, () => limits.count('twilio', ANYBODY, '10.0.0.1'))).toBe(30);
  expect(limited).toEqual([...Array(5).fill('peer'), ...Array(5).fill('webhook')]);
  expect(await passed(1000, () => limits.count('read', CRM, '10.0.0.1'))).toBe(1000);
});

test('what a balancer asks is never too often', async () => {
  const { limits, limited } = limitsOf({ peer: 1, key: 1 });
  expect(await passed(100, () => limits.count('anybody', ANYBODY, '10.0.0.1'))).toBe(10);
  expect(await passed(100, () => limits.count('probe', ANYBODY, '10.0.0.1'))).toBe(100);
  expect(limited).toHaveLength(90);
});

test('a Redis that refuses or hangs lets people in', async () => {
  const broken = { status: 'ready', defineCommand: () => {}, rlflxIncr: () => Promise.reject(new Error('READONLY')) };
  const refusing = limitsOf({ key: 1 }, broken);
  expect(await passed(12, () => refusing.limits.count('read', CRM, 'a'))).toBe(10);
  const hanging = limitsOf({ key: 1 }, { ...broken, rlflxIncr: () => new Promise(() => {}) });
  expect(await passed(12, () => hanging.limits.count('read', CRM, 'a'))).toBe(12);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['0000:0000:0000:0000:0000:ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::99', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['unknown', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

let t: TestServer | null = null;
afterEach(async () => {
  if (t !== null) await stopTestServer(t);
  t = null;
});

test('a flood of requests gets 429 in JSON while calls come in', async () => {
  t = await startTestServer({ RATE_LIMIT_KEY: '1', RATE_LIMIT_PEER: '1' });
  const { base } = t;
  const dial = () => fetch(`${base}/outbound`, { method: 'POST', body: '{"to_number":"+1"}' });
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await dial()).status);
  expect(statuses).toEqual([...Array(10).fill(422), 429, 429]);
  const last = await dial();
  expect(last.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await last.json()).toMatchObject({ detail: 'too many requests', request_id: expect.any(String) });
  const media = t.connect(await t.ring(newCallSid()));
  expect(await handshake(media)).toBe('open');
  media.close();
});

test('who guesses keys is soon not even told that they are wrong', async () => {
  t = await startTestServer({ API_KEYS: 'crm:read:a-key-that-is-long-enough', RATE_LIMIT_PEER: '1' });
  const { base } = t;
  const guess = (key: string) => fetch(`${base}/calls`, { headers: { authorization: `Bearer ${key}` } });
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await guess(`guess-${i}`)).status);
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  const good = await guess('a-key-that-is-long-enough');
  expect(good.status).toBe(200);
  const metrics = await fetch(`${base}/metrics`, { headers: { authorization: 'Bearer a-key-that-is-long-enough' } });
  expect(metric(await metrics.text(), 'ringline_http_limited_total{limit="peer"}')).toBe(2);
});

test('webhooks beyond their own limit are not even hashed', async () => {
  t = await startTestServer({ RATE_LIMIT_WEBHOOK: '1' });
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) {
    statuses.push((await t.webhook('/twilio/status', { CallSid: newCallSid(), CallStatus: 'ringing' })).status);
  }
  expect(statuses).toEqual([...Array(10).fill(204), 429, 429]);
});
