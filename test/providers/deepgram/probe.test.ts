import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeDeepgram } from '../../../src/providers/deepgram/probe.js';
import { FakeVendors } from '../../server/harness.js';

let vendors: FakeVendors;
beforeEach(async () => {
  vendors = await new FakeVendors().start();
});
afterEach(() => vendors.close());

test.each([
  [200, { projects: [] }, null],
  [403, { category: 'INSUFFICIENT_PERMISSIONS' }, null],
  [401, { err_code: 'INVALID_AUTH' }, 'REFUSED'],
  [502, 'bad gateway', 'HTTP_502'],
])('%i %j', async (status, body, code) => {
  vendors.answer = () => ({ status, body });
  expect((await probeDeepgram({ apiKey: 'k', baseUrl: vendors.url })).code).toBe(code);
  const [{ path, headers }] = vendors.requests;
  expect([path, headers.authorization]).toEqual(['/v1/projects', 'Token k']);
});
