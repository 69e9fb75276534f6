import { afterEach, beforeEach, expect, test } from 'vitest';
import { CARTESIA_VERSION, probeCartesia } from '../../../src/providers/cartesia/probe.js';
import { FakeVendors } from '../../server/harness.js';

let vendors: FakeVendors;
beforeEach(async () => {
  vendors = await new FakeVendors().start();
});
afterEach(() => vendors.close());

const probe = () => probeCartesia({ apiKey: 'k', baseUrl: vendors.url.replace('http', 'ws'), voiceId: 'a voice' });

test('asks for the voice, with key and version', async () => {
  expect(await probe()).toMatchObject({ ok: true });
  const [{ path, headers }] = vendors.requests;
  expect(path).toBe('/voices/a%20voice');
  expect(headers).toMatchObject({ authorization: 'Bearer k', 'cartesia-version': CARTESIA_VERSION });
});

test.each([
  [404, { error_code: 'voice_not_found', title: 'Voice not found' }, 'VOICE_NOT_FOUND'],
  [404, { detail: 'no such page' }, null],
  [401, { error_code: 'unauthorized' }, 'REFUSED'],
  [429, {}, 'HTTP_429'],
])('%i %j', async (status, body, code) => {
  vendors.answer = () => ({ status, body });
  expect((await probe()).code).toBe(code);
});
