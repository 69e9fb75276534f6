import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.js';
import { announcement } from '../src/start_lines.js';

const KEYS = { OPENAI_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', CARTESIA_API_KEY: 'k', TWILIO_VALIDATE: 'off' };
const of = (env: Record<string, string>) =>
  announcement(loadConfig({ ...KEYS, WORKERS: '2', ...env }, []), 4711, '1.2.3');

test('with a public address it says exactly what to enter in Twilio', () => {
  const { text, fields } = of({ PUBLIC_URL: 'https://voice.example.com' });
  expect(text).toContain('http://localhost:4711');
  expect(text).toContain('https://voice.example.com/   (Webhook, POST)');
  expect(text).toContain('https://voice.example.com/twilio/status');
  expect(text).not.toContain('YOUR-ADDRESS');
  expect(fields).toMatchObject({
    ...{ host: '0.0.0.0', port: 4711, address: 'http://localhost:4711', version: '1.2.3', workers: 2 },
    ...{ webhook: 'https://voice.example.com/', status_callback: 'https://voice.example.com/twilio/status' },
  });
});

test('without one it says how to get one', () => {
  const { text, fields } = of({});
  expect(text).toContain('ngrok http 4711');
  expect(fields).toMatchObject({ webhook: null, status_callback: null });
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:4711'],
  ['::', 'http://localhost:4711'],
  ['::1', 'http://[::1]:4711'],
])('HOST=%s is reached at %s', (HOST, address) => {
  expect(of({ HOST }).fields['address']).toBe(address);
});

test('no secret is in it', () => {
  const { text, fields } = of({ OPENAI_API_KEY: 'S3CRET' });
  expect(text + JSON.stringify(fields)).not.toContain('S3CRET');
});

test('it tells how many calls are taken, and how many were asked for where that is more', () => {
  const config = loadConfig({ ...KEYS, WORKERS: '2', CALLS_MAX: '36' }, []);
  const asIs = announcement(config, 4711, '1.2.3');
  expect(asIs.text).toContain('(36 at once, 2 worker threads)');
  expect(asIs.fields).not.toHaveProperty('calls_asked');
  const fewer = announcement(config, 4711, '1.2.3', 200);
  expect(fewer.text).toContain('(36 at once, not 200: too few open files, 2 worker threads)');
  expect(fewer.fields).toMatchObject({ calls: 36, calls_asked: 200 });
});
