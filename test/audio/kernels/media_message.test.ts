// Media messages: what Twilio really sends, what it might send, and what it must not; both implementations against a
// reading with JSON.parse and against each other, on good messages, damaged ones and noise.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dsp, fallbackDsp, MEDIA_RESULT, mediaMessageSize, nativeDsp } from '../../../src/audio/kernels/addon.js';
import { IMPLEMENTATIONS } from './implementations.js';

const SID = 'MZ0123456789abcdef0123456789abcdef';
const ROOM = 320;
const SEED = 7102;
const encoder = new TextEncoder();

interface Parsed {
  result: number;
  meta?: number[];
  mulaw?: string;
  pcm?: string;
}

function parse(dsp: Dsp, bytes: Uint8Array, streamSid = SID): Parsed {
  // In shared memory and off the start, as the ingress ring has it.
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 16));
  shared.set(bytes, 8);
  const mulaw = new Uint8Array(ROOM + 5);
  const pcm = new Int16Array(ROOM + 3);
  const meta = new Int32Array(3).fill(99);
  const result = dsp.parseMedia(shared, 8, bytes.length, encoder.encode(streamSid), mulaw, 5, pcm, 3, meta);
  if (result <= 0) return { result };
  return {
    result,
    meta: [...meta],
    mulaw: Buffer.from(mulaw.subarray(5, 5 + result)).toString('hex'),
    pcm: [...pcm.subarray(3, 3 + result)].join(),
  };
}

/** The same rules, told with JSON.parse. */
function oracle(bytes: Uint8Array, streamSid = SID): Parsed {
  let message: Record<string, unknown> | null;
  try {
    message = JSON.parse(Buffer.from(bytes).toString('latin1'));
  } catch {
    return { result: MEDIA_RESULT.MALFORMED };
  }
  if (message === null || typeof message !== 'object' || message['event'] !== 'media') return { result: 0 };
  const media = message['media'] as Record<string, unknown> | null;
  if (typeof media !== 'object' || media === null || Array.isArray(media)) return { result: MEDIA_RESULT.MALFORMED };
  if ('track' in media && media['track'] !== 'inbound') return { result: 0 };
  if (streamSid !== '' && message['streamSid'] !== streamSid) return { result: MEDIA_RESULT.WRONG_STREAM };
  const payload = media['payload'];
  if (typeof payload !== 'string' || payload.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(payload)) {
    return { result: MEDIA_RESULT.BAD_PAYLOAD };
  }
  const mulaw = Buffer.from(payload, 'base64');
  if (mulaw.length > ROOM) return { result: MEDIA_RESULT.TOO_LARGE };
  if (mulaw.length === 0) return { result: 0 };
  const pcm = new Int16Array(mulaw.length);
  fallbackDsp.mulawDecode(mulaw, 0, pcm, 0, mulaw.length);
  const counter = (value: unknown) =>
    (typeof value === 'string' || typeof value === 'number') && /^\d+$/.test(String(value)) && Number(value) < 2 ** 31
      ? Number(value)
      : -1;
  return {
    result: mulaw.length,
    meta: [counter(media['timestamp']), counter(media['chunk']), counter(message['sequenceNumber'])],
    mulaw: mulaw.toString('hex'),
    pcm: [...pcm].join(),
  };
}

const FRAME = Buffer.from(Array.from({ length: 160 }, (_, i) => (i * 37) & 0xff)).toString('base64');
const TWILIO = `{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"8","payload":"${FRAME}"},"streamSid":"${SID}"}`;
const SLASHES = Buffer.from(new Uint8Array(160).fill(0xff)).toString('base64');

