// Base64 both ways against Node's own, and what is refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IMPLEMENTATIONS } from './implementations.js';

const ascii = (text: string) => new TextEncoder().encode(text);
const SEED = 20240611;

describe.each(IMPLEMENTATIONS)('%s base64', (_name, dsp) => {
  function decode(text: Uint8Array): string | null {
    const out = new Uint8Array(text.length + 40).fill(0xee);
    const size = dsp.base64Decode(text, 0, text.length, out, 0);
    if (size < 0) return null;
    // Room behind the result stays untouched, whatever the width of the stores.
    expect(out.subarray(size).every((byte) => byte === 0xee)).toBe(true);
    return Buffer.from(out.subarray(0, size)).toString('hex');
  }

  test('encodes and decodes what Node does, at any length and alignment', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(7), fc.nat(7), (bytes, from, to) => {
      const src = new Uint8Array(from + bytes.length);
      src.set(bytes, from);
      const expected = Buffer.from(bytes).toString('base64');
      const out = new Uint8Array(to + expected.length + 40).fill(0xee);
      expect(dsp.base64Encode(src, from, bytes.length, out, to)).toBe(expected.length);
      expect(Buffer.from(out.subarray(to, to + expected.length)).toString('latin1')).toBe(expected);
      expect(out.subarray(0, to).every((byte) => byte === 0xee)).toBe(true);
      expect(out.subarray(to + expected.length).every((byte) => byte === 0xee)).toBe(true);
      expect(decode(ascii(expected))).toBe(Buffer.from(bytes).toString('hex'));
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  test('each of the 256 characters at each place of a long text is taken or refused rightly', () => {
    const alphabet = new Set(ascii('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'));
    // 72 characters: two rounds of 32 and a rest, so that every kernel and lane meets every character.
    for (let place = 0; place < 72; place++) {
      for (let character = 0; character < 256; character++) {
        const text = ascii('QUJD'.repeat(18));
        text[place] = character;
        const paddingAtTheEnd = character === 0x3d && place === 71;
        const out = new Uint8Array(54);
        const size = dsp.base64Decode(text, 0, 72, out, 0);
        const expected = alphabet.has(character) ? 54 : paddingAtTheEnd ? 53 : -1;
        if (size !== expected) expect.fail(`character ${character} at ${place}: ${size}`);
        if (size > 0 && !Buffer.from(Buffer.from(text).toString('latin1'), 'base64').equals(out.subarray(0, size))) {
          expect.fail(`character ${character} at ${place} decodes to something else`);
        }
      }
    }
  });

  test.each([
    ['', ''],
    ['QQ==', '41'],
    ['QR==', '41'], // unused bits are ignored
    ['QUI=', '4142'],
    ['QUJD', '414243'],
    ['QUJ', null],
    ['Q', null],
    ['====', null],
    ['=QQ=', null],
    ['QQ=A', null],
    ['Q===', null],
    ['QQ==QQ==', null],
    ['QUJD\n', null],
    ['QU D', null],
    ['QU-_', null],
  ])('"%s" decodes to %s', (text, expected) => expect(decode(ascii(text))).toBe(expected));
});
