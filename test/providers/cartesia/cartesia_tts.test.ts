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
