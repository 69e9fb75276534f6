// The table against the running server: each endpoint, asked by nobody, by a wrong key and by a key of each role.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROLES, type Role } from '../../../src/api_keys.js';
import { ACCESS, type Access, METHODS_OF } from '../../../src/server/http/access.js';
import { newCallSid, restCall, startTestServer, stopTestServer, type TestServer } from '../harness.js';

const keyOf = (role: Role) => `the-key-of-a-${role}-of-ours`;
let t: TestServer;
beforeAll(async () => {
  const keys = ROLES.map((role) => `${role}1:${role}:${keyOf(role)}`).join(',');
  t = await startTestServer({ API_KEYS: keys }, () => ({ status: 201, body: restCall({}) }));
});
afterAll(() => stopTestServer(t));

function ask(endpoint: string, key: string | null): Promise<Response> {
  const [method, pattern] = endpoint.split(' ');
  const path = pattern.replace(':call_sid', newCallSid()).replace(/:\w+/, 'x');
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  return fetch(t.base + path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
}

const ENDPOINTS = Object.entries(ACCESS) as [string, Access][];
const OPEN: readonly string[] = ['anybody', 'probe', 'twilio'];
const GUARDED = ENDPOINTS.filter(([, access]) => !OPEN.includes(access));

test.each(GUARDED)('%s: nobody without a good key', async (endpoint) => {
  for (const key of [null, 'no-key-of-ours', keyOf('admin').slice(1)]) {
    const response = await ask(endpoint, key);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="ringline"/);
    expect(await response.json()).toMatchObject({ detail: expect.any(String) });
  }
});

test.each(GUARDED)('%s: a key of role %s, or of more', async (endpoint, least) => {
  for (const role of ROLES) {
    const response = await ask(endpoint, keyOf(role));
    await response.arrayBuffer();
    const isEnough = least === 'inside' || ROLES.indexOf(role) >= ROLES.indexOf(least as Role);
    if (isEnough) expect([401, 403]).not.toContain(response.status);
    else expect([role, response.status]).toEqual([role, 403]);
  }
});

test.each(ENDPOINTS.filter(([, access]) => OPEN.includes(access)))(
  '%s asks for no key: %s',
  async (endpoint, access) => {
    const response = await ask(endpoint, null);
    await response.arrayBuffer();
    expect(response.status).not.toBe(401);
    if (access === 'twilio') expect(response.status).toBe(403);
  },
);

test('the methods of a path are those of the table', () => {
  expect(METHODS_OF.get('/calls/:call_sid')).toEqual(['GET', 'DELETE']);
});
