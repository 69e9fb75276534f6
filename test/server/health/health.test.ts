import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JsonBody, startTestServer, stopTestServer, type TestServer, until } from '../harness.js';

let t: TestServer;
afterEach(() => stopTestServer(t));

async function health() {
  const response = await fetch(`${t.base}/health`);
  return { status: response.status, body: (await response.json()) as JsonBody };
}
function report(provider: 'openai' | 'deepgram' | 'cartesia', ok: boolean, code: string | null, refused = false) {
  t.runner.tell({ topic: 'provider', payload: { provider, ok, code, refused, at: Date.now() } });
}

beforeEach(async () => {
  t = await startTestServer();
});

test('healthy means that every service was asked and answered', async () => {
  const { status, body } = await health();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'healthy',
    services: { twilio: 'connected', openai: 'connected', deepgram: 'connected', cartesia: 'connected' },
    problems: [],
    dsp: 'native',
    vad: 'onnx',
  });
  expect(Date.parse(body.timestamp)).toBeGreaterThan(Date.now() - 60_000);
  const asked = t.vendors.requests.map(({ path }) => path).sort();
  expect(asked).toEqual([
    expect.stringMatching(/^\/2010-04-01\/Accounts\/AC[a1]+\.json$/),
    expect.stringMatching(/^\/cartesia\/voices\/[0-9a-f-]{36}$/),
    '/deepgram/v1/projects',
    '/openai/v1/models/gpt-6-luna',
  ]);
});

test('the question is not repeated with every look', async () => {
  await health();
  const asked = t.vendors.requests.length;
  await Promise.all([health(), health(), health()]);
  expect(t.vendors.requests).toHaveLength(asked);
});

test('a provider that fails in calls shows up, and so does its recovery', async () => {
  report('openai', true, null);
  report('openai', false, 'LLM_TIMEOUT');
  await until(async () => (await health()).body.services.openai === 'degraded');
  expect((await health()).status).toBe(200);
  report('openai', true, null);
  await until(async () => (await health()).body.services.openai === 'connected');
});

test('every call is refused: unhealthy, whatever the probes say', async () => {
  expect((await health()).status).toBe(200);
  report('openai', false, 'LLM_REQUEST', true);
  await until(async () => (await health()).status === 503);
  expect((await health()).body.problems).toEqual(['openai is degraded: calls are refused, LLM_REQUEST']);
});

test('a model with a day of its end: a warning, and no problem', async () => {
  await stopTestServer(t);
  t = await startTestServer({ OPENAI_MODEL: 'gpt-4o-mini' }, ({ path }) => ({
    status: 200,
    body: path.startsWith('/openai') ? { id: 'gpt-4o-mini', shutdown_date: '2027-01-14' } : {},
  }));
  const { status, body } = await health();
  expect([status, body.problems]).toEqual([200, []]);
  expect(body.warnings).toEqual([expect.stringMatching(/gpt-4o-mini .*shut down on 2027-01-14/)]);
});

test('keys that may serve calls and not look at these pages are no problem', async () => {
  await stopTestServer(t);
  t = await startTestServer({}, ({ path }) =>
    path.startsWith('/openai')
      ? { status: 403, body: { error: { code: 'missing_scope', message: 'Missing scopes: api.model.read' } } }
      : path.startsWith('/deepgram')
        ? { status: 403, body: { category: 'INSUFFICIENT_PERMISSIONS' } }
        : { status: 200 },
  );
  const { status, body } = await health();
  expect([status, body.problems]).toEqual([200, []]);
});

test('a service that is away makes the server unhealthy, with the reason', async () => {
  await stopTestServer(t);
  t = await startTestServer({ DEEPGRAM_BASE_URL: 'http://127.0.0.1:9' });
  const { status, body } = await health();
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: 'unhealthy', problems: ['deepgram is unreachable: NETWORK'] });
  expect(body.services.deepgram).toBe('unreachable');
});

test('a refused key makes it unhealthy although the service is there', async () => {
  await stopTestServer(t);
  t = await startTestServer({}, ({ path }) => ({ status: path.startsWith('/cartesia') ? 401 : 200 }));
  const { status, body } = await health();
  expect([status, body.problems]).toEqual([503, ['cartesia is degraded: REFUSED']]);
});

test('without Twilio account it says not_configured, and calls can still be served', async () => {
  await stopTestServer(t);
  t = await startTestServer({ TWILIO_VALIDATE: 'off', TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' });
  const { status, body } = await health();
  expect([status, body.services.twilio]).toEqual([200, 'not_configured']);
});

test('no key and no secret is in the answer', async () => {
  const text = JSON.stringify((await health()).body) + (await t.metrics());
  for (const secret of ['openai-key', 'deepgram-key', 'cartesia-key', '"12345"']) expect(text).not.toContain(secret);
});

test('without a worker it is unhealthy and not ready', async () => {
  t.runner.ready = false;
  expect((await health()).body.problems).toEqual(['no worker thread is running']);
  const ready = await fetch(`${t.base}/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { detail: 'starting' }]);
});

test('strangers are told whether we are well, and nothing of how busy we are or what is wrong', async () => {
  const response = await fetch(`${t.base}/health`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect(response.status).toBe(200);
  const body = (await response.json()) as JsonBody;
  expect(Object.keys(body).sort()).toEqual(['services', 'status', 'timestamp']);
});

test('an address in METRICS_ALLOW is told everything', async () => {
  await stopTestServer(t);
  t = await startTestServer({ METRICS_ALLOW: '127.0.0.1' });
  const { body } = await health();
  expect(body).toHaveProperty('observed');
});

test('worker threads that do not keep up make it not ready; as long as one does, calls are taken', async () => {
  Object.assign(t.runner, { ready: false, late: 1 });
  const ready = await fetch(`${t.base}/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { detail: 'no worker thread keeps up' }]);
  const { status, body } = await health();
  expect([status, body.problems]).toEqual([503, ['no worker thread keeps up']]);
  t.runner.ready = true;
  expect((await fetch(`${t.base}/ready`)).status).toBe(200);
  expect((await health()).status).toBe(200);
  expect(await t.metrics()).toContain('ringline_workers_late 1');
});

test.each([
  ['off', 200],
  ['on', 503],
])(
  'a Redis that is away is a warning; with REDIS_REQUIRED=%s new calls are answered with %i',
  async (required, ready) => {
    await stopTestServer(t);
    t = await startTestServer({ REDIS_URL: 'redis://127.0.0.1:9', REDIS_REQUIRED: required });
    const { status, body } = await health();
    expect(status).toBe(200);
    expect(body.store).toMatchObject({ kind: 'redis', connected: false });
    expect(body.warnings).toEqual([expect.stringMatching(/^Redis is away since 20/)]);
    expect((await fetch(`${t.base}/ready`)).status).toBe(ready);
  },
);

test('without Redis the store is memory, and never away', async () => {
  expect((await health()).body.store).toEqual({ kind: 'memory', connected: true, away_since: null, fallbacks: 0 });
});
