import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signForm, signJson, signUrl } from '../../loadtest/simulators/twilio/signer.js';

const twilio = createRequire(import.meta.url)('twilio') as typeof import('twilio');
const TOKEN = '12345';

describe('X-Twilio-Signature', () => {
  // Two versions of the sample in the vendor's documentation, with the signatures printed there.
  test.each([
    ['https://example.com/myapp.php?foo=1&bar=2', '+14158675310', 'L/OH5YylLD5NRKLltdqwSvS0BnU='],
    ['https://mycompany.com/myapp.php?foo=1&bar=2', '+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
  ])('of the documented sample %s %s is the one printed there', (url, from, signature) => {
    const form = { Digits: '1234', To: '+18005551212', From: from, Caller: from, CallSid: 'CA1234567890ABCDE' };
    expect(signForm(TOKEN, url, Object.entries(form))).toBe(signature);
  });

  test('of any form is accepted by the SDK, and no other form is', () => {
    const key = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(key, fc.string()), key, (form, extra) => {
        const url = 'https://example.com:8443/voice?a=b%20c';
        const signature = signForm(TOKEN, url, Object.entries(form));
        expect(twilio.validateRequest(TOKEN, signature, url, form)).toBe(true);
        if (extra in form) return;
        expect(twilio.validateRequest(TOKEN, signature, url, { ...form, [extra]: '' })).toBe(false);
      }),
    );
  });

  test('takes capital letters before small ones', () => {
    const one = signForm(TOKEN, 'http://h/', [
      ['a', '1'],
      ['B', '2'],
    ]);
    expect(twilio.validateRequest(TOKEN, one, 'http://h/', { a: '1', B: '2' })).toBe(true);
    expect(one).toBe(signUrl(TOKEN, 'http://h/B2a1'));
  });

  test('counts a repeated key with its distinct values', () => {
    const fields: [string, string][] = [
      ['MediaUrl', 'b'],
      ['MediaUrl', 'a'],
      ['MediaUrl', 'b'],
    ];
    const signature = signForm(TOKEN, 'http://h/', fields);
    expect(twilio.validateRequest(TOKEN, signature, 'http://h/', { MediaUrl: ['b', 'a', 'b'] })).toBe(true);
  });

  test('of a WebSocket handshake is over the wss URL alone', () => {
    const url = 'wss://voice.example.com/ws/abc';
    expect(twilio.validateRequest(TOKEN, signUrl(TOKEN, url), url, {})).toBe(true);
    expect(signUrl(TOKEN, url)).not.toBe(signUrl(TOKEN, 'https://voice.example.com/ws/abc'));
    expect(signUrl(TOKEN, url)).not.toBe(signUrl(TOKEN, `${url}/`));
  });

  test('of a JSON body goes through its hash in the URL', () => {
    const body = '{"a":1}';
    const signed = signJson(TOKEN, 'https://example.com/hook?x=1', body);
    expect(twilio.validateRequestWithBody(TOKEN, signed.signature, signed.url, body)).toBe(true);
    expect(twilio.validateRequestWithBody(TOKEN, signed.signature, signed.url, `${body} `)).toBe(false);
  });
});
