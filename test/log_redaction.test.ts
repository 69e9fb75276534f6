import { expect, test } from 'vitest';
import { EngineError } from '../src/errors.js';
import { createRedaction } from '../src/log_redaction.js';

const clean = createRedaction({ pii: false, fullErrors: false });
const open = createRedaction({ pii: true, fullErrors: false });

test.each([
  ['a webhook’s address', 'POST /twilio/status?From=%2B12025550143&To=%2B442079460000', 2],
  ['a vendor’s sentence', 'The number +12025550143 is not verified.', 1],
  ['a number without its plus', 'sip:442079460000@carrier.example', 1],
  ['two in one text', 'from 12025550143 to 12025550199', 2],
  ['a code and a port', 'error 21211 at 127.0.0.1:8765', 0],
  ['a time and a duration', '2026-03-04T05:06:07.890Z after 1500 ms', 0],
  ['a call', `CA${'ab12'.repeat(8)}`, 0],
])('phone numbers inside other text: %s', (_, detail, count) => {
  const shown = String(clean({ detail })['detail']);
  expect(shown.split('[redacted]').length - 1).toBe(count);
  if (count === 0) expect(shown).toBe(detail);
  expect(shown).not.toMatch(/\d{10}/);
  expect(open({ detail })['detail']).toBe(detail);
});

test.each([
  ['Incorrect API key provided: sk-proj-abc123def456', 'abc123def456'],
  ['Authorization: Bearer abcdef0123456789', 'abcdef0123456789'],
  ['Token 0123456789abcdef refused', '0123456789abcdef'],
  ['wss://voice.example/tts?api_key=topsecret1&v=2', 'topsecret1'],
  ['key dg_live_abcdefgh is over its limit', 'abcdefgh'],
])('a key inside other text is gone, also with LOG_PII: %s', (text, secret) => {
  for (const redact of [clean, open]) {
    expect(JSON.stringify(redact({ detail: text, err: new Error(text), deep: [{ url: text }] }))).not.toContain(secret);
  }
});

test('whatever case a field is spelled in, and however deep it lies', () => {
  const fields = { fromNumber: 'x', from_number: 'x', Digits: '4', deep: [{ Transcript: 'hello', turn: 3 }] };
  expect(clean(fields)).toEqual({
    from_number: '[redacted]',
    digits: '[redacted]',
    deep: [{ transcript: '[redacted]', turn: 3 }],
  });
});

test('that there was nothing is worth knowing', () => {
  expect(clean({ text: '', heard: null, caller: undefined })).toEqual({ text: '', heard: null, caller: undefined });
});

test('an error of ours tells its code and causes; what a vendor hung onto its own stays out', () => {
  const cause = Object.assign(new Error('refused +12025550143'), {
    code: 21211,
    request: { headers: { a: 'secret' } },
  });
  const err = clean({ err: new EngineError('TTS_CLOSED', { provider: 'cartesia', retryable: true, cause }) })['err'];
  expect(err).toMatchObject({ code: 'TTS_CLOSED', provider: 'cartesia', retryable: true });
  expect(err).toMatchObject({ cause: { code: 21211, message: 'refused [redacted]' } });
  expect(JSON.stringify(err)).not.toMatch(/secret|"stack"/);
});

test('causes that go round in a circle end', () => {
  const one = new Error('one');
  one.cause = new Error('two', { cause: one });
  expect(JSON.stringify(clean({ err: one })).length).toBeLessThan(10_000);
});

test('of speech that may be read, what REDACT names is struck out; the parties stay', () => {
  const redact = createRedaction({ pii: true, fullErrors: false, speech: (text) => text.replaceAll('4111', '[card]') });
  const fields = { text: 'it is 4111', turn: { heard: '4111', from: '4111' } };
  expect(redact(fields)).toEqual({ text: 'it is [card]', turn: { heard: '[card]', from: '4111' } });
});
