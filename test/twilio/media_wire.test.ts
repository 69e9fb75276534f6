// The Media Streams messages as Twilio sends them, and what strangers might send instead.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clearMessage,
  markMessage,
  mediaPrefix,
  parseTwilioMessage,
  type TwilioCommand,
} from '../../src/twilio/media_wire.js';

const STREAM = 'MZ0123456789abcdef0123456789abcdef';
const CALL = 'CAabcdefabcdefabcdefabcdefabcdefab';
const ACCOUNT = 'AC00000000000000000000000000000000';

const START = {
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: ACCOUNT,
    streamSid: STREAM,
    callSid: CALL,
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { direction: 'inbound', from: '+15550100' },
  },
  streamSid: STREAM,
};
const parse = (message: unknown) => parseTwilioMessage(JSON.stringify(message));
const startWith = (changes: Record<string, unknown>) => ({ ...START, start: { ...START.start, ...changes } });

describe('what Twilio sends', () => {
  test.each([
    [{ event: 'connected', protocol: 'Call', version: '1.0.0' }, { event: 'connected' }],
    [
      START,
      {
        event: 'start',
        streamSid: STREAM,
        start: { accountSid: ACCOUNT, callSid: CALL, customParameters: { direction: 'inbound', from: '+15550100' } },
      },
    ],
    [
      { event: 'mark', sequenceNumber: '58', streamSid: STREAM, mark: { name: 'my label' } },
      { event: 'mark', streamSid: STREAM, mark: { name: 'my label' } },
    ],
    [
      { event: 'dtmf', streamSid: STREAM, sequenceNumber: '57', dtmf: { track: 'inbound_track', digit: '#' } },
      { event: 'dtmf', streamSid: STREAM, dtmf: { digit: '#' } },
    ],
    [
      { event: 'stop', sequenceNumber: '9', stop: { accountSid: ACCOUNT, callSid: CALL }, streamSid: STREAM },
      { event: 'stop', streamSid: STREAM },
    ],
    [
      {
        event: 'media',
        streamSid: STREAM,
        sequenceNumber: '3',
        media: { track: 'inbound', chunk: '2', timestamp: '28', payload: 'QUJD' },
      },
      { event: 'media', streamSid: STREAM, media: { track: 'inbound', timestampMs: 28, payload: 'QUJD' } },
    ],
    [
      { event: 'media', streamSid: STREAM, media: { track: 'outbound', timestamp: '28', payload: '' } },
      { event: 'media', streamSid: STREAM, media: { track: 'outbound', timestampMs: 28, payload: '' } },
    ],
    [
      { event: 'media', streamSid: STREAM, media: {} },
      { event: 'media', streamSid: STREAM, media: { track: 'inbound', timestampMs: -1, payload: null } },
    ],
  ])('%j', (message, expected) => expect(parse(message)).toEqual({ ok: true, message: expected }));

  test.each([
    ['8', 8],
    [8, 8],
    ['000000000008', 8],
    ['2147483647', 2147483647],
    ['2147483648', -1],
    ['99999999999999999999999', -1],
    ['1e3', -1],
    ['-1', -1],
    [' 8', -1],
    ['', -1],
    ['0x10', -1],
    [1.5, -1],
    [-1, -1],
    [1e300, -1],
    [null, -1],
    [[8], -1],
  ])('a timestamp of %j is given as %d', (timestamp, expected) => {
    const parsed = parse({ event: 'media', streamSid: STREAM, media: { timestamp, payload: 'QUJD' } });
    expect(parsed.ok && parsed.message.event === 'media' && parsed.message.media.timestampMs).toBe(expected);
  });

  test('a start without parameters, or with ones that are no strings', () => {
    for (const customParameters of [undefined, {}, null, [1], { n: 5, o: {} }]) {
      const parsed = parse(startWith({ customParameters }));
      expect(parsed.ok && parsed.message.event === 'start' && parsed.message.start.customParameters).toEqual({});
    }
  });

  test('a parameter named __proto__ is a parameter', () => {
    const parsed = parseTwilioMessage(JSON.stringify(START).replace('"direction"', '"__proto__"'));
    if (!parsed.ok || parsed.message.event !== 'start') throw new Error('refused');
    expect(Object.keys(parsed.message.start.customParameters)).toEqual(['__proto__', 'from']);
    expect(({} as Record<string, unknown>)['direction']).toBeUndefined();
  });
});

