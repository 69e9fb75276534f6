import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProviderHealth } from '../../../src/server/health/provider_health.js';
import { type JsonBody, startTestServer, stopTestServer, type TestServer, until } from '../harness.js';

let t: TestServer;
afterEach(() => stopTestServer(t));

async function health() {
  const response = await fetch(`${t.base}/health`);
  return { status: response.status, body: (await response.json()) as JsonBody };
}
function report(provider: 'openai' | 'deepgram' | 'cartesia', ok: boolean, code: string | null) {
  t.runner.tell({ topic: 'provider', payload: { provider, ok, code, at: Date.now() } });
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
    '/cartesia/voices',
    '/deepgram/v1/projects',
    '/openai/v1/models',
  ]);
});

test('the question is not repeated with every look', async () => {
  await health();
  const asked = t.vendors.requests.length;
  await Promise.all([health(), health(), health()]);
  expect(t.vendors.requests).toHaveLength(asked);
});

test('a provider that fails in calls shows up, and so does its recovery', async () => {
  await health();
  report('openai', false, 'LLM_TIMEOUT');
  await until(async () => (await health()).body.services.openai === 'degraded');
  expect((await health()).status).toBe(200);
  report('openai', true, null);
  await until(async () => (await health()).body.services.openai === 'connected');
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
  expect([ready.status, await ready.json()]).toEqual([503, { detail: 'starting' }]);
});

test.each<[string, [boolean, string | null, number][], string, boolean]>([
  ['nothing was ever seen', [], 'unreachable', false],
  ['a success', [[true, null, 0]], 'connected', true],
  ['a failure', [[false, 'STT_CONNECT', 0]], 'unreachable', false],
  [
    'a failure after a success',
    [
      [true, null, 0],
      [false, 'STT_CONNECT', 1000],
    ],
    'degraded',
    true,
  ],
  [
    'a failure long after a success',
    [
      [true, null, -600_000],
      [false, 'STT_CONNECT', 0],
    ],
    'unreachable',
    false,
  ],
  [
    'a success after a failure',
    [
      [false, 'STT_CONNECT', 0],
      [true, null, 1000],
    ],
    'connected',
    true,
  ],
  [
    'old news that arrive late',
    [
      [true, null, 1000],
      [false, 'STT_CONNECT', 0],
    ],
    'connected',
    true,
  ],
  ['an overload', [[false, 'HTTP_429', 0]], 'degraded', true],
  [
    'a refused key',
    [
      [true, null, 0],
      [false, 'REFUSED', 1],
    ],
    'degraded',
    false,
  ],
])('%s', (_, news, state, isServing) => {
  const providers = new ProviderHealth();
  providers.add('deepgram', true, async () => ({ ok: true, code: null }));
  const now = 1e12;
  for (const [ok, code, at] of news) providers.observe('deepgram', ok, code, now + at);
  expect([providers.state('deepgram', now + 2000), providers.isServing('deepgram', now + 2000)]).toEqual([
    state,
    isServing,
  ]);
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
  expect([ready.status, await ready.json()]).toEqual([503, { detail: 'no worker thread keeps up' }]);
  const { status, body } = await health();
  expect([status, body.problems]).toEqual([503, ['no worker thread keeps up']]);
  t.runner.ready = true;
  expect((await fetch(`${t.base}/ready`)).status).toBe(200);
  expect((await health()).status).toBe(200);
  expect(await t.metrics()).toContain('ringline_workers_late 1');
});
