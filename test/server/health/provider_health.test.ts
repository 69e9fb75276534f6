import { describe, expect, test } from 'vitest';
import { type ProbeResult, probeOk, probeRefused } from '../../../src/providers/probe.js';
import { ProviderHealth } from '../../../src/server/health/provider_health.js';

const NOW = 1e12;
const NETWORK: ProbeResult = { ok: false, code: 'NETWORK', refused: false, notice: null };
const OVERLOAD: ProbeResult = { ok: false, code: 'HTTP_503', refused: false, notice: null };

/** A success or failure of a call's own request, seconds before now. */
type News = ['ok' | 'failed' | 'refused', number];
const failures = (count: number, secondsAgo: number): News[] =>
  Array.from({ length: count }, (_, i): News => ['failed', secondsAgo - i]);

async function judged(news: readonly News[], probe: ProbeResult | null) {
  const providers = new ProviderHealth();
  providers.add('openai', true, async () => probe!);
  if (probe !== null) await providers.refresh(NOW - 1e7);
  for (const [what, secondsAgo] of news)
    providers.observe(
      'openai',
      what === 'ok',
      what === 'ok' ? null : 'LLM_REQUEST',
      NOW - secondsAgo * 1000,
      what === 'refused',
    );
  return [providers.state('openai', NOW), providers.isServing('openai', NOW)];
}

describe('what calls met comes first', () => {
  test.each<[string, News[], ProbeResult | null, string, boolean]>([
    ['nothing was ever seen', [], null, 'unreachable', false],
    ['a success', [['ok', 5]], null, 'connected', true],
    ['the first request failed', [['failed', 1]], probeOk(), 'unreachable', false],
    ['the first request was refused', [['refused', 1]], probeOk(), 'degraded', false],
    [
      'one failure after a success',
      [
        ['ok', 600],
        ['failed', 1],
      ],
      probeOk(),
      'degraded',
      true,
    ],
    [
      'one refusal after a success',
      [
        ['ok', 60],
        ['refused', 1],
      ],
      probeOk(),
      'degraded',
      true,
    ],
    ['a burst of failures', [['ok', 10], ...failures(9, 9)], probeOk(), 'degraded', true],
    ['failing for half a minute', [['ok', 30], ...failures(5, 25)], probeOk(), 'unreachable', false],
    [
      'refused for half a minute',
      [
        ['ok', 30],
        ['refused', 20],
        ['refused', 10],
        ['refused', 5],
      ],
      probeOk(),
      'degraded',
      false,
    ],
    ['a success after failures', [...failures(5, 25), ['ok', 1]], NETWORK, 'connected', true],
    [
      'old news that arrives late',
      [
        ['ok', 1],
        ['failed', 5],
      ],
      null,
      'connected',
      true,
    ],
  ])('%s', async (_, news, probe, state, isServing) => {
    expect(await judged(news, probe)).toEqual([state, isServing]);
  });
});

describe('without news of calls the probe decides', () => {
  test.each<[string, News[], ProbeResult | null, string, boolean]>([
    ['it answers', [], probeOk(), 'connected', true],
    ['it does not', [], NETWORK, 'unreachable', false],
    ['it is overloaded', [], OVERLOAD, 'degraded', true],
    ['it refuses us', [], probeRefused('REFUSED'), 'degraded', false],
    ['it refuses us, calls went well a moment ago', [['ok', 90]], probeRefused('REFUSED'), 'degraded', true],
    ['it is gone, calls went well a moment ago', [['ok', 90]], NETWORK, 'degraded', true],
    ['it is gone, calls went well an hour ago', [['ok', 3600]], NETWORK, 'unreachable', false],
    ['failures of long ago, and it answers', [...failures(9, 200)], probeOk(), 'connected', true],
    ['refusals of two minutes ago, and it answers', [['refused', 130]], probeOk(), 'degraded', false],
    ['refusals of long ago, and it answers', [['refused', 400]], probeOk(), 'connected', true],
  ])('%s', async (_, news, probe, state, isServing) => {
    expect(await judged(news, probe)).toEqual([state, isServing]);
  });
});

test('the problem is one line with its reason', async () => {
  const providers = new ProviderHealth();
  providers.add('openai', true, async () => probeOk());
  providers.add('twilio', false, async () => probeOk());
  expect(providers.problem('openai', NOW)).toBe('openai is unreachable');
  providers.observe('openai', false, 'LLM_REQUEST', NOW, true);
  expect(providers.problem('openai', NOW)).toBe('openai is degraded: calls are refused, LLM_REQUEST');
  expect([providers.state('twilio', NOW), providers.problem('twilio', NOW)]).toEqual(['not_configured', null]);
});

test('it is asked when calls say nothing, not too often, and now and then although they do', async () => {
  let asked = 0;
  const providers = new ProviderHealth();
  providers.add('openai', true, async () => {
    asked++;
    return probeOk();
  });
  const steps: [number, number][] = [
    [0, 1],
    [10_000, 1],
    [31_000, 2],
  ];
  for (const [atMs, expected] of steps) {
    await providers.refresh(NOW + atMs);
    expect(asked).toBe(expected);
  }
  for (let at = 40_000; at < 3_700_000; at += 20_000) {
    providers.observe('openai', true, null, NOW + at);
    await providers.refresh(NOW + at);
  }
  expect(asked).toBe(3);
});

test('a notice is told once for each text', async () => {
  const told: string[] = [];
  const providers = new ProviderHealth((name, notice) => told.push(`${name}: ${notice}`));
  let notice: string | null = 'ends in May';
  providers.add('openai', true, async () => probeOk(notice));
  for (let i = 0; i < 3; i++) await providers.refresh(NOW + i * 60_000);
  expect(providers.notices()).toEqual(['ends in May']);
  notice = null;
  await providers.refresh(NOW + 300_000);
  expect(providers.notices()).toEqual([]);
  expect(told).toEqual(['openai: ends in May']);
});