describe.each(IMPLEMENTATIONS)('%s parseMedia', (_name, dsp) => {
  test("reads Twilio's message in place, out of shared memory", () => {
    const parsed = parse(dsp, encoder.encode(TWILIO));
    expect(parsed).toEqual(oracle(encoder.encode(TWILIO)));
    expect(parsed.result).toBe(160);
    expect(parsed.meta).toEqual([8, 1, 2]);
  });

  test.each([
    ['spaces', TWILIO.replaceAll(':', ' : ').replaceAll(',', '\n,\t'), 160],
    [
      'another order of members',
      `{"streamSid":"${SID}","media":{"payload":"${FRAME}","timestamp":"8"},"event":"media"}`,
      160,
    ],
    ['slashes escaped', TWILIO.replace(FRAME, SLASHES.replaceAll('/', '\\/')), 160],
    ['everything escaped', TWILIO.replace('"event"', '"\\u0065vent"').replace('"inbound"', '"inb\\u006Fund"'), 160],
    ['members it does not know', TWILIO.replace('{"event"', '{"x":[1,{"y":null}],"z":-1.5e+3,"event"'), 160],
    [
      'counters as numbers',
      TWILIO.replace('"chunk":"1"', '"chunk":1').replace('"timestamp":"8"', '"timestamp":8'),
      160,
    ],
    ['members given twice: the last counts', TWILIO.replace('"media":{', '"media":{"payload":"QQ=="},"media":{'), 160],
    ['the last of two is not an object', TWILIO.replace(/}$/, ',"media":1}'), MEDIA_RESULT.MALFORMED],
    ['a name that begins like media', TWILIO.replace('"media":{', '"medial":{'), MEDIA_RESULT.MALFORMED],
    ['the outbound track', TWILIO.replace('"inbound"', '"outbound"'), 0],
    ['a mark', `{"event":"mark","sequenceNumber":"4","streamSid":"${SID}","mark":{"name":"a"}}`, 0],
    ['connected', '{"event":"connected","protocol":"Call","version":"1.0.0"}', 0],
    ['an array', '[1,2]', 0],
    ['a number', ' 5 ', 0],
    ['an empty object', '{}', 0],
    ['an empty payload', TWILIO.replace(FRAME, ''), 0],
    ['nothing', '', MEDIA_RESULT.MALFORMED],
    ['white space', '  ', MEDIA_RESULT.MALFORMED],
    ['cut short', TWILIO.slice(0, -1), MEDIA_RESULT.MALFORMED],
    ['one brace too many', `${TWILIO}}`, MEDIA_RESULT.MALFORMED],
    ['a trailing comma', TWILIO.replace(/}$/, ',}'), MEDIA_RESULT.MALFORMED],
    ['a bare word', TWILIO.replace('"2"', 'two'), MEDIA_RESULT.MALFORMED],
    ['a number with a leading zero', TWILIO.replace('"2"', '02'), MEDIA_RESULT.MALFORMED],
    ['a line break inside a string', TWILIO.replace('MZ', 'M\nZ'), MEDIA_RESULT.MALFORMED],
    ['media that is a string', '{"event":"media","media":"x"}', MEDIA_RESULT.MALFORMED],
    ["another stream's", TWILIO.replace('abcdef"', 'abcdee"'), MEDIA_RESULT.WRONG_STREAM],
    ['no streamSid', TWILIO.replace('streamSid', 'streamsid'), MEDIA_RESULT.WRONG_STREAM],
    ['no payload', TWILIO.replace('payload', 'payLoad'), MEDIA_RESULT.BAD_PAYLOAD],
    ['a payload that is a number', TWILIO.replace(`"${FRAME}"`, '5'), MEDIA_RESULT.BAD_PAYLOAD],
    ['a payload without padding', TWILIO.replace(FRAME, FRAME.slice(0, -2)), MEDIA_RESULT.BAD_PAYLOAD],
    ['a payload with a space', TWILIO.replace(FRAME, ` ${FRAME.slice(1)}`), MEDIA_RESULT.BAD_PAYLOAD],
    ['more audio than there is room for', TWILIO.replace(FRAME, 'A'.repeat(428)), MEDIA_RESULT.TOO_LARGE],
    ['as much audio as there is room for', TWILIO.replace(FRAME, `${'A'.repeat(426)}A=`), 320],
  ])('%s', (_what, text, expected) => {
    const parsed = parse(dsp, encoder.encode(text));
    expect(parsed).toEqual(oracle(encoder.encode(text)));
    expect(parsed.result).toBe(expected);
  });

  test.each([
    ['""', -1],
    ['"-1"', -1],
    ['"1.5"', -1],
    ['"12a"', -1],
    ['null', -1],
    ['"2147483647"', 2147483647],
    ['"2147483648"', -1],
    ['"99999999999999999999"', -1],
    ['"000000000008"', 8],
    ['1e3', -1],
    ['-0', -1],
  ])('a timestamp of %s is given as %d and the audio is kept', (timestamp, expected) => {
    const parsed = parse(dsp, encoder.encode(TWILIO.replace('"8"', timestamp)));
    expect([parsed.result, parsed.meta?.[0]]).toEqual([160, expected]);
  });

  test('an empty streamSid means any', () => {
    expect(parse(dsp, encoder.encode(TWILIO), '').result).toBe(160);
  });

  test('nesting is limited, not the stack', () => {
    const nested = (depth: number) => encoder.encode(`{"event":"x","a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(parse(dsp, nested(64)).result).toBe(0);
    expect(parse(dsp, nested(65)).result).toBe(MEDIA_RESULT.MALFORMED);
    expect(parse(dsp, encoder.encode('['.repeat(1_000_000))).result).toBe(MEDIA_RESULT.MALFORMED);
  });

  test("Twilio's layout with any counters and audio is read as JSON.parse reads it", () => {
    const digits = fc.stringMatching(/^[0-9]{0,12}$/);
    const property = fc.property(digits, digits, digits, fc.uint8Array({ maxLength: ROOM + 3 }), (a, b, c, audio) => {
      const payload = Buffer.from(audio).toString('base64');
      const text = `{"event":"media","sequenceNumber":"${a}","media":{"track":"inbound","chunk":"${b}","timestamp":"${c}","payload":"${payload}"},"streamSid":"${SID}"}`;
      expect(parse(dsp, encoder.encode(text))).toEqual(oracle(encoder.encode(text)));
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });

  test('any JSON is read as JSON.parse reads it', () => {
    const key = fc.constantFrom('event', 'media', 'streamSid', 'sequenceNumber', 'payload', 'track', 'chunk', 'x');
    const leaf = fc.oneof(fc.constantFrom('media', SID, 'inbound', 'QQ==', '12', ''), fc.jsonValue({ maxDepth: 2 }));
    const object = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)));
    const property = fc.property(object, fc.boolean(), (message, spaced) => {
      const bytes = encoder.encode(JSON.stringify(message, null, spaced ? 1 : undefined));
      expect(parse(dsp, bytes)).toEqual(oracle(bytes));
    });
    fc.assert(property, { seed: SEED, numRuns: 1000 });
  });

  test('a damaged message is refused exactly when JSON.parse refuses it', () => {
    const damage = fc.array(fc.tuple(fc.nat(TWILIO.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const property = fc.property(damage, fc.option(fc.nat(TWILIO.length)), (changes, cut) => {
      const bytes = encoder.encode(TWILIO).slice(0, cut ?? TWILIO.length);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      expect(parse(dsp, bytes)).toEqual(oracle(bytes));
    });
    fc.assert(property, { seed: SEED, numRuns: 3000 });
  });
});

test('native and fallback agree on noise made of JSON characters', () => {
  if (!nativeDsp) return;
  const native = nativeDsp;
  const noise = fc.array(fc.constantFrom(...'{}[]",:\\/u0123eE+-. \ntrfalsn"media":'), { maxLength: 40 });
  const property = fc.property(noise, (characters) => {
    const bytes = encoder.encode(characters.join(''));
    expect(parse(native, bytes)).toEqual(parse(fallbackDsp, bytes));
    expect(parse(native, bytes).result).toBe(oracle(bytes).result);
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
