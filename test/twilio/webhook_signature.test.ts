import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSignedHandshake, isSignedRequest } from '../../src/twilio/webhook_signature.js';

const TOKEN = '12345';
const hmac = (text: string) => createHmac('sha1', TOKEN).update(text).digest('base64');

// The sample of Twilio's documentation, "Validating requests", with the signature printed there.
const SAMPLE_URL = 'https://example.com/myapp.php?foo=1&bar=2';
const SAMPLE = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675310',
  Digits: '1234',
  From: '+14158675310',
  To: '+18005551212',
};
const SAMPLE_SIGNATURE = 'L/OH5YylLD5NRKLltdqwSvS0BnU=';

test("Twilio's documented sample validates, and no variation of it does", () => {
  expect(isSignedRequest(TOKEN, SAMPLE_SIGNATURE, SAMPLE_URL, SAMPLE)).toBe(true);
  expect(isSignedRequest('54321', SAMPLE_SIGNATURE, SAMPLE_URL, SAMPLE)).toBe(false);
  expect(isSignedRequest(TOKEN, SAMPLE_SIGNATURE, SAMPLE_URL.replace('https', 'http'), SAMPLE)).toBe(false);
  expect(isSignedRequest(TOKEN, SAMPLE_SIGNATURE, `${SAMPLE_URL}&x=`, SAMPLE)).toBe(false);
  expect(isSignedRequest(TOKEN, SAMPLE_SIGNATURE, SAMPLE_URL, { ...SAMPLE, ToZip: '' })).toBe(false);
  expect(isSignedRequest(TOKEN, SAMPLE_SIGNATURE.toLowerCase(), SAMPLE_URL, SAMPLE)).toBe(false);
  expect(isSignedRequest(TOKEN, '', SAMPLE_URL, SAMPLE)).toBe(false);
});

test.each([
  ['empty', { B: '2', A: '', a: 'x' }, 'AB2ax'],
  ['repeated', { T: ['b', 'a', 'b'] }, 'TaTb'],
  ['upper case before lower case', { a: '1', B: '2' }, 'B2a1'],
])('%s fields are signed as Twilio does', (_, fields, text) => {
  expect(isSignedRequest(TOKEN, hmac(`https://h/p${text}`), 'https://h/p', fields)).toBe(true);
});

test('a URL that is none is not signed, and nothing is thrown', () => {
  expect(isSignedRequest(TOKEN, 'x', '/relative', {})).toBe(false);
});

test.each([
  ['wss://h/ws/t', 'wss://h/ws/t', true],
  ['ws://h/ws/t', 'wss://h/ws/t', true],
  ['wss://h/ws/t', 'ws://h/ws/t', true],
  ['wss://h/ws/t', 'wss://h:443/ws/t', true],
  ['ws://h:8765/ws/t', 'wss://h:8765/ws/t', true],
  ['wss://[::1]:8765/ws/t', 'wss://[::1]:8765/ws/t', true],
  ['wss://h/ws/t', 'https://h/ws/t', false],
  ['wss://h/ws/t', 'wss://h/ws/t/', false],
  ['wss://h/ws/t', 'wss://h/ws/u', false],
  ['wss://h/ws/t', 'wss://evil/ws/t', false],
])('stream URL %s, signed as %s: %s', (streamUrl, signed, expected) => {
  expect(isSignedHandshake(TOKEN, hmac(signed), streamUrl)).toBe(expected);
});
