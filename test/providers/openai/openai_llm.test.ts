// The connections of the OpenAI client, and making them ready.

import { describe, expect, test } from 'vitest';
import { hooks, llm, newProbe, probe, provider, server, settled, start, WHOLE } from './openai_stage.js';

test('one connection serves one reply after the other', async () => {
  server.answers = [WHOLE];
  provider();
  for (let i = 0; i < 4; i++) {
    newProbe();
    start();
    await probe.ended();
    await settled();
  }
  expect(server.connections).toBe(1);
});

describe('warming', () => {
  test('opens a connection that the first reply uses', async () => {
    server.answers = [WHOLE];
    provider();
    llm.warm();
    await server.until(() => server.modelRequests === 1, 'warming');
    await settledWarming();
    start();
    await probe.ended();
    expect(server.connections).toBe(1);
  });

  test('a burst of webhooks warms once', async () => {
    provider();
    for (let i = 0; i < 50; i++) llm.warm();
    await server.until(() => server.modelRequests === 1, 'warming');
    llm.warm();
    expect(server.modelRequests).toBe(1);
  });

  test.each([
    [200, '{"id":"m","object":"model"}'],
    [401, '{"error":{"code":"invalid_api_key"}}'],
    [403, '{"error":{"code":"missing_scope"}}'],
    [404, '{"error":{"code":"model_not_found"}}'],
    [404, 'no such path'],
    [500, '{"error":{"code":null}}'],
  ])('an answer of %i %s says nothing about replies', async (status, answer) => {
    server.modelStatus = status;
    server.modelAnswer = answer;
    server.answers = [WHOLE];
    provider();
    llm.warm();
    await server.until(() => server.modelRequests === 1, 'warming');
    start();
    await probe.ended();
    expect(hooks.results).toEqual([{ ok: true, code: null }]);
  });
});

/** The connection is free again once its reader has seen the end of the small answer. */
async function settledWarming(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test('an agent’s own model is asked, and what it refuses is remembered for it alone', async () => {
  provider();
  const refusal = '{"error":{"param":"temperature","code":"unsupported_parameter","message":"no"}}';
  server.answers = [(res) => res.writeHead(400, { 'content-type': 'application/json' }).end(refusal), WHOLE];
  start({ model: 'gpt-4.1-mini' });
  await probe.ended();
  await settled();
  server.answers = [WHOLE];
  newProbe();
  start({ model: 'gpt-4.1-mini' });
  await probe.ended();
  await settled();
  newProbe();
  start();
  await probe.ended();
  const bodies = server.bodies.map((body) => [body['model'], 'temperature' in body]);
  expect(bodies).toEqual([
    ['gpt-4.1-mini', true],
    ['gpt-4.1-mini', false],
    ['gpt-4.1-mini', false],
    ['gpt-6-luna', true],
  ]);
});
