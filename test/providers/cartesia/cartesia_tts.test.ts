// What the client as a whole makes of what an agent asks for.

import { expect, test } from 'vitest';
import { probe, provider, server, speak, tts } from './cartesia_stage.js';

test.each([
  ['pt-BR', 'pt'],
  ['zh-Hans-CN', 'zh'],
  ['en', 'en'],
])('an agent who speaks %s has a voice that speaks %s', async (language, sent) => {
  server.onRequest = speak;
  provider();
  tts.open({ voiceId: 'voice-1', language }, probe).push('Good day.', true);
  await probe.ended();
  expect(server.peers[0].requests[0]).toMatchObject({ language: sent });
});

test.each([
  [undefined, 'sonic-3'],
  ['sonic-3-2025-10-27', 'sonic-3-2025-10-27'],
])('an agent whose file names the model %s is spoken by %s', async (model, sent) => {
  server.onRequest = speak;
  provider();
  tts.open({ voiceId: 'voice-1', language: 'en', model }, probe).push('Good day.', true);
  await probe.ended();
  expect(server.peers[0].requests[0]).toMatchObject({ model_id: sent });
});