describe('what is refused', () => {
  test.each(['', ' ', '{', 'null,', '{"event":"start"', 'event', '{"event":"stop",}'])('%j is not JSON', (text) => {
    expect(parseTwilioMessage(text)).toEqual({ ok: false, problem: 'json', field: null });
  });

  test.each(['hello', 'Start', 'toString', '__proto__', ''])('the event "%s" is unknown', (event) => {
    expect(parse({ event, streamSid: STREAM })).toEqual({ ok: false, problem: 'unknown_event', field: null });
  });

  test.each([
    ['null', null, 'event'],
    ['a list', [START], 'event'],
    ['no event', { streamSid: STREAM }, 'event'],
    ['an event that is no string', { event: 5 }, 'event'],
    ['no streamSid', { event: 'stop' }, 'streamSid'],
    ['another kind of sid', { event: 'stop', streamSid: CALL }, 'streamSid'],
    ['a sid with something behind it', { event: 'stop', streamSid: `${STREAM}\n` }, 'streamSid'],
    ['a start without its body', { ...START, start: null }, 'start'],
    ['two different stream sids', startWith({ streamSid: STREAM.replace('0', '1') }), 'start.streamSid'],
    ['a malformed call sid', startWith({ callSid: 'CA12' }), 'start.callSid'],
    ['no media format', startWith({ mediaFormat: undefined }), 'start.mediaFormat.encoding'],
    [
      'linear audio',
      startWith({ mediaFormat: { encoding: 'audio/l16', sampleRate: 8000 } }),
      'start.mediaFormat.encoding',
    ],
    [
      '16 kHz',
      startWith({ mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 16000 } }),
      'start.mediaFormat.sampleRate',
    ],
    [
      'stereo',
      startWith({ mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 2 } }),
      'start.mediaFormat.channels',
    ],
    ['a mark without a name', { event: 'mark', streamSid: STREAM, mark: {} }, 'mark.name'],
    ['a mark that is text', { event: 'mark', streamSid: STREAM, mark: 'x' }, 'mark'],
    ['two digits at once', { event: 'dtmf', streamSid: STREAM, dtmf: { digit: '12' } }, 'dtmf.digit'],
    ['no digit', { event: 'dtmf', streamSid: STREAM, dtmf: { digit: 'x' } }, 'dtmf.digit'],
    ['media without its body', { event: 'media', streamSid: STREAM, media: [] }, 'media'],
  ])('%s', (_what, message, field) => expect(parse(message)).toEqual({ ok: false, problem: 'fields', field }));

  test('nothing makes it throw', () => {
    const messages = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          { event: fc.constantFrom('start', 'media', 'mark', 'dtmf', 'stop'), streamSid: fc.constant(STREAM) },
          { requiredKeys: [] },
        )
        .chain((head) =>
          fc
            .dictionary(fc.constantFrom('start', 'mark', 'dtmf', 'media', 'stop'), fc.jsonValue())
            .map((rest) => JSON.stringify({ ...head, ...rest })),
        ),
    );
    fc.assert(
      fc.property(messages, (text) => {
        const parsed = parseTwilioMessage(text);
        expect(parsed.ok || ['json', 'unknown_event', 'fields'].includes(parsed.problem)).toBe(true);
      }),
      { seed: 8, numRuns: 500 },
    );
  });
});

describe('what we send has exactly the fields Twilio allows', () => {
  test('mark and clear', () => {
    const mark: TwilioCommand = { event: 'mark', streamSid: STREAM, mark: { name: 'r3:c2' } };
    expect(markMessage(STREAM, 'r3:c2')).toBe(JSON.stringify(mark));
    const clear: TwilioCommand = { event: 'clear', streamSid: STREAM };
    expect(clearMessage(STREAM)).toBe(JSON.stringify(clear));
  });

  test('media', () => {
    const media: TwilioCommand = { event: 'media', streamSid: STREAM, media: { payload: '' } };
    expect(`${new TextDecoder().decode(mediaPrefix(STREAM))}"}}`).toBe(JSON.stringify(media));
  });

  test.each(['a"b', 'a\\b', 'a\nb', 'ä'])('a mark name that would need escaping is our mistake: %j', (name) => {
    expect(() => markMessage(STREAM, name)).toThrow('a mark name needs no escaping');
  });
});
