// Media messages: what Twilio really sends is read, everything else is left alone; both implementations against a plain
// reading with a regular expression and against each other, on good messages, damaged ones and noise.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Dsp,
  fallbackDsp,
  MEDIA_NOT_MINE,
  mediaMessageSize,
  nativeDsp,
} from '../../../src/audio/kernels/addon.js';
import { IMPLEMENTATIONS } from './implementations.js';

const SID = 'MZ0123456789abcdef0123456789abcdef';
const ROOM = 320;
const SEED = 7102;
const encoder = new TextEncoder();

interface Parsed {
  result: number;
  timestampMs?: number;
  mulaw?: string;
  pcm?: string;
}
const NOT_MINE: Parsed = { result: MEDIA_NOT_MINE };

function parse(dsp: Dsp, bytes: Uint8Array, streamSid = SID): Parsed {
  // In shared memory and off the start, as the ingress ring has it.
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 16));
  shared.set(bytes, 8);
  const mulaw = new Uint8Array(ROOM + 5);
  const pcm = new Int16Array(ROOM + 3);
  const timestampMs = new Int32Array(1).fill(99);
  const result = dsp.parseMedia(shared, 8, bytes.length, encoder.encode(streamSid), mulaw, 5, pcm, 3, timestampMs);
  if (result <= 0) return { result };
  return {
    result,
    timestampMs: timestampMs[0],
    mulaw: Buffer.from(mulaw.subarray(5, 5 + result)).toString('hex'),
    pcm: [...pcm.subarray(3, 3 + result)].join(),
  };
}

const LAYOUT = new RegExp(
  String.raw`^\{"event":"media","sequenceNumber":"\d{1,9}","media":\{"track":"inbound","chunk":"\d{1,9}",` +
    String.raw`"timestamp":"(\d{1,9})","payload":"([A-Za-z0-9+/]*={0,2})"\},"streamSid":"(.*)"\}$`,
);

/** The same rules, told plainly. */
function oracle(bytes: Uint8Array, streamSid = SID): Parsed {
  const match = LAYOUT.exec(Buffer.from(bytes).toString('latin1'));
  if (!match || match[3] !== streamSid || streamSid === '' || match[2].length % 4 !== 0) return NOT_MINE;
  const mulaw = Buffer.from(match[2], 'base64');
  if (mulaw.length === 0 || mulaw.length > ROOM) return NOT_MINE;
  const pcm = new Int16Array(mulaw.length);
  fallbackDsp.mulawDecode(mulaw, 0, pcm, 0, mulaw.length);
  return { result: mulaw.length, timestampMs: Number(match[1]), mulaw: mulaw.toString('hex'), pcm: [...pcm].join() };
}

const FRAME = Buffer.from(Array.from({ length: 160 }, (_, i) => (i * 37) & 0xff)).toString('base64');
const TWILIO = `{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"8","payload":"${FRAME}"},"streamSid":"${SID}"}`;
const SLASHES = Buffer.from(new Uint8Array(160).fill(0xff)).toString('base64');

