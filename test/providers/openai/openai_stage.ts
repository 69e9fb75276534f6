// What the tests of the OpenAI client share: a server scripted by each test, a client of it, and what must hold after each.

import { afterEach, beforeEach, expect } from 'vitest';
import type { LlmRequest } from '../../../src/providers/llm.js';
import { OpenaiLlm } from '../../../src/providers/openai/openai_llm.js';
import type { OpenaiTuning } from '../../../src/providers/openai/openai_run.js';
import { LlmProbe, TEST_SWEEP_MS, TestHooks, watchStrayErrors } from '../provider_probe.js';
import { delta, END, finish, ROLE, ScriptedChatServer, stream, USAGE } from './scripted_chat_server.js';

export const API_KEY = 'oa-secret-key';
export const SPOKEN = 'Good day.';
export const WHOLE = stream([ROLE, delta('Good '), delta('day.'), finish('stop'), USAGE, END]);

export let server: ScriptedChatServer;
export let llm: OpenaiLlm;
export let hooks: TestHooks;
export let probe: LlmProbe;
export let stray: ReturnType<typeof watchStrayErrors>;

export function provider(tuning: Partial<OpenaiTuning> = {}, model = 'gpt-6-luna', baseUrl = server.url): void {
  llm = new OpenaiLlm(
    {
      apiKey: API_KEY,
      baseUrl,
      model,
      temperature: 0.4,
      maxTokens: 220,
      firstTokenTimeoutMs: 3000,
      stallTimeoutMs: 3000,
      retries: 2,
      reasoningEffort: 'auto',
      verbosity: null,
    },
    hooks.hooks,
    { backoff: { baseMs: 10, capMs: 20 }, ...tuning },
    TEST_SWEEP_MS,
  );
}

export function start(more: Partial<LlmRequest> = {}) {
  const messages = [{ role: 'user', content: 'My lunch was cold.' }] as const;
  return llm.start({ messages, maxTokens: 100, temperature: 0.4, ...more }, probe);
}

/** Every run has let go of its connection, and the pool (which waits one turn of the event loop) has it back. */
export async function settled(): Promise<void> {
  while (llm.runCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(async () => {
  server = await ScriptedChatServer.start();
  hooks = new TestHooks();
  probe = new LlmProbe();
  stray = watchStrayErrors();
});

afterEach(async () => {
  llm.close();
  llm.close();
  await settled();
  await server.close();
  stray.stop();
  expect(stray.seen).toEqual([]);
  expect(probe.late).toBe(0);
  for (const secret of [API_KEY, 'lunch', 'Good', 'day']) expect(hooks.logText).not.toContain(secret);
});

/** The next reply is watched by a probe of its own. */
export function newProbe(): LlmProbe {
  probe = new LlmProbe();
  return probe;
}

/** Another server in place of one that a test has closed. */
export async function newServer(): Promise<void> {
  server = await ScriptedChatServer.start();
}
