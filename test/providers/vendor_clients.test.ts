import { expect, test } from 'vitest';
import { type EngineConfig, loadConfig } from '../../src/config.js';
import { CartesiaTts } from '../../src/providers/cartesia/cartesia_tts.js';
import { DeepgramStt } from '../../src/providers/deepgram/deepgram_stt.js';
import { OpenaiLlm } from '../../src/providers/openai/openai_llm.js';
import { loadClients } from '../../src/providers/vendor_clients.js';
import { TestHooks } from './provider_probe.js';

const KEYS = { TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k' };

async function clientsOf(config: EngineConfig) {
  const asked: string[] = [];
  const open = await loadClients(config);
  const clients = open((name) => {
    asked.push(name);
    return new TestHooks().hooks;
  });
  for (const { provider } of [...clients.stt, ...clients.llm, ...clients.tts]) provider.close();
  return { clients, asked };
}

test('a client for each vendor that has a key, where a call needs it', async () => {
  const { clients, asked } = await clientsOf(loadConfig(KEYS, []));
  expect(clients.stt.map(({ provider }) => provider)).toEqual([expect.any(DeepgramStt)]);
  expect(clients.llm.map(({ provider }) => provider)).toEqual([expect.any(OpenaiLlm)]);
  expect(clients.tts).toEqual([
    { name: 'cartesia', provider: expect.any(CartesiaTts), voiceId: '71a7ad14-091c-4e8e-a314-022ece01c121' },
  ]);
  expect(asked.sort()).toEqual(['cartesia', 'deepgram', 'openai']);
});

test('none for one without', async () => {
  const config = structuredClone(loadConfig(KEYS, []));
  config.cartesia.apiKey = '';
  const { clients, asked } = await clientsOf(config);
  expect([clients.tts, asked]).toEqual([[], ['openai', 'deepgram']]);
});
