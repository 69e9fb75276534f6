// The OpenAI client against the local OpenAI that demo and load test use: each of its failure modes, as the engine
// would meet it. Exact sequences are in openai_llm.test.ts.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OpenaiFailureMode } from '../../../loadtest/simulators/openai/failure_modes.js';
import { OpenaiSimulator } from '../../../loadtest/simulators/openai/server.js';
import { OpenaiLlm } from '../../../src/providers/openai/openai_llm.js';
import { LlmProbe, TEST_SWEEP_MS, TestHooks, watchStrayErrors } from '../provider_probe.js';

const API_KEY = 'oa-secret-key';
const REPLY = 'I am sorry to hear that. Which dish was it?';

let simulator: OpenaiSimulator;
let llm: OpenaiLlm;
let hooks: TestHooks;
let probe: LlmProbe;
let stray: ReturnType<typeof watchStrayErrors>;

beforeEach(async () => {
  simulator = await OpenaiSimulator.start({
    apiKeys: [API_KEY],
    latency: { firstToken: { kind: 'fixed', ms: 5 }, interToken: { kind: 'fixed', ms: 1 } },
  });
  simulator.setReplies('', [REPLY, REPLY, REPLY]);
  hooks = new TestHooks();
  probe = new LlmProbe();
  stray = watchStrayErrors();
  llm = provider(200);
});

function provider(timeoutMs: number): OpenaiLlm {
  return new OpenaiLlm(
    {
      apiKey: API_KEY,
      baseUrl: simulator.url,
      model: 'gpt-4o-mini',
      temperature: 0.4,
      maxTokens: 220,
      firstTokenTimeoutMs: timeoutMs,
      stallTimeoutMs: timeoutMs,
      retries: 2,
      reasoningEffort: 'auto',
      verbosity: null,
    },
    hooks.hooks,
    { backoff: { baseMs: 10, capMs: 20 }, drainMs: 100 },
    TEST_SWEEP_MS,
  );
}

afterEach(async () => {
  llm.close();
  await simulator.close();
  stray.stop();
  expect(stray.seen).toEqual([]);
  expect(probe.late).toBe(0);
  expect(hooks.logText).not.toContain(API_KEY);
  expect(hooks.logText).not.toContain('sorry');
});

function start() {
  const messages = [{ role: 'user', content: 'My lunch was cold.' }] as const;
  return llm.start({ messages, maxTokens: 100, temperature: 0.4 }, probe);
}

test('a reply arrives whole, with usage', async () => {
  start();
  await probe.ended();
  expect(probe.text).toBe(REPLY);
  expect(probe.done?.finishReason).toBe('stop');
  expect(probe.done?.usage?.completionTokens).toBeGreaterThan(5);
});

test('many replies at once', async () => {
  llm.close();
  llm = provider(8000);
  const probes = Array.from({ length: 40 }, () => new LlmProbe());
  const messages = [{ role: 'user', content: 'My lunch was cold.' }] as const;
  for (const each of probes) llm.start({ messages, maxTokens: 100, temperature: 0.4 }, each);
  await Promise.all(probes.map((each) => each.ended()));
  expect(probes.every((each) => each.done?.finishReason === 'stop')).toBe(true);
});

describe('the caller notices nothing', () => {
  test.each<[OpenaiFailureMode, object]>([
    ['status_409', {}],
    ['status_429', { delayMs: 50 }],
    ['status_500', {}],
    ['status_503', { delayMs: 50 }],
    ['hang', {}],
    ['refuse', {}],
    ['stall', {}],
    ['trickle', { delayMs: 2000 }],
    ['truncate', {}],
    ['reset', {}],
    ['error_chunk', {}],
    ['invalid_json', {}],
  ])('%s before the first word', async (mode, options) => {
    simulator.setReplies('', [REPLY, REPLY, REPLY]);
    simulator.fail(mode, options);
    start();
    await probe.ended();
    expect(probe.text).toBe(REPLY);
    expect(hooks.counts.retries).toBe(1);
  });

  test.each<OpenaiFailureMode>(['no_usage', 'slow_end'])('%s', async (mode) => {
    simulator.fail(mode, { delayMs: 2000 });
    start();
    await probe.ended();
    expect(probe.text).toBe(REPLY);
    expect(probe.done?.usage === null).toBe(mode === 'no_usage');
    while (llm.runCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe('an error, with what was said before it', () => {
  test.each<[OpenaiFailureMode, string]>([
    ['stall', 'LLM_TIMEOUT'],
    ['truncate', 'LLM_STREAM'],
    ['reset', 'LLM_STREAM'],
    ['error_chunk', 'LLM_STREAM'],
    ['invalid_json', 'LLM_STREAM'],
  ])('%s in mid-sentence: %s', async (mode, code) => {
    simulator.fail(mode, { after: 3, delayMs: 2000 });
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code });
    expect(simulator.stats.requests).toBe(1);
  });

  test.each<[OpenaiFailureMode, number]>([
    ['status_400', 400],
    ['status_401', 401],
    ['status_404', 404],
    ['insufficient_quota', 429],
  ])('%s: at once', async (mode, status) => {
    simulator.fail(mode);
    start();
    await probe.ended();
    expect(probe.error).toMatchObject({ code: 'LLM_REQUEST', status, retryable: false });
  });
});

test.each<OpenaiFailureMode>(['length', 'content_filter'])('%s is passed on as the finish reason', async (mode) => {
  simulator.fail(mode, { after: 3 });
  start();
  await probe.ended();
  expect(probe.done?.finishReason).toBe(mode);
});

test('an answer without a word is passed on: whoever asked judges what can be spoken', async () => {
  simulator.fail('empty');
  start();
  await probe.ended();
  expect(probe.text).toBe('');
  expect(probe.done?.finishReason).toBe('stop');
});

test('a barge-in stops the model within a few tokens', async () => {
  simulator.setLatency({ interToken: { kind: 'fixed', ms: 10 } });
  const run = start();
  await probe.until(() => probe.pieces === 2, 'two tokens');
  probe.over = true;
  run.cancel();
  while (simulator.stats.abortCount === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(simulator.stats.aborts[0].tokens).toBeLessThan(simulator.stats.aborts[0].tokensTotal);
});