describe.each(IMPLEMENTATIONS)('%s parseMedia', (_name, dsp) => {
  test("reads Twilio's message in place, out of shared memory", () => {
    const parsed = parse(dsp, encoder.encode(TWILIO));
    expect(parsed).toEqual(oracle(encoder.encode(TWILIO)));
    expect([parsed.result, parsed.timestampMs]).toEqual([160, 8]);
  });

  test.each([
    ['the longest counters', TWILIO.replace('"2"', '"999999999"').replace('"8"', '"999999999"'), 160],
    ['as much audio as there is room for', TWILIO.replace(FRAME, `${'A'.repeat(426)}A=`), 320],
    ['one byte of audio', TWILIO.replace(FRAME, 'QQ=='), 1],
    ['digital silence', TWILIO.replace(FRAME, SLASHES), 160],
    ['spaces', TWILIO.replaceAll(':', ' : ').replaceAll(',', '\n,\t'), 0],
    ['a space at the end', `${TWILIO} `, 0],
    ['another order of members', TWILIO.replace(/"chunk":"1",("timestamp":"8")/, '$1,"chunk":"1"'), 0],
    ['slashes escaped', TWILIO.replace(FRAME, SLASHES.replaceAll('/', '\\/')), 0],
    ['a member it does not know', TWILIO.replace('{"event"', '{"x":1,"event"'), 0],
    ['a counter that is a number', TWILIO.replace('"chunk":"1"', '"chunk":1'), 0],
    ['a counter of ten digits', TWILIO.replace('"8"', '"1000000000"'), 0],
    ['an empty timestamp', TWILIO.replace('"8"', '""'), 0],
    ['a negative timestamp', TWILIO.replace('"8"', '"-8"'), 0],
    ['the outbound track', TWILIO.replace('"inbound"', '"outbound"'), 0],
    ['a mark', `{"event":"mark","sequenceNumber":"4","streamSid":"${SID}","mark":{"name":"a"}}`, 0],
    ['an empty payload', TWILIO.replace(FRAME, ''), 0],
    ['nothing', '', 0],
    ['cut short', TWILIO.slice(0, -1), 0],
    ['one brace too many', `${TWILIO}}`, 0],
    ["another stream's", TWILIO.replace('abcdef"', 'abcdee"'), 0],
    ['a payload without padding', TWILIO.replace(FRAME, FRAME.slice(0, -2)), 0],
    ['a payload with a space', TWILIO.replace(FRAME, ` ${FRAME.slice(1)}`), 0],
    ['a second message inside the payload', TWILIO.replace(FRAME, `QQ=="},"streamSid":"${SID}"}QQ==`), 0],
    ['more audio than there is room for', TWILIO.replace(FRAME, 'A'.repeat(428)), 0],
  ])('%s', (_what, text, expected) => {
    const parsed = parse(dsp, encoder.encode(text));
    expect(parsed).toEqual(oracle(encoder.encode(text)));
    expect(parsed.result).toBe(expected);
  });

  test('without a stream to know it by, no message is its own', () => {
    expect(parse(dsp, encoder.encode(TWILIO), '')).toEqual(NOT_MINE);
    expect(parse(dsp, encoder.encode(TWILIO.replace(SID, '')), '')).toEqual(NOT_MINE);
  });

  test("Twilio's layout with any counters and audio", () => {
    const digits = fc.stringMatching(/^[0-9]{0,12}$/);
    const property = fc.property(digits, digits, digits, fc.uint8Array({ maxLength: ROOM + 3 }), (a, b, c, audio) => {
      const payload = Buffer.from(audio).toString('base64');
      const text = `{"event":"media","sequenceNumber":"${a}","media":{"track":"inbound","chunk":"${b}","timestamp":"${c}","payload":"${payload}"},"streamSid":"${SID}"}`;
      expect(parse(dsp, encoder.encode(text))).toEqual(oracle(encoder.encode(text)));
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });

  test('what it reads, JSON.parse reads too, and alike', () => {
    const damage = fc.array(fc.tuple(fc.nat(TWILIO.length - 1), fc.nat(255)), { maxLength: 3 });
    const property = fc.property(damage, fc.option(fc.nat(TWILIO.length)), (changes, cut) => {
      const bytes = encoder.encode(TWILIO).slice(0, cut ?? TWILIO.length);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      const parsed = parse(dsp, bytes);
      expect(parsed).toEqual(oracle(bytes));
      if (parsed.result === MEDIA_NOT_MINE) return;
      const message = JSON.parse(Buffer.from(bytes).toString());
      expect([message.event, message.streamSid, message.media.track]).toEqual(['media', SID, 'inbound']);
      expect(Number(message.media.timestamp)).toBe(parsed.timestampMs);
      expect(Buffer.from(message.media.payload, 'base64').toString('hex')).toBe(parsed.mulaw);
    });
    fc.assert(property, { seed: SEED, numRuns: 3000 });
  });
});

test('native and fallback agree on pieces of messages put together anyhow', () => {
  if (!nativeDsp) return;
  const native = nativeDsp;
  const pieces = TWILIO.match(/"[^"]*"|[^"]/g)!;
  const noise = fc.array(fc.constantFrom(...pieces, SID, '\\', ' ', '='), { maxLength: 12 });
  const property = fc.property(fc.nat(pieces.length), noise, fc.nat(pieces.length), (from, characters, to) => {
    const text = [...pieces.slice(0, from), ...characters, ...pieces.slice(to)].join('');
    const bytes = encoder.encode(text);
    expect(parse(native, bytes)).toEqual(parse(fallbackDsp, bytes));
    expect(parse(native, bytes)).toEqual(oracle(bytes));
  });
  fc.assert(property, { seed: SEED, numRuns: 5000 });
});

describe.each(IMPLEMENTATIONS)('%s buildMedia', (_name, dsp) => {
  test('writes the message that JSON.stringify would, and nothing behind it', () => {
    const prefix = encoder.encode(`{"event":"media","streamSid":"${SID}","media":{"payload":"`);
    const property = fc.property(fc.uint8Array({ maxLength: 500 }), (audio) => {
      const expected = JSON.stringify({
        event: 'media',
        streamSid: SID,
        media: { payload: Buffer.from(audio).toString('base64') },
      });
      const out = new Uint8Array(expected.length + 50).fill(0xee);
      const length = dsp.buildMedia(prefix, audio, 0, audio.length, out, 7);
      expect(Buffer.from(out.subarray(7, 7 + length)).toString('latin1')).toBe(expected);
      expect(length).toBe(mediaMessageSize(prefix.length, audio.length));
      expect(out.subarray(7 + length).every((byte) => byte === 0xee)).toBe(true);
    });
    fc.assert(property, { seed: SEED, numRuns: 200 });
  });
});
