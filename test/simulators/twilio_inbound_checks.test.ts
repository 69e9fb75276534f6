import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { InboundChecks, KIND } from '../../loadtest/simulators/twilio/inbound_checks.js';
import { mulawToSample, sampleToMulaw } from '../../loadtest/simulators/twilio/mulaw_codec.js';

const SID = `MZ${'0a'.repeat(16)}`;
let checks: InboundChecks;
beforeEach(() => {
  checks = new InboundChecks(SID);
});
function check(message: string | object, binary = false) {
  const bytes = Buffer.from(`??${typeof message === 'string' ? message : JSON.stringify(message)}?`);
  return checks.check(bytes, 2, bytes.length - 1, binary, 7);
}
const media = (payload: unknown) => ({ event: 'media', streamSid: SID, media: { payload } });
const base64 = (bytes: number[] | Uint8Array) => Buffer.from(bytes).toString('base64');

describe('a message of the server', () => {
  test('with audio is decoded, whatever its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 700 }), (audio) => {
        expect(check(media(base64(audio)))).toBe(KIND.MEDIA);
        expect(checks.audio.subarray(0, checks.audioBytes)).toEqual(audio);
      }),
    );
    expect(checks.violations).toEqual([]);
  });

  test('with audio may have its keys in any order', () => {
    expect(check({ media: { payload: base64([1, 2, 3]) }, streamSid: SID, event: 'media' })).toBe(KIND.MEDIA);
    expect([...checks.audio.subarray(0, checks.audioBytes)]).toEqual([1, 2, 3]);
  });

  test('may be a mark with any name', () => {
    const name = 'a "name" with ünïcode';
    expect(check({ event: 'mark', streamSid: SID, mark: { name } })).toBe(KIND.MARK);
    expect(checks.markName).toBe(name);
  });

  test('may be a clear', () => {
    expect(check({ event: 'clear', streamSid: SID })).toBe(KIND.CLEAR);
  });

  test.each<[string, string | object, RegExp]>([
    ['not JSON', '{"event":"media"', /not JSON/],
    ['not an object', '[]', /not a JSON object/],
    ['an unknown event', { event: 'dtmf', streamSid: SID }, /unknown event "dtmf"/],
    ['no event', { streamSid: SID }, /unknown event/],
    ['an extra field', { ...media('/w=='), sequenceNumber: '1' }, /extra field sequenceNumber/],
    [
      'an extra inner field',
      { event: 'media', streamSid: SID, media: { payload: '/w==', track: 'outbound' } },
      /extra field track/,
    ],
    ['no streamSid', { event: 'clear' }, /missing field streamSid/],
    ['a wrong streamSid', { event: 'clear', streamSid: `MZ${'0b'.repeat(16)}` }, /wrong streamSid/],
    ['a clear with a body', { event: 'clear', streamSid: SID, clear: {} }, /extra field clear/],
    ['a mark without a name', { event: 'mark', streamSid: SID, mark: {} }, /missing field name/],
    ['a mark whose name is a number', { event: 'mark', streamSid: SID, mark: { name: 5 } }, /name: not a string/],
    ['media that is not an object', { event: 'media', streamSid: SID, media: 'x' }, /not an object/],
    ['a payload that is a number', media(5), /not a string/],
    ['a payload with white space', media('/w=='.repeat(1).concat(' AAA')), /not base64/],
    ['an unpadded payload', media('/w'), /not base64/],
    ['a payload in the url alphabet', media('_-8='), /not base64/],
    ['padding in the middle', media('/w==AAAA'), /not base64/],
  ])('with %s is a 31951', (_what, message, problem) => {
    expect(check(message)).toBe(KIND.INVALID);
    expect(checks.violations).toHaveLength(1);
    expect(checks.violations[0]).toMatchObject({ code: 31951, count: 1, atMs: 7 });
    expect(checks.violations[0].problem).toMatch(problem);
  });

  test('as a binary frame is a 31950', () => {
    expect(check(media('/w=='), true)).toBe(KIND.INVALID);
    expect(checks.violations).toMatchObject([{ code: 31950 }]);
  });

  test('repeated is counted, not listed again', () => {
    for (let i = 0; i < 3; i++) check('nonsense');
    expect(checks.violations).toHaveLength(1);
    expect(checks.violationCount).toBe(3);
  });

  test('with a WAV header or no audio at all is noted', () => {
    check(media(base64(Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(40)]))));
    check(media(''));
    expect(checks.violations.map((violation) => violation.code)).toEqual([0, 0]);
  });

  test('is counted when its audio is not whole frames', () => {
    check(media(base64(new Uint8Array(320))));
    check(media(base64(new Uint8Array(321))));
    expect(checks.unalignedMessages).toBe(1);
  });

  test('never makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect([KIND.INVALID]).toContain(check(text));
      }),
    );
  });
});

describe('mu-law', () => {
  test('decodes every code to the value the standard gives at the ends of each segment', () => {
    // ITU-T G.711 table 2b, decoder output values for code words 0x80 (loudest positive) and the segment edges.
    const known: [number, number][] = [
      [0x80, 32124],
      [0x8f, 16764],
      [0x90, 15996],
      [0xbf, 1980],
      [0xf0, 120],
      [0xff, 0],
      [0x00, -32124],
      [0x7f, 0],
    ];
    for (const [code, sample] of known) expect(mulawToSample(code)).toBe(sample);
  });

  test('encodes each decoded value back to its code', () => {
    for (let code = 0; code < 256; code++) {
      // 0x7f is minus zero: it comes back as plus zero.
      expect(sampleToMulaw(mulawToSample(code))).toBe(code === 0x7f ? 0xff : code);
    }
  });

  test('encodes every sample to within half a step of its segment', () => {
    for (let sample = -32635; sample <= 32635; sample++) {
      const code = sampleToMulaw(sample);
      const segment = (~code >> 4) & 7;
      const error = Math.abs(mulawToSample(code) - sample);
      if (error > 4 << segment) expect.fail(`${sample} became ${mulawToSample(code)}`);
    }
    expect(sampleToMulaw(32767)).toBe(0x80);
    expect(sampleToMulaw(-32768)).toBe(0x00);
  });
});
