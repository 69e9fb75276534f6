// Benches the server's HTTP side while calls run: the signed voice webhook, /health and /metrics, one after the other,
// gently enough that the calls are what is measured and hard enough that a slow route shows.

import autocannon from 'autocannon';
import { sid } from './simulators/twilio/call_stream.js';
import { signForm } from './simulators/twilio/signer.js';

export interface HttpRoute {
  route: string;
  requests: number;
  perSecond: number;
  latencyMs: { p50: number; p99: number; max: number };
  /** Answers by first digit, and requests that got none. */
  status2xx: number;
  not2xx: number;
  errors: number;
}
export type HttpBench = HttpRoute[];

const CONNECTIONS = 4;
/** Offered load; the bench reports what came back and how fast, it does not look for the maximum. */
const REQUESTS_PER_S = { webhook: 20, health: 50, metrics: 5 };
const SECONDS_MAX = 10;

/**
 * @param seconds length of the whole window; each route gets a quarter of it
 */
export async function benchHttp(serverUrl: string, authToken: string, seconds: number): Promise<HttpBench> {
  const duration = Math.min(SECONDS_MAX, Math.max(1, Math.floor(seconds / 4)));
  const webhook = signedWebhook(serverUrl, authToken);
  const results: HttpBench = [];
  const routes: [string, number, Partial<autocannon.Options>][] = [
    ['POST /', REQUESTS_PER_S.webhook, webhook],
    ['GET /health', REQUESTS_PER_S.health, { url: `${serverUrl}/health` }],
    ['GET /metrics', REQUESTS_PER_S.metrics, { url: `${serverUrl}/metrics` }],
  ];
  for (const [route, overallRate, options] of routes) {
    const result = await autocannon({
      url: serverUrl,
      ...options,
      connections: CONNECTIONS,
      overallRate,
      duration,
    });
    results.push({
      route,
      requests: result.requests.total,
      perSecond: result.requests.average,
      latencyMs: { p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
      status2xx: result['2xx'],
      not2xx: result.non2xx,
      errors: result.errors + result.timeouts,
    });
  }
  return results;
}

/** The same call rings again and again: one slot is reserved, every request is checked and answered in full. */
function signedWebhook(serverUrl: string, authToken: string): Partial<autocannon.Options> {
  const url = `${serverUrl}/`;
  const fields: [string, string][] = [
    ['AccountSid', `AC${'e'.repeat(32)}`],
    ['CallSid', sid('CA')],
    ['CallStatus', 'ringing'],
    ['Direction', 'inbound'],
    ['From', '+14155550199'],
    ['To', '+14155550100'],
  ];
  return {
    url,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signForm(authToken, url, fields),
    },
    body: new URLSearchParams(fields).toString(),
  };
}
