import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import {
  settingsOf,
  VENDOR_NAMES,
  VENDOR_ROLES,
  VENDOR_SECTIONS,
  VENDORS,
} from '../../src/providers/vendor_settings.js';

const KEYS = { TWILIO_VALIDATE: 'off', OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k' };

test('there is somebody for each part of a call', () => {
  expect([...VENDOR_ROLES].sort()).toEqual(['llm', 'stt', 'tts']);
});

test('every vendor has a key, an address, and variables of its own name', () => {
  for (const name of VENDOR_NAMES) {
    const variables = Object.values(VENDOR_SECTIONS[name]).map(({ variable }) => variable);
    expect(variables).toContain(`${name.toUpperCase()}_API_KEY`);
    expect(variables).toContain(`${name.toUpperCase()}_BASE_URL`);
    for (const variable of variables) expect(variable.startsWith(`${name.toUpperCase()}_`)).toBe(true);
  }
});

test('a plan is made from the settings of whoever has a key', () => {
  const config = loadConfig({ ...KEYS, DEEPGRAM_LANGUAGE: 'es', OPENAI_MAX_TOKENS: '99' }, []);
  expect(settingsOf(config, 'stt').language).toBe('es');
  expect(settingsOf(config, 'llm').maxTokens).toBe(99);
  expect(settingsOf(config, 'tts').voiceId).toBe(config.cartesia.voiceId);
  expect(VENDORS.cartesia.role).toBe('tts');
});
