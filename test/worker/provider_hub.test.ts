import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dsp } from '../../src/audio/kernels/addon.js';
import { TELEPHONE_FORMAT } from '../../src/audio_format.js';
import { loadConfig } from '../../src/config.js';
import { createSharedMetrics, sumCounter, ThreadMetrics } from '../../src/metrics/shared_metrics.js';
import type { ProviderNews } from '../../src/threads/worker_messages.js';
import { loadHub, type ProviderHub } from '../../src/worker/provider_hub.js';
import { refuse, ScriptedChatServer } from '../providers/openai/scripted_chat_server.js';
import { LlmProbe } from '../providers/provider_probe.js';

let vendor: ScriptedChatServer;
let hub: ProviderHub;
let news: ProviderNews[];
const shared = createSharedMetrics(1);

async function open(hedgeMs: string): Promise<void> {
  const keys = { TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k' };
  const config = loadConfig({ ...keys, OPENAI_BASE_URL: vendor.url, OPENAI_RETRIES: '1', LLM_HEDGE_MS: hedgeMs }, []);
  news = [];
  hub = (await loadHub(config))({
    dsp,
    metrics: new ThreadMetrics(shared, 0),
    log: pino({ level: 'silent' }),
    onNews: (each) => news.push(each),
  });
}
beforeEach(async () => {
  vendor = await ScriptedChatServer.start();
  await open('0');
});
afterEach(async () => {
  for (const client of [hub.stt, hub.llm, hub.tts]) client.close();
  await vendor.close();
});

test('one vendor for each part: its own client, with nothing in between', () => {
  expect(hub.stt.constructor.name).toBe('DeepgramStt');
  expect(hub.llm.constructor.name).toBe('OpenaiLlm');
  expect(hub.tts.constructor.name).toBe('CartesiaTts');
  expect(hub.tts.format).toEqual(TELEPHONE_FORMAT);
});

test('what fails is counted by vendor, tried again, and told with whether it was a refusal', async () => {
  vendor.answers = [refuse(503), refuse(401)];
  const probe = new LlmProbe();
  hub.llm.start({ messages: [{ role: 'user', content: 'Hi' }], maxTokens: 10, temperature: 0 }, probe);
  await probe.ended();
  expect(news.map(({ provider, ok, code, refused }) => [provider, ok, code, refused])).toEqual([
    ['openai', false, 'LLM_REQUEST', false],
    ['openai', false, 'LLM_REQUEST', true],
  ]);
  expect([sumCounter(shared, 'openai_errors'), sumCounter(shared, 'openai_retries')]).toEqual([2, 1]);
});

test('a model that is late may be asked a second time', async () => {
  for (const client of [hub.stt, hub.llm, hub.tts]) client.close();
  await open('1200');
  expect(hub.llm.constructor.name).toBe('HedgedLlm');
});
